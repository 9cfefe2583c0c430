"""Rows of the outbox come back as they were put in."""

import sqlite3
from dataclasses import replace

import pytest

from coven_watchdog.errors import StoreError
from coven_watchdog.model.incidents import Incident
from coven_watchdog.model.telling import Notification
from coven_watchdog.model.words import Kind, NotificationState, Reason, Severity, Suppression
from coven_watchdog.store.rows import insert_notification, listed, members, notification, put_member, worst_members
from store.builders import START, event, incident, member
from store.builders import notification as message

FULL = message(
    state=NotificationState.WITHHELD,
    suppression=Suppression.INHIBITED,
    sent_at=START + 1,
    attempts=3,
    next_attempt_at=START + 2,
    group=True,
)


@pytest.mark.parametrize("given", [message(), FULL])
def test_a_message_comes_back_as_it_was(connection: sqlite3.Connection, given: Notification) -> None:
    """Every field, set or not."""
    insert_notification(connection, given)
    assert notification(connection.execute("SELECT * FROM notification").fetchone()) == given


def test_an_id_is_used_once_per_channel(connection: sqlite3.Connection) -> None:
    """The same telling may stand on two channels, never twice on one."""
    insert_notification(connection, message())
    insert_notification(connection, message(channel="phone"))
    with pytest.raises(sqlite3.IntegrityError):
        insert_notification(connection, message())


def test_members_keep_their_order_and_are_renewed_in_place(connection: sqlite3.Connection) -> None:
    """Joining again replaces the snapshot and the role, not the place."""
    row = message()
    first, second = member(row, incident()), member(row, event())
    renewed = replace(first, role=Reason.CHANGED, snapshot=incident(reminders=2))
    insert_notification(connection, row)
    for one in (first, second, renewed):
        put_member(connection, one, 1)

    assert members(connection, row.id, row.channel) == (renewed, second)


def _told(connection: sqlite3.Connection, *snapshots: Incident) -> None:
    """One message of all of them, opened by the incident of its id."""
    insert_notification(connection, message())
    for one in snapshots:
        put_member(connection, member(message(), one), 1)


OPENER = event("k7fq", severity=Severity.INFO)
MANY = (
    event("aaaa"),
    incident("bbbb", resolved_at=START),
    event("cccc", severity=Severity.INFO),
    OPENER,
    incident("dddd"),
    event("eeee"),
    incident("ffff", severity=Severity.WARNING),
)


@pytest.mark.parametrize(
    ("limit", "worst"),
    [
        (1, ["k7fq"]),
        (2, ["k7fq", "dddd"]),
        (4, ["k7fq", "dddd", "aaaa", "eeee"]),
        (6, ["k7fq", "dddd", "aaaa", "eeee", "ffff", "cccc"]),
    ],
)
def test_of_very_many_the_worst(connection: sqlite3.Connection, limit: int, worst: list[str]) -> None:
    """Whoever opened the message, then what is still so and how bad it is, in the order of their coming; and how many in all."""
    _told(connection, *MANY)
    found, kinds = worst_members(connection, "k7fq.1", "desk", limit)
    assert [one.incident for one in found] == worst
    assert kinds == {Kind.SESSION_FAILED: 4, Kind.DAEMON_CRASHED: 3}


@pytest.mark.parametrize("limit", [7, 100])
def test_few_enough_are_all_there(connection: sqlite3.Connection, limit: int) -> None:
    """In the order of their coming; nothing needs to be counted."""
    _told(connection, *MANY)
    assert worst_members(connection, "k7fq.1", "desk", limit) == (tuple(member(message(), one) for one in MANY), {})
    assert worst_members(connection, "k7fq.1", "phone", limit) == ((), {})


def test_a_member_needs_its_message(connection: sqlite3.Connection) -> None:
    """The database refuses half a message."""
    with pytest.raises(sqlite3.IntegrityError):
        put_member(connection, member(message(), incident()), 1)


def test_a_word_of_another_version_is_our_error(connection: sqlite3.Connection) -> None:
    """An unknown state does not escape as a foreign exception."""
    insert_notification(connection, message())
    connection.execute("UPDATE notification SET state = 'folded'")
    with pytest.raises(StoreError, match="NotificationState"):
        notification(connection.execute("SELECT * FROM notification").fetchone())


def test_any_number_of_values_is_one_parameter(connection: sqlite3.Connection) -> None:
    """Quotes and all."""
    given = ["a", 'b"', "c'", "§"]
    rows = connection.execute("SELECT value FROM json_each(?)", (listed(given),)).fetchall()
    assert [row["value"] for row in rows] == given
