"""A start knows what it must, in the time of its own boot."""

import sqlite3
from dataclasses import replace

import pytest

from coven_watchdog.errors import StoreError
from coven_watchdog.model.incidents import Incident
from coven_watchdog.model.telling import Plan
from coven_watchdog.model.time import Instant
from coven_watchdog.model.words import IncidentState, Kind
from coven_watchdog.store.keeping import keep_looks, keep_watchdog
from coven_watchdog.store.memory import Memory, check_rows, load, taken_ids
from coven_watchdog.store.moment import Moment
from coven_watchdog.store.writing import write_plan
from store.builders import BOOT, HOME, at, event, incident, look, moment, notification, service, story


def _put(connection: sqlite3.Connection, *incidents: Incident, minutes: float = 0) -> None:
    write_plan(connection, Plan(incidents=incidents), moment(minutes))


def _resolved(name: str, minutes: float, *, unstable: bool = False) -> Incident:
    over = at(minutes).wall
    return incident(name, boot=BOOT, state=IncidentState.RESOLVED, changed_at=over, resolved_at=over, unstable=unstable)


def test_nothing_is_known_at_first(connection: sqlite3.Connection) -> None:
    """An empty database is an empty memory."""
    assert load(connection, moment()) == Memory()


def test_open_and_lately_resolved(connection: sqlite3.Connection) -> None:
    """Open ones however old; resolved ones for 15 minutes, an unstable one until it is calm."""
    held, recent, flapping = incident("aaaa", boot=BOOT), _resolved("bbbb", 46), _resolved("dddd", 0, unstable=True)
    _put(connection, held, recent, _resolved("cccc", 44), flapping)
    memory = load(connection, moment(60))

    assert memory.open == (held,)
    assert memory.recent == (recent, flapping)


def test_events_noted_within_two_days(connection: sqlite3.Connection) -> None:
    """By home, subject, kind and occurrence."""
    old, new = at(0).wall, at(60).wall
    _put(connection, event("aaaa", changed_at=old), event("bbbb", changed_at=new, occurrence="2"), incident("cccc"))
    noted = load(connection, moment(60 * 48)).noted
    assert noted == {(HOME, "session:3f0c", Kind.SESSION_FAILED, "2")}


def test_last_looks(connection: sqlite3.Connection) -> None:
    """Of homes and of the service."""
    keep_looks(connection, [look()])
    keep_watchdog(connection, service())
    memory = load(connection, moment())
    assert (memory.looks, memory.watchdog) == ({HOME: look()}, service())


def test_the_next_look_of_this_boot_stands(connection: sqlite3.Connection) -> None:
    """Awake time goes on when only the watchdog restarts."""
    _put(connection, incident(next_look_at=at(30).awake), minutes=10)
    assert load(connection, moment(20)).open[0].next_look_at == at(30).awake


@pytest.mark.parametrize(("minutes", "left"), [(20, 10), (90, 0)])
def test_the_next_look_of_another_boot_is_counted_anew(connection: sqlite3.Connection, minutes: float, left: int) -> None:
    """Awake time begins again with a boot: what was left of the wait is left, and what is overdue is due."""
    _put(connection, incident(next_look_at=at(30).awake), minutes=10)
    booted = Instant(wall=at(minutes).wall, awake=7)
    found = load(connection, Moment(booted, "boot-two")).open[0]
    assert found == incident(
        boot="boot-two", next_look_at=7 + at(left).wall - at(0).wall, opened_awake=7 - at(minutes).wall + at(0).wall
    )


def test_no_next_look_stays_none(connection: sqlite3.Connection) -> None:
    """An incident that is never reminded of is not because of a reboot."""
    _put(connection, incident())
    assert load(connection, moment(boot="boot-two")).open == (incident(boot="boot-two", opened_awake=at(0).awake),)


def test_ids_in_use(connection: sqlite3.Connection) -> None:
    """Those of incidents, and those that only a message carries."""
    write_plan(connection, story(incident(), notification("test.1")), moment())
    assert taken_ids(connection) == {"k7fq", "test"}


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE incident SET doc = '{'",
        "UPDATE notification_incident SET snapshot = replace(snapshot, 'daemon.crashed', 'daemon.vanished')",
        "UPDATE notification SET reason = 'whim'",
    ],
)
def test_rows_that_a_start_will_need_are_read_once(connection: sqlite3.Connection, damage: str) -> None:
    """A row of open incidents or of the queue that makes no sense is found before it is needed."""
    write_plan(connection, story(replace(incident(), boot=BOOT), notification()), moment())
    check_rows(connection, moment())
    connection.execute(damage)
    with pytest.raises(StoreError, match="is no"):
        check_rows(connection, moment())
