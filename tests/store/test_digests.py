"""What a digest is made from, on a real database; and the digests that were."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from coven_watchdog.errors import StoreError
from coven_watchdog.model.digests import Chronicle, Digest, Gap, Held, Tally, Trouble, Untold
from coven_watchdog.model.facts import Scene
from coven_watchdog.model.looks import BlindWindow
from coven_watchdog.model.telling import Notification, Plan, Silence
from coven_watchdog.model.time import DAY, HOUR, MINUTE
from coven_watchdog.model.words import IncidentState, Kind, NotificationState, Reason, Severity, Suppression
from coven_watchdog.store import FILE_NAME, Store, StoreReader, open_store, request_digest
from coven_watchdog.store.digests import chronicle, last_digests, put_digest
from coven_watchdog.store.fallback import remembered, write_back
from coven_watchdog.store.keeping import keep_blind
from coven_watchdog.store.outbox import claim, settle
from coven_watchdog.store.retention import purge_batch
from coven_watchdog.store.writing import write_plan
from store.builders import BOOT, HOME, START, accepted, at, counts, database, event, incident, member, moment, notification

NOW = START + DAY
SENT = NotificationState.SENT
FULL = Digest(
    NOW - DAY,
    NOW,
    open=(Trouble("k7fq", HOME, Kind.DAEMON_CRASHED, Severity.CRITICAL, "Coven crashed", "killed", START),),
    sessions=(Tally(None, Severity.WARNING, "codex", "shop", 2),),
    held=(Held(Suppression.SILENCED, 1, "ada"),),
    undelivered=(("phone", 3),),
    gaps=(Gap("asleep", (HOME,), HOUR, 2),),
)


def row(name: str = "20260529-0830", channel: str = "desk", **changes: object) -> Notification:
    """A digest that waits."""
    plain = notification(f"{name}.1", channel, reason=Reason.DIGEST, committed_at=NOW, due_at=NOW, fact_at=NOW)
    return replace(plain, **changes)  # type: ignore[arg-type]


def drafted(name: str, found: Chronicle, last: Mapping[str, int]) -> tuple[tuple[Notification, Digest], ...]:
    """One digest for the desk, that says what it saw of the last one."""
    return ((row(name), replace(FULL, since=last.get("desk", found.since), until=found.until)),)


def tell(connection: sqlite3.Connection, *rows: Notification) -> None:
    """Messages about the crash."""
    about = incident(changed_at=NOW - HOUR)
    plan = Plan(incidents=(about,), notifications=rows, members=tuple(member(one, about) for one in rows))
    write_plan(connection, plan, moment())


def deliver(connection: sqlite3.Connection, now: int, state: NotificationState = SENT) -> None:
    """What waits on the desk is tried."""
    taken = claim(connection, "desk", now, "me")
    assert taken is not None
    settle(connection, taken, accepted(), state, None)


def withheld(name: str, suppression: Suppression, channel: str = "desk", when: int = NOW - HOUR) -> Notification:
    """Something that was not told."""
    state = NotificationState.WITHHELD
    return notification(name, channel, state=state, suppression=suppression, committed_at=when)


def test_incidents_of_the_time(connection: sqlite3.Connection) -> None:
    """What is open, however old, and what changed within it; without the scene."""
    over = {"state": IncidentState.RESOLVED, "resolved_at": NOW - HOUR, "scene": Scene(START)}
    found = (
        incident("a222", changed_at=NOW - 9 * DAY, opened_at=NOW - 9 * DAY),
        incident("b222", subject="store", changed_at=NOW - HOUR, **over),
        incident("c222", subject="home", changed_at=NOW - 2 * DAY, **over),
        event("d222", changed_at=NOW - DAY),
    )
    write_plan(connection, Plan(incidents=found), moment())
    read = chronicle(connection, NOW - DAY, NOW)
    assert [one.id for one in read.incidents] == ["a222", "b222", "d222"]
    assert read.incidents[1].scene is None
    assert (read.since, read.until) == (NOW - DAY, NOW)


def test_what_was_withheld_and_not_told_since(connection: sqlite3.Connection) -> None:
    """What a channel was told later is no loss to it; the word that something is hidden is not that, nor is another channel's."""
    tell(
        connection,
        withheld("k7fq.1", Suppression.QUIET_HOURS),
        withheld("k7fq.1", Suppression.SILENCED, "phone"),
        withheld("k7fq.1", Suppression.RATE_LIMITED, "mail", NOW - 2 * DAY),
        notification("k7fq.2", "desk", committed_at=NOW - MINUTE),
        notification("k7fq.2", "phone", reason=Reason.HIDDEN, committed_at=NOW - MINUTE),
    )
    assert chronicle(connection, NOW - DAY, NOW).untold == (Untold("phone", "k7fq", NOW - HOUR, Suppression.SILENCED),)


def test_what_was_told_before_it_was_withheld(connection: sqlite3.Connection) -> None:
    """A first word does not undo that the later ones were kept back."""
    tell(connection, notification("k7fq.1"), withheld("k7fq.2", Suppression.ACKNOWLEDGED))
    assert [one.suppression for one in chronicle(connection, NOW - DAY, NOW).untold] == [Suppression.ACKNOWLEDGED]


def test_what_did_not_arrive(connection: sqlite3.Connection) -> None:
    """Given up or refused; neither tests nor digests, whose failure is not an alert that was missed."""
    failed, given_up = NotificationState.FAILED, NotificationState.GIVEN_UP
    tell(
        connection,
        notification("k7fq.1", state=given_up, committed_at=NOW - HOUR),
        notification("k7fq.2", state=failed, committed_at=NOW - HOUR),
        notification("k7fq.3", state=failed, committed_at=NOW - 2 * DAY),
        notification("k7fq.4", state=failed, reason=Reason.TEST, committed_at=NOW - HOUR),
        notification("k7fq.5", state=given_up, reason=Reason.DIGEST, committed_at=NOW - HOUR),
        notification("k7fq.6", state=SENT, committed_at=NOW - HOUR),
    )
    assert chronicle(connection, NOW - DAY, NOW).untold == (Untold("desk", "k7fq", NOW - HOUR),) * 2


def test_silences_and_blind_windows_of_the_time(connection: sqlite3.Connection) -> None:
    """What reaches into it, also when it is over or lasts."""
    silences = [Silence("s-old", NOW - 2 * DAY), Silence("s-past", NOW - HOUR, by="ada"), Silence("s-now", NOW + HOUR)]
    windows = [
        BlindWindow(HOME, NOW - 3 * DAY, NOW - 2 * DAY, "old"),
        BlindWindow(HOME, NOW - 2 * DAY, NOW - HOUR, "past"),
        BlindWindow(HOME, NOW - HOUR, None, "now"),
    ]
    for one in silences:
        connection.execute("INSERT INTO silence VALUES (?, ?, json_object('id', ?, 'until', ?))", (one.id, one.until) * 2)

    keep_blind(connection, windows)
    read = chronicle(connection, NOW - DAY, NOW)
    assert [one.id for one in read.silences] == ["s-past", "s-now"]
    assert read.blind == tuple(windows[1:])


def test_it_goes_through_the_outbox(connection: sqlite3.Connection) -> None:
    """The whole digest comes out again with the message, in this life or the next; other messages have none."""
    put_digest(connection, "20260529-0830", NOW - DAY, NOW, lambda *_: ((row(), FULL),))
    taken = claim(connection, "desk", NOW, "me")
    assert taken is not None
    assert (taken.notification, taken.digest, taken.members) == (row(attempts=1), FULL, ())
    settle(connection, taken, accepted(), SENT, None)
    tell(connection, notification("k7fq.1"))
    plain = claim(connection, "desk", NOW, "me")
    assert plain is not None
    assert plain.digest is None


def test_once_for_each_name(connection: sqlite3.Connection) -> None:
    """A second digest of one name is not written, whatever became of the first; another name is another digest."""
    first = put_digest(connection, "20260529-0830", NOW - DAY, NOW, drafted)
    assert [one.id for one in first] == ["20260529-0830.1"]
    deliver(connection, NOW)
    assert put_digest(connection, "20260529-0830", NOW - DAY, NOW + MINUTE, drafted) == ()
    assert len(put_digest(connection, "20260530-0830", NOW, NOW + DAY, drafted)) == 1
    assert counts(connection, "notification") == (2,)


def test_since_the_last_that_was_sent(connection: sqlite3.Connection) -> None:
    """One that waits, failed or had nothing to say is not what a channel knows."""
    assert last_digests(connection) == {}
    put_digest(connection, "20260529-0830", NOW - DAY, NOW, drafted)
    assert last_digests(connection) == {}
    deliver(connection, NOW)
    assert last_digests(connection) == {"desk": NOW}
    put_digest(connection, "20260530-0830", NOW, NOW + DAY, drafted)
    deliver(connection, NOW + DAY, NotificationState.FAILED)
    assert last_digests(connection) == {"desk": NOW}


def test_what_cannot_be_read_is_said(connection: sqlite3.Connection) -> None:
    """Nonsense in a digest's row is an error, not an empty digest."""
    put_digest(connection, "20260529-0830", NOW - DAY, NOW, drafted)
    connection.execute("UPDATE notification SET doc = '{}'")
    with pytest.raises(StoreError, match="no Digest"):
        claim(connection, "desk", NOW, "me")


def test_old_ones_are_forgotten(connection: sqlite3.Connection) -> None:
    """After thirty days, as other messages."""
    put_digest(connection, "20260529-0830", NOW - DAY, NOW, drafted)
    deliver(connection, NOW)
    while purge_batch(connection, NOW + 31 * DAY):
        pass

    assert counts(connection, "notification", "attempt") == (0, 0)


async def _put(store: Store, name: str) -> tuple[Notification, ...]:
    return await store.put_digest(name, NOW - DAY, NOW, drafted)


@pytest.mark.anyio
async def test_the_service_writes_it_once(tmp_path: Path) -> None:
    """In one life or the next, before it is sent or after."""
    async with open_store(tmp_path, now=at(), boot=BOOT) as store:
        assert len(await _put(store, "20260529-0830")) == 1
        assert await _put(store, "20260529-0830") == ()

    async with open_store(tmp_path, now=at(), boot=BOOT) as store:
        assert await _put(store, "20260529-0830") == ()
        taken = await store.claim("desk", NOW)
        assert taken is not None
        assert taken.digest is not None


def test_one_that_is_asked_for_while_the_disk_fails(tmp_path: Path) -> None:
    """What reached the file while memory was in use is sent when the file is used again; what memory has sent is not sent again."""
    with closing(database(tmp_path)) as file:
        put_digest(file, "20260529-0830", NOW - DAY, NOW, drafted)
        file.commit()
        memory, _ = remembered(file, START)
        with closing(memory):
            deliver(memory, NOW)
            asked = request_digest(tmp_path / FILE_NAME, NOW - DAY, NOW, drafted)
            write_back(memory, file, "x")

        taken = claim(file, "desk", NOW, "me")
        assert taken is not None
        assert (taken.notification.id, taken.digest) == (asked[0].id, replace(FULL, since=NOW - DAY))
        assert last_digests(file) == {"desk": NOW}


@pytest.mark.anyio
async def test_nonsense_is_found_at_a_start(tmp_path: Path) -> None:
    """A row that says nothing readable would stop its channel: the database is moved aside, as with any damage."""

    def spoil() -> None:
        with closing(database(tmp_path)) as connection:
            put_digest(connection, "20260529-0830", NOW - DAY, NOW, drafted)
            connection.execute("UPDATE notification SET doc = '[]'")
            connection.commit()

    await anyio.to_thread.run_sync(spoil)
    async with open_store(tmp_path, now=at(), boot=BOOT) as store:
        assert store.condition.damaged is not None


def test_a_command_asks_for_one(tmp_path: Path) -> None:
    """It is written under a name of its own, and again when it is asked for again; a reader sees what it is made from."""
    with closing(database(tmp_path)) as connection:
        tell(connection, withheld("k7fq.1", Suppression.SILENCED))
        connection.commit()

    first, second = (request_digest(tmp_path / FILE_NAME, NOW - DAY, NOW, drafted) for _ in range(2))
    assert first[0].id != second[0].id
    with StoreReader(tmp_path / FILE_NAME) as rows:
        assert [one.id for one in rows.chronicle(NOW - DAY, NOW).incidents] == ["k7fq"]
        assert rows.last_digests() == {}
        assert {one.reason for one in rows.notifications()} == {Reason.DIGEST, Reason.FIRST}
