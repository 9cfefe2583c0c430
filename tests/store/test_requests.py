"""A command asks the running service through its database."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from coven_watchdog.errors import StoreDamagedError, StoreError, WatchdogError
from coven_watchdog.model.incidents import Ack
from coven_watchdog.model.words import IncidentState, Reason
from coven_watchdog.store.codec import decode
from coven_watchdog.store.connection import FILE_NAME, prepare
from coven_watchdog.store.memory import taken_ids
from coven_watchdog.store.naming import incident_named
from coven_watchdog.store.outbox import claim
from coven_watchdog.store.requests import acknowledge, add_silence, remove_silence, request_test, unacknowledge
from coven_watchdog.store.world import read_world
from coven_watchdog.store.writing import write_plan
from store.builders import HOME, START, at, counts, event, incident, moment, notification, silence, story

ACK = Ack(at(1).wall, "ada (bash, pid 77)", "on it")
REQUESTS: tuple[Callable[[Path], object], ...] = (
    lambda path: request_test(path, ["desk"], START, busy_seconds=0.01),
    lambda path: acknowledge(path, "k7fq", ACK, busy_seconds=0.01),
    lambda path: unacknowledge(path, "k7fq", START, "ada", busy_seconds=0.01),
    lambda path: add_silence(path, silence(), busy_seconds=0.01),
    lambda path: remove_silence(path, "s-k7f", START, "ada", busy_seconds=0.01),
)
every_request = pytest.mark.parametrize("request_it", REQUESTS, ids=["test", "ack", "undo", "silence", "remove"])


def test_a_test_waits_on_each_channel(connection: sqlite3.Connection, tmp_path: Path) -> None:
    """One message a channel, due at once, under an id of its own that no incident has."""
    ids = request_test(tmp_path / FILE_NAME, ["desk", "phone"], START)
    taken = [claim(connection, channel, START, "me") for channel in ("desk", "phone")]

    assert [(one.notification.id, one.notification.reason, one.members) for one in taken if one] == [
        (ids[0], Reason.TEST, ()),
        (ids[1], Reason.TEST, ()),
    ]
    assert {name.partition(".")[0] for name in ids} == taken_ids(connection)


def test_two_requests_do_not_meet(connection: sqlite3.Connection, tmp_path: Path) -> None:
    """Asking again is another test."""
    first, second = (request_test(tmp_path / FILE_NAME, ["desk"], START) for _ in range(2))
    assert first != second
    assert counts(connection, "notification") == (2,)


@every_request
def test_without_a_service_there_is_nobody_to_ask(tmp_path: Path, request_it: Callable[[Path], object]) -> None:
    """No file is made."""
    with pytest.raises(StoreError, match="no service has run here yet") as caught:
        request_it(tmp_path / FILE_NAME)

    assert "coven-watchdog service start" in caught.value.next_step
    assert list(tmp_path.iterdir()) == []


@every_request
def test_a_file_of_another_version_is_not_touched(tmp_path: Path, request_it: Callable[[Path], object]) -> None:
    """Older or newer: the service must be restarted first."""
    prepare(tmp_path / FILE_NAME)
    with pytest.raises(StoreError, match="another version"):
        request_it(tmp_path / FILE_NAME)


@every_request
def test_a_damaged_file_is_said_so(tmp_path: Path, request_it: Callable[[Path], object]) -> None:
    """With what will happen to it."""
    (tmp_path / FILE_NAME).write_bytes(b"junk" * 2000)
    with pytest.raises(StoreDamagedError):
        request_it(tmp_path / FILE_NAME)


@every_request
def test_a_held_database_is_an_error_not_a_hang(
    connection: sqlite3.Connection, tmp_path: Path, request_it: Callable[[Path], object]
) -> None:
    """The wait is bounded."""
    connection.execute("BEGIN IMMEDIATE")
    with closing(connection), pytest.raises(StoreError, match="another program holds"):
        request_it(tmp_path / FILE_NAME)


def test_an_acknowledgement_is_what_the_next_transaction_sees(connection: sqlite3.Connection, tmp_path: Path) -> None:
    """It stands in the incident; nothing else of it changes, and no step or message is written: that is the service's part."""
    write_plan(connection, story(incident(), notification()), moment())
    before = incident_named(connection, "k7fq")
    done = acknowledge(tmp_path / FILE_NAME, "k7", ACK)

    assert (done.incident, done.before) == (replace(before, ack=ACK), None)
    assert read_world(connection, ["k7fq"], [HOME], [], moment(2)).incidents["k7fq"].ack == ACK
    assert counts(connection, "history", "notification") == (1, 1)


def test_an_acknowledgement_is_renewed_and_taken_back(connection: sqlite3.Connection, tmp_path: Path) -> None:
    """The later one holds, and the former one is told; taken back, there is none, and there is none to take back."""
    path = tmp_path / FILE_NAME
    write_plan(connection, story(incident()), moment())
    acknowledge(path, "k7fq.1", ACK)
    later = replace(ACK, at=at(5).wall, until=at(65).wall)
    assert acknowledge(path, "k7fq", later).before == ACK
    assert unacknowledge(path, "k7fq", at(6).wall, "bob").before == later
    undone = incident_named(connection, "k7fq")
    assert (undone.ack, undone.unacknowledged_by) == (None, "bob")
    with pytest.raises(WatchdogError, match=r"k7fq \(daemon.crashed\) is not acknowledged"):
        unacknowledge(path, "k7fq", at(6).wall, "bob")

    assert acknowledge(path, "k7fq", later).incident.unacknowledged_by == ""


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        (event(), r"b3xm \(session.failed\) happened once and is told once; there is nothing to acknowledge"),
        (
            incident("b3xm", state=IncidentState.RESOLVED, resolved_at=START),
            r"b3xm \(daemon.crashed\) was resolved at \d\d:\d\d; there is nothing to acknowledge",
        ),
        (
            incident("b3xm", state=IncidentState.RESOLVED, withdrawn=True, resolved_at=START),
            r"is no longer watched since \d\d:\d\d",
        ),
        (incident("zzzz"), "there is no incident 'b3xm'"),
    ],
    ids=["event", "resolved", "withdrawn", "unknown"],
)
def test_only_what_is_open_is_acknowledged(connection: sqlite3.Connection, tmp_path: Path, stored: object, said: str) -> None:
    """Each other case says why not and what to look at; nothing is written."""
    assert isinstance(stored, type(incident()))
    write_plan(connection, story(stored), moment())
    for asked in (partial(acknowledge, ack=ACK), partial(unacknowledge, now=ACK.at, by="ada")):
        with pytest.raises(WatchdogError, match=said) as caught:
            asked(tmp_path / FILE_NAME, "b3xm")

        assert "coven-watchdog incidents" in caught.value.next_step

    assert incident_named(connection, stored.id).ack is None


def test_a_silence_holds_until_it_ends(connection: sqlite3.Connection, tmp_path: Path) -> None:
    """It gets an id that no incident can have, and is seen by the next transaction for as long as it lasts."""
    written = add_silence(tmp_path / FILE_NAME, silence(""))

    assert written == silence(written.id)
    assert written.id.startswith("s-")
    assert [read_world(connection, [], [], [], moment(minutes)).silences for minutes in (119, 120)] == [(written,), ()]


def test_silences_have_ids_of_their_own(connection: sqlite3.Connection, tmp_path: Path) -> None:
    """Many of them never share one, in force or over."""
    path = tmp_path / FILE_NAME
    assert len({add_silence(path, silence("", until=START)).id for _ in range(40)}) == 40
    assert counts(connection, "silence") == (40,)


def test_a_removed_silence_is_over_and_remembered(connection: sqlite3.Connection, tmp_path: Path) -> None:
    """It hides nothing from now on; who ended it, and when, is kept for those who ask later."""
    path = tmp_path / FILE_NAME
    add_silence(path, silence())
    assert remove_silence(path, "k7", at(30).wall, "bob (zsh, pid 9)") == silence()
    assert read_world(connection, [], [], [], moment(30)).silences == ()
    kept = decode(connection.execute("SELECT doc FROM silence").fetchone()["doc"], type(silence()))
    assert kept == silence(until=at(30).wall, ended_by="bob (zsh, pid 9)")
    with pytest.raises(WatchdogError, match=r"s-k7f was removed at .* by bob \(zsh, pid 9\)"):
        remove_silence(path, "s-k7f", at(31).wall, "ada")
