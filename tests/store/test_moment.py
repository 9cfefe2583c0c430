"""Awake times over a restart of the machine: what was due is due, and how long it has been open is not forgotten."""

import sqlite3
from dataclasses import replace

import pytest

from coven_watchdog.model.incidents import Incident
from coven_watchdog.model.telling import Plan
from coven_watchdog.model.time import MINUTE, Instant
from coven_watchdog.store.memory import load
from coven_watchdog.store.moment import Moment, in_this_boot
from coven_watchdog.store.writing import write_plan
from store.builders import BOOT, HOME, START, at, incident

AWAKE = at().awake
OPEN = incident(opened_awake=AWAKE, reopenings=(START,), next_look_at=AWAKE + 240 * MINUTE)


def booted(minutes: float, awake: int = 5 * MINUTE) -> Moment:
    """So many minutes after it opened, in a machine that was started anew."""
    return Moment(Instant(at(minutes).wall, awake), "boot-two")


def read(connection: sqlite3.Connection, stored: Incident, moment: Moment) -> Incident:
    """It is written when it opens, and read at that moment."""
    write_plan(connection, Plan(incidents=(stored,)), Moment(at(), BOOT))
    return in_this_boot(connection.execute("SELECT doc, look_at FROM incident").fetchone(), moment)


def test_in_the_same_boot_nothing_changes(connection: sqlite3.Connection) -> None:
    """The awake clock is the same one."""
    assert read(connection, OPEN, Moment(at(30), BOOT)) == replace(OPEN, boot=BOOT)


@pytest.mark.parametrize(
    ("minutes", "left"),
    [(60, 180 * MINUTE), (240, 0), (500, 0)],
    ids=["not yet due", "due now", "was due while nobody watched"],
)
def test_what_was_to_come(connection: sqlite3.Connection, minutes: float, left: int) -> None:
    """The next reminder comes when it would have come, by the clock on the wall; a missed one at once."""
    assert read(connection, OPEN, booted(minutes)).next_look_at == 5 * MINUTE + left


def test_what_nobody_waits_for(connection: sqlite3.Connection) -> None:
    """Without a look to come there is none after a boot either; whose times they are is known."""
    found = read(connection, replace(OPEN, next_look_at=None), booted(60))
    assert (found.next_look_at, found.boot) == (None, "boot-two")


@pytest.mark.parametrize(("minutes", "age"), [(60, 60), (3, 3), (0, 0), (-30, 0)])
def test_how_long_it_has_been_open(connection: sqlite3.Connection, minutes: float, age: float) -> None:
    """By the clock on the wall, also longer than the machine has been up; a clock that was set back makes it young."""
    found = read(connection, OPEN, booted(minutes))
    assert found.opened_awake == 5 * MINUTE - age * MINUTE


def test_since_it_last_opened(connection: sqlite3.Connection) -> None:
    """An escalation waits from the latest opening; of one without any, from the first."""
    again = replace(OPEN, reopenings=(START, at(40).wall))
    assert read(connection, again, booted(60)).opened_awake == -15 * MINUTE
    bare = incident("b3xm", reopenings=())
    write_plan(connection, Plan(incidents=(bare,)), Moment(at(), BOOT))
    row = connection.execute("SELECT doc, look_at FROM incident WHERE id = 'b3xm'").fetchone()
    assert in_this_boot(row, booted(60)).opened_awake == -55 * MINUTE


def test_whoever_reads_reads_so(connection: sqlite3.Connection) -> None:
    """What the machine remembers of the run before is of this boot."""
    write_plan(connection, Plan(incidents=(OPEN,)), Moment(at(), BOOT))
    memory = load(connection, booted(60))
    assert [(one.home, one.boot, one.opened_awake) for one in memory.open] == [(HOME, "boot-two", -55 * MINUTE)]
