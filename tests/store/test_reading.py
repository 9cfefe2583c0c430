"""Views for the command line."""

import sqlite3
from pathlib import Path

import pytest

from coven_watchdog.errors import StoreDamagedError, StoreError, WatchdogError
from coven_watchdog.model.incidents import Incident
from coven_watchdog.model.samples import Sample
from coven_watchdog.model.telling import Attempt, Plan
from coven_watchdog.model.words import IncidentState, NotificationState, Reason, Transition
from coven_watchdog.store.connection import FILE_NAME, prepare
from coven_watchdog.store.keeping import keep_blind, keep_channels, keep_looks, keep_samples, keep_watchdog
from coven_watchdog.store.migrations import NEWEST
from coven_watchdog.store.outbox import claim, settle
from coven_watchdog.store.reading import History, StoreReader
from coven_watchdog.store.requests import add_silence
from coven_watchdog.store.writing import write_plan
from store.builders import (
    BOOT,
    HOME,
    START,
    accepted,
    at,
    blind,
    channel_look,
    event,
    incident,
    look,
    member,
    moment,
    notification,
    refused,
    service,
    silence,
    step,
    story,
)

SENT = NotificationState.SENT


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database is."""
    return tmp_path / FILE_NAME


def _ids(*found: Incident) -> list[str]:
    return [one.id for one in found]


def test_a_missing_file_is_empty(path: Path) -> None:
    """Nothing has run yet, which is no error, and nothing is made."""
    with StoreReader(path) as reader:
        assert reader.looks() == {}
        assert reader.watchdog() is None
        assert [*reader.incidents(), *reader.notifications(), *reader.channels(), *reader.latencies(0)] == []
        assert reader.pending() == {}

    assert not path.exists()


def test_a_file_that_is_not_migrated_yet_is_empty(path: Path) -> None:
    """The service is at its very first start."""
    prepare(path)
    with StoreReader(path) as reader:
        assert reader.incidents() == ()


def test_a_damaged_file_says_what_to_do(path: Path) -> None:
    """It is not mistaken for an empty one."""
    path.write_bytes(b"junk" * 2000)
    with pytest.raises(StoreDamagedError) as caught, StoreReader(path):
        pass

    assert "coven-watchdog run" in caught.value.next_step


def test_a_newer_file_is_refused(connection: sqlite3.Connection, path: Path) -> None:
    """Its rows may mean something else."""
    connection.execute("INSERT INTO migration VALUES (?, 'later', 1)", (NEWEST + 1,))
    with pytest.raises(StoreError, match="newer"), StoreReader(path):
        pass


def test_looks_and_service(connection: sqlite3.Connection, path: Path) -> None:
    """As the service last wrote them."""
    keep_looks(connection, [look()])
    keep_watchdog(connection, service())
    keep_channels(connection, [channel_look("phone"), channel_look()])
    with StoreReader(path) as reader:
        assert reader.looks() == {HOME: look()}
        assert reader.watchdog() == service()
        assert reader.channels() == (channel_look(), channel_look("phone"))


def test_incidents_by_what_is_asked(connection: sqlite3.Connection, path: Path) -> None:
    """All, the open ones, or what changed since, with what is still open; the latest change first."""
    old = incident("aaaa", changed_at=START)
    over = incident("bbbb", changed_at=START + 1, state=IncidentState.RESOLVED)
    new = event("cccc", changed_at=START + 2)
    write_plan(connection, Plan(incidents=(old, over, new)), moment())
    with StoreReader(path) as reader:
        assert _ids(*reader.incidents()) == ["cccc", "bbbb", "aaaa"]
        assert _ids(*reader.incidents(open_only=True)) == ["aaaa"]
        assert _ids(*reader.incidents(since=START + 2)) == ["cccc", "aaaa"]


def test_an_incident_by_its_beginning(connection: sqlite3.Connection, path: Path) -> None:
    """A prefix, the whole id even when it begins another, a message's token; letters in any case."""
    write_plan(connection, Plan(incidents=(incident("k7fq", boot=BOOT), incident("k7fqx"), incident("m222"))), moment())
    with StoreReader(path) as reader:
        assert _ids(*(reader.incident(asked) for asked in ("m", "k7fq", "M222.3 "))) == ["m222", "k7fq", "m222"]
        assert reader.incident("k7fq") == incident("k7fq", boot=BOOT)


@pytest.mark.parametrize("asked", ["zz", "", ".1", "%", "_"])
def test_an_unknown_incident(connection: sqlite3.Connection, path: Path, asked: str) -> None:
    """It says how to see them all; signs that SQL knows mean nothing here."""
    write_plan(connection, story(incident()), moment())
    with StoreReader(path) as reader, pytest.raises(WatchdogError, match="there is no incident") as caught:
        reader.incident(asked)

    assert "incidents --all" in caught.value.next_step


def test_an_ambiguous_incident(connection: sqlite3.Connection, path: Path) -> None:
    """It names a few of those that could be meant."""
    write_plan(connection, Plan(incidents=tuple(incident(f"k{letter}") for letter in "abcdefg")), moment())
    with StoreReader(path) as reader, pytest.raises(WatchdogError, match="7 incidents begin with 'k': ka, kb, kc, kd, ke, …"):
        reader.incident("k")


def test_history_is_told_in_order(connection: sqlite3.Connection, path: Path) -> None:
    """With the witnesses of each step."""
    now = incident()
    steps = (step(now), step(now, Transition.RESOLVED, 5))
    write_plan(connection, Plan(incidents=(now,), steps=steps), moment())
    with StoreReader(path) as reader:
        assert reader.history("k7fq") == (
            History(START, Transition.OPENED, now.kind, now.severity, worse=False, witnesses=now.witnesses),
            History(at(5).wall, Transition.RESOLVED, now.kind, now.severity, worse=False, witnesses=now.witnesses),
        )
        assert reader.history("zzzz") == ()


def test_messages_by_what_is_asked(connection: sqlite3.Connection, path: Path) -> None:
    """By channel, by trouble, by incident (also inside a group); the newest first, as many as asked."""
    group = notification("k7fq.1", group=True)
    sent = notification("k7fq.2", channel="phone", state=SENT)
    failed = notification("k7fq.3", state=NotificationState.FAILED)
    retried = notification("k7fq.4", attempts=1)
    write_plan(
        connection,
        Plan(notifications=(group, sent, failed, retried), members=(member(group, event()), member(sent, incident()))),
        moment(),
    )
    with StoreReader(path) as reader:
        assert reader.notifications() == (retried, failed, sent, group)
        assert reader.notifications(channel="phone") == (sent,)
        assert reader.notifications(failed=True) == (retried, failed)
        assert reader.notifications(incident="b3xm") == (group,)
        assert reader.notifications(limit=1) == (retried,)
        assert reader.members("k7fq.1", "desk") == (member(group, event()),)
        assert reader.pending() == {"desk": 2}


def test_every_try_is_shown(connection: sqlite3.Connection, path: Path) -> None:
    """In their order, with error and receipt."""
    write_plan(connection, story(incident(), notification()), moment())
    tries: tuple[tuple[Attempt, NotificationState], ...] = (
        (refused(), NotificationState.QUEUED),
        (accepted(1, "77"), SENT),
    )
    for one, end in tries:
        taken = claim(connection, "desk", one.at, "me")
        assert taken is not None
        settle(connection, taken, one, end, None)

    with StoreReader(path) as reader:
        assert reader.attempts("k7fq.1", "desk") == tuple(one for one, _ in tries)
        assert reader.attempts("k7fq.1", "phone") == ()


def test_blind_windows_that_reach_into_the_time_asked(connection: sqlite3.Connection, path: Path) -> None:
    """A window that lasts always does."""
    over, reaching, lasting = blind(to=START + 5), blind(START + 1, START + 10), blind(START + 2)
    keep_blind(connection, [lasting, reaching, over])
    with StoreReader(path) as reader:
        assert reader.blind_windows(START + 10) == (reaching, lasting)


def test_how_long_telling_took(connection: sqlite3.Connection, path: Path) -> None:
    """From the fact to the accepted message; what was found or told late on purpose does not count."""
    rows = (
        notification("a.1", state=SENT, sent_at=START + 300),
        notification("b.1", state=SENT, sent_at=START + 100, reason=Reason.RESOLVED),
        notification("c.1", state=SENT, sent_at=START + 900, reason=Reason.CATCH_UP),
        notification("d.1", state=SENT, sent_at=START - 1),
        notification("e.1"),
    )
    write_plan(connection, Plan(notifications=rows), moment())
    with StoreReader(path) as reader:
        assert reader.latencies(START) == (100, 300)


def test_a_row_of_another_version_is_our_error(connection: sqlite3.Connection, path: Path) -> None:
    """The other views go on."""
    write_plan(connection, story(incident(), notification()), moment())
    connection.execute("UPDATE incident SET doc = '[]'")
    with StoreReader(path) as reader:
        with pytest.raises(StoreError, match="is no Incident"):
            reader.incidents()

        assert len(reader.notifications()) == 1


def test_what_is_committed_is_seen_at_once(connection: sqlite3.Connection, path: Path) -> None:
    """A reader that stays open follows the service."""
    with StoreReader(path) as reader:
        assert reader.incidents() == ()
        write_plan(connection, story(incident()), moment())
        assert _ids(*reader.incidents()) == ["k7fq"]


@pytest.mark.usefixtures("connection")
def test_silences_in_force_and_of_late(path: Path) -> None:
    """Those that hold, the first to end first; and those that held at any time since."""
    for one in (silence("s-a", until=at(5).wall), silence("s-b", until=at(90).wall), silence("s-c", until=at(60).wall)):
        add_silence(path, one)

    with StoreReader(path) as reader:
        assert [one.id for one in reader.silences(at(5).wall)] == ["s-c", "s-b"]
        assert [one.id for one in reader.silences(at(70).wall, since=at(4).wall)] == ["s-a", "s-c", "s-b"]


def test_a_step_says_who_wanted_it(connection: sqlite3.Connection, path: Path) -> None:
    """The note of a step that a person caused; other steps have none."""
    write_plan(connection, story(incident()), moment())
    connection.execute(
        """INSERT INTO history (incident, at, transition, kind, severity, worse, witnesses, note)
           SELECT incident, at, 'acknowledged', kind, severity, worse, witnesses, 'ada: on it' FROM history"""
    )
    with StoreReader(path) as reader:
        assert [(step.transition, step.note) for step in reader.history("k7fq")] == [
            (Transition.OPENED, ""),
            (Transition.ACKNOWLEDGED, "ada: on it"),
        ]


def test_minutes_around_a_time(connection: sqlite3.Connection, path: Path) -> None:
    """Those of one home between two moments, the oldest first."""
    keep_samples(connection, [Sample(HOME, at(minute).wall) for minute in (90, 10, 20)] + [Sample("/other", at(10).wall)])
    connection.commit()
    with StoreReader(path) as reader:
        assert [one.at for one in reader.samples(HOME, at(5).wall, at(30).wall)] == [at(10).wall, at(20).wall]
