"""What a start must know of the time before. In: the database; out: `Memory`."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field

from coven_watchdog.model.incidents import Incident
from coven_watchdog.model.looks import ChannelLook, HomeLook, WatchdogLook
from coven_watchdog.model.time import HOUR, MINUTE
from coven_watchdog.model.words import Kind
from coven_watchdog.store.codec import decode, word
from coven_watchdog.store.moment import Moment, in_this_boot
from coven_watchdog.store.rows import digest, members, notification

_RECENT = 15 * MINUTE
_NOTED = 48 * HOUR
# an unstable one owes its last word until it has been calm for a while
_RECENTLY = "state = 'resolved' AND (resolved_at > ? OR json_extract(doc, '$.unstable'))"


@dataclass(frozen=True, slots=True)
class Memory:
    """What was open, what was resolved within 15 minutes or is unstable, which events of 48 hours were noted, the last looks."""

    open: tuple[Incident, ...] = ()
    recent: tuple[Incident, ...] = ()
    noted: frozenset[tuple[str, str, Kind, str]] = frozenset()
    """(home, subject, kind, occurrence)."""
    looks: Mapping[str, HomeLook] = field(default_factory=dict)
    watchdog: WatchdogLook | None = None
    channels: tuple[ChannelLook, ...] = ()


def load(connection: sqlite3.Connection, moment: Moment) -> Memory:
    """Read it.

    Raises:
        StoreError: a row cannot be decoded.
    """
    return Memory(
        open=_incidents(connection, moment, "state = 'open'", ()),
        recent=_incidents(connection, moment, _RECENTLY, (moment.now.wall - _RECENT,)),
        noted=_noted(connection, moment.now.wall - _NOTED),
        looks=looks(connection),
        watchdog=watchdog(connection),
        channels=channel_looks(connection),
    )


def check_rows(connection: sqlite3.Connection, moment: Moment) -> None:
    """Read once what a start and the outbox will read.

    Raises:
        StoreError: a row cannot be decoded.
    """
    load(connection, moment)
    for row in connection.execute("SELECT * FROM notification WHERE state = 'queued'"):
        notification(row)
        digest(row)
        members(connection, row["id"], row["channel"])


def looks(connection: sqlite3.Connection) -> dict[str, HomeLook]:
    """The last look at each home, by its key."""
    return {row["home"]: decode(row["doc"], HomeLook) for row in connection.execute("SELECT * FROM home_look ORDER BY home")}


def watchdog(connection: sqlite3.Connection) -> WatchdogLook | None:
    """The service as it last described itself."""
    row = connection.execute("SELECT doc FROM watchdog_look").fetchone()
    return decode(row["doc"], WatchdogLook) if row else None


def channel_looks(connection: sqlite3.Connection) -> tuple[ChannelLook, ...]:
    """The channels as the service last knew them, by name."""
    return tuple(decode(row["doc"], ChannelLook) for row in connection.execute("SELECT doc FROM channel_look ORDER BY name"))


def taken_ids(connection: sqlite3.Connection) -> set[str]:
    """Every incident id in use, also those that only a message carries."""
    return {row[0] for row in connection.execute("SELECT id FROM incident UNION SELECT incident FROM notification")}


def _incidents(connection: sqlite3.Connection, moment: Moment, where: str, values: tuple[int, ...]) -> tuple[Incident, ...]:
    rows = connection.execute(f"SELECT doc, look_at FROM incident WHERE {where} ORDER BY opened_at, id", values)  # noqa: S608
    return tuple(in_this_boot(row, moment) for row in rows)


def _noted(connection: sqlite3.Connection, since: int) -> frozenset[tuple[str, str, Kind, str]]:
    rows = connection.execute(
        "SELECT home, subject, kind, occurrence FROM incident WHERE form = 'event' AND changed_at > ?", (since,)
    )
    return frozenset((row["home"], row["subject"], word(row["kind"], Kind), row["occurrence"]) for row in rows)
