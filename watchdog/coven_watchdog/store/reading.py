"""The store as the command line reads it: its own read-only connection, whether a service runs or not. Out: model values."""

import sqlite3
from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from coven_watchdog.config.places import there
from coven_watchdog.model.digests import Chronicle
from coven_watchdog.model.incidents import Incident, Witness
from coven_watchdog.model.looks import BlindWindow, ChannelLook, HomeLook, WatchdogLook
from coven_watchdog.model.samples import Sample
from coven_watchdog.model.telling import Attempt, Member, Notification, Silence, World
from coven_watchdog.model.words import AttemptOutcome, Kind, Severity, Transition
from coven_watchdog.store.codec import decode, word
from coven_watchdog.store.connection import closed_on_error, connect_reading
from coven_watchdog.store.digests import chronicle, last_digests
from coven_watchdog.store.edge import translated
from coven_watchdog.store.fallback import empty, remembered
from coven_watchdog.store.figures import latencies
from coven_watchdog.store.memory import looks, watchdog
from coven_watchdog.store.migrations import NEWEST, refuse_newer, version
from coven_watchdog.store.moment import Moment
from coven_watchdog.store.naming import incident_named
from coven_watchdog.store.rows import members, notification
from coven_watchdog.store.world import read_world

_FAILED = "(state IN ('failed', 'given_up') OR (state = 'queued' AND attempts > 0))"


@dataclass(frozen=True, slots=True)
class History:
    """One step of an incident, with what was seen then. `at`: wall µs."""

    at: int
    transition: Transition
    kind: Kind
    severity: Severity
    worse: bool
    witnesses: tuple[Witness, ...]
    note: str = ""
    """Who wanted it so, and why: of acknowledgements and silences."""


class StoreReader:
    """A context manager over the database file `path`. A file that is not there gives empty views.

    Raises:
        StoreDamagedError: the file is no database, or its pages do not fit together; from any view.
        StoreError: it cannot be read, or was written by a later version.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection

    def __enter__(self) -> Self:
        with translated(self._path):
            self._connection = _opened(self._path)

        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._connection.close()

    def looks(self) -> Mapping[str, HomeLook]:
        """The last look at each home, by its key."""
        with translated(self._path):
            return looks(self._connection)

    def watchdog(self) -> WatchdogLook | None:
        """The service as it last described itself; it may have ended since."""
        with translated(self._path):
            return watchdog(self._connection)

    def incidents(self, *, open_only: bool = False, since: int | None = None) -> tuple[Incident, ...]:
        """Incidents, the latest change first. `since`: wall µs; an open incident is always within it."""
        where = "state = 'open'" if open_only else "(state = 'open' OR changed_at >= :since OR :since IS NULL)"
        rows = self._rows(f"SELECT doc FROM incident WHERE {where} ORDER BY changed_at DESC, id", since=since)  # noqa: S608
        return tuple(decode(row["doc"], Incident) for row in rows)

    def incident(self, prefix: str) -> Incident:
        """The one incident whose id begins so; the token of a message (`k7fq.1`) names its incident.

        Raises:
            WatchdogError: there is none, or more than one.
        """
        with translated(self._path):
            return incident_named(self._connection, prefix)

    def world(self, homes: Collection[str], channels: Collection[str], moment: Moment) -> World:
        """What a decision about these homes and channels would rest on now."""
        with translated(self._path):
            return read_world(self._connection, [], homes, channels, moment)

    def silences(self, now: int, *, since: int | None = None) -> tuple[Silence, ...]:
        """What is silenced at `now`, the first to end first; with `since`, what was silenced at any time from then on. Wall µs."""
        after = now if since is None else since
        rows = self._rows("SELECT doc FROM silence WHERE until > ? ORDER BY until, id", after)
        return tuple(decode(row["doc"], Silence) for row in rows)

    def history(self, incident: str) -> tuple[History, ...]:
        """Its steps, the oldest first."""
        rows = self._rows("SELECT * FROM history WHERE incident = ? ORDER BY seq", incident)
        return tuple(_history(row) for row in rows)

    def notifications(
        self, *, channel: str | None = None, failed: bool = False, incident: str | None = None, limit: int | None = None
    ) -> tuple[Notification, ...]:
        """Messages, the newest first: of one channel, those not accepted (yet) after a try, those that speak of an incident."""
        rows = self._rows(
            f"""SELECT * FROM notification
                WHERE (:channel IS NULL OR channel = :channel) AND (NOT :failed OR {_FAILED})
                  AND (:incident IS NULL
                       OR (id, channel) IN (SELECT notification, channel FROM notification_incident WHERE incident = :incident))
                ORDER BY seq DESC LIMIT :limit""",  # noqa: S608 - no value of others
            channel=channel,
            failed=failed,
            incident=incident,
            limit=-1 if limit is None else limit,
        )
        return tuple(notification(row) for row in rows)

    def members(self, notification_id: str, channel: str) -> tuple[Member, ...]:
        """The incidents inside a message, in the order in which they joined."""
        with translated(self._path):
            return members(self._connection, notification_id, channel)

    def attempts(self, notification_id: str, channel: str) -> tuple[Attempt, ...]:
        """Every recorded try, the first first."""
        rows = self._rows(
            "SELECT * FROM attempt WHERE notification = ? AND channel = ? ORDER BY number", notification_id, channel
        )
        return tuple(
            Attempt(at=row["at"], outcome=word(row["outcome"], AttemptOutcome), error=row["error"], receipt=row["receipt"])
            for row in rows
        )

    def channels(self) -> tuple[ChannelLook, ...]:
        """The channels as the service last knew them, by name."""
        return tuple(decode(row["doc"], ChannelLook) for row in self._rows("SELECT doc FROM channel_look ORDER BY name"))

    def pending(self) -> Mapping[str, int]:
        """How many messages wait, by channel."""
        rows = self._rows("SELECT channel, count(*) AS waiting FROM notification WHERE state = 'queued' GROUP BY channel")
        return {row["channel"]: row["waiting"] for row in rows}

    def blind_windows(self, since: int) -> tuple[BlindWindow, ...]:
        """When nobody watched, as far as it reached beyond `since` (wall µs); the oldest first."""
        rows = self._rows("SELECT * FROM blind_window WHERE until IS NULL OR until >= ? ORDER BY since, home", since)
        return tuple(BlindWindow(row["home"], row["since"], row["until"], row["why"]) for row in rows)

    def samples(self, home: str, since: int, until: int) -> tuple[Sample, ...]:
        """What each minute of a home was like, the oldest first. Wall µs."""
        rows = self._rows("SELECT doc FROM sample WHERE home = ? AND at BETWEEN ? AND ? ORDER BY at", home, since, until)
        return tuple(decode(row["doc"], Sample) for row in rows)

    def chronicle(self, since: int, until: int) -> Chronicle:
        """What a digest of the time between is made from. Wall µs."""
        with translated(self._path):
            return chronicle(self._connection, since, until)

    def last_digests(self) -> Mapping[str, int]:
        """By channel, up to when (wall µs) the last digest went that was sent there."""
        with translated(self._path):
            return last_digests(self._connection)

    def latencies(self, since: int) -> tuple[int, ...]:
        """As `figures.latencies`."""
        with translated(self._path):
            return latencies(self._connection, since)

    def _rows(self, query: str, *values: object, **named: object) -> list[sqlite3.Row]:
        with translated(self._path):
            return self._connection.execute(query, named or values).fetchall()


def _opened(path: Path) -> sqlite3.Connection:
    """The file, or a copy in memory brought to the newest schema when the service has not migrated it yet."""
    if not there(path):
        return empty(0)

    connection = connect_reading(path)
    with closed_on_error(connection):
        refuse_newer(connection, str(path))
        if version(connection) == NEWEST:
            return connection

    with closing(connection):
        return remembered(connection, 0)[0]


def _history(row: sqlite3.Row) -> History:
    return History(
        at=row["at"],
        transition=word(row["transition"], Transition),
        kind=word(row["kind"], Kind),
        severity=word(row["severity"], Severity),
        worse=bool(row["worse"]),
        witnesses=decode(row["witnesses"], tuple[Witness, ...]),
        note=row["note"],
    )
