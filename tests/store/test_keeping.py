"""Looks are kept one to a subject."""

import sqlite3

from coven_watchdog.model.facts import EventWriter
from coven_watchdog.model.looks import BlindWindow, ChannelLook
from coven_watchdog.model.samples import Sample
from coven_watchdog.model.telling import Plan
from coven_watchdog.model.words import NotificationState
from coven_watchdog.store.codec import decode
from coven_watchdog.store.keeping import (
    drop_channels,
    drop_looks,
    keep_blind,
    keep_channels,
    keep_looks,
    keep_samples,
    keep_watchdog,
)
from coven_watchdog.store.memory import looks, watchdog
from coven_watchdog.store.outbox import claim, settle
from coven_watchdog.store.writing import write_plan
from store.builders import HOME, START, accepted, at, blind, channel_look, look, moment, notification, service


def _channels(connection: sqlite3.Connection) -> dict[str, ChannelLook]:
    return {row["name"]: decode(row["doc"], ChannelLook) for row in connection.execute("SELECT * FROM channel_look")}


def test_the_last_look_at_each_home(connection: sqlite3.Connection) -> None:
    """A newer one takes the place of the older, others stay."""
    keep_looks(connection, [look(), look("/other")])
    keep_looks(connection, [look(total=7)])
    assert looks(connection) == {HOME: look(total=7), "/other": look("/other")}


def test_a_home_that_is_not_watched_any_more(connection: sqlite3.Connection) -> None:
    """Its look is forgotten; one that nobody knows is no matter."""
    keep_looks(connection, [look(), look("/other")])
    drop_looks(connection, ["/other", "/never"])
    assert looks(connection) == {HOME: look()}


def test_one_service(connection: sqlite3.Connection) -> None:
    """The service describes itself in one row."""
    assert watchdog(connection) is None
    keep_watchdog(connection, service())
    keep_watchdog(connection, service(pid=5))
    assert watchdog(connection) == service(pid=5)


def test_a_blind_window_ends_later(connection: sqlite3.Connection) -> None:
    """Its home and beginning name it."""
    keep_blind(connection, [blind(), blind(home="/other")])
    keep_blind(connection, [blind(to=START + 5), BlindWindow(HOME, START + 9, None, "half \ud800")])
    rows = connection.execute("SELECT home, since, until, why FROM blind_window ORDER BY home, since").fetchall()
    assert [tuple(row) for row in rows] == [
        (HOME, START, START + 5, "asleep"),
        (HOME, START + 9, None, "half ?"),
        ("/other", START, None, "asleep"),
    ]


def test_channels_are_kept(connection: sqlite3.Connection) -> None:
    """One row a channel."""
    keep_channels(connection, [channel_look(), channel_look("phone")])
    keep_channels(connection, [channel_look("phone", state="failing")])
    assert _channels(connection) == {"desk": channel_look(), "phone": channel_look("phone", state="failing")}


def test_a_channel_that_is_gone_takes_nothing_more(connection: sqlite3.Connection) -> None:
    """What waited for it is withheld as not routed; what is in hand is its worker's to settle."""
    keep_channels(connection, [channel_look(), channel_look("phone")])
    rows = [notification("a.1"), notification("a.1", channel="phone"), notification("b.1", channel="phone")]
    write_plan(connection, Plan(notifications=tuple(rows)), moment())
    taken = claim(connection, "phone", at().wall, "me")
    assert taken is not None

    drop_channels(connection, ["desk"])
    settle(connection, taken, accepted(), NotificationState.SENT, None)
    states = connection.execute("SELECT channel, state, suppression FROM notification ORDER BY seq").fetchall()
    assert _channels(connection) == {"desk": channel_look()}
    assert [tuple(row) for row in states] == [
        ("desk", "queued", None),
        ("phone", "sent", None),
        ("phone", "withheld", "not_routed"),
    ]


def test_a_minute_is_kept_once(connection: sqlite3.Connection) -> None:
    """One row for each home and minute."""
    keep_samples(connection, [Sample(HOME, START), Sample("/other", START)])
    keep_samples(connection, [Sample(HOME, START, event_writer=EventWriter("failed")), Sample(HOME, START + 1)])
    rows = connection.execute("SELECT doc FROM sample ORDER BY home, at").fetchall()
    assert [decode(row["doc"], Sample) for row in rows] == [
        Sample(HOME, START),
        Sample(HOME, START + 1),
        Sample("/other", START),
    ]
