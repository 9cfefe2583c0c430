"""What commands ask of the running service: rows that it notices in its own database. In: what is asked; out: what was written.

Each request is one short transaction on a connection of its own, and works whether a service runs or not.
"""

import secrets
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from coven_watchdog.config.places import there
from coven_watchdog.decide.words import clock_time
from coven_watchdog.errors import StoreError, WatchdogError
from coven_watchdog.model.incidents import Ack, Incident
from coven_watchdog.model.telling import Notification, Silence
from coven_watchdog.model.words import IncidentState, NotificationState, Reason
from coven_watchdog.store.codec import encode
from coven_watchdog.store.connection import BUSY_SECONDS, connect, transaction
from coven_watchdog.store.digests import Draft, put_digest
from coven_watchdog.store.edge import translated
from coven_watchdog.store.migrations import NEWEST, version
from coven_watchdog.store.naming import SILENCE_MARK, incident_named, silence_named
from coven_watchdog.store.rows import insert_notification

_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"
_LENGTH = 8
"""Longer than any incident's id, so that the two never meet."""
_SILENCE_LENGTH = 3
_TRIES = 20

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """An incident as it is now, and the acknowledgement that it had before."""

    incident: Incident
    before: Ack | None


def request_test(path: Path, channels: Sequence[str], now: int, *, busy_seconds: float = BUSY_SECONDS) -> tuple[str, ...]:
    """Queue a test message for each channel, for the service to send. Returns their ids, in the order of `channels`.

    Args:
        path: the database file of the running service.
        channels: names.
        now: wall µs.
        busy_seconds: how long to wait for another process.

    Raises:
        StoreBusyError: the database stays locked.
        StoreUnwritableError: it cannot be written; the service then works from memory and would not see the request.
        StoreError: there is no database, or it is of another version.
    """
    return _asked(path, partial(_queue, channels=channels, now=now), busy_seconds)


def request_digest(
    path: Path, since: int, now: int, draft: Draft, *, busy_seconds: float = BUSY_SECONDS
) -> tuple[Notification, ...]:
    """Queue a digest of the time from `since` to `now` (wall µs) for the service to send. Returns its rows.

    Raises:
        StoreError: as by `request_test`.
    """
    name = _name(_LENGTH)
    return _asked(path, partial(put_digest, name=name, since=since, now=now, draft=draft), busy_seconds)


def acknowledge(path: Path, name: str, ack: Ack, *, busy_seconds: float = BUSY_SECONDS) -> Acknowledged:
    """Note that somebody has seen an open incident; one that is acknowledged already is so anew.

    Args:
        path: the database file.
        name: the incident's id, the beginning of it, or a message's token.
        ack: who, when, why and for how long.
        busy_seconds: how long to wait for another process.

    Raises:
        WatchdogError: no such incident, or several; or there is nothing to acknowledge, and why.
        StoreError: as by `request_test`.
    """
    return _asked(path, partial(_set_ack, name=name, ack=ack, now=ack.at, by=ack.by), busy_seconds)


def unacknowledge(path: Path, name: str, now: int, by: str, *, busy_seconds: float = BUSY_SECONDS) -> Acknowledged:
    """Take an acknowledgement back.

    Args:
        path: the database file.
        name: the incident's id, the beginning of it, or a message's token.
        now: wall µs.
        by: who wants it.
        busy_seconds: how long to wait for another process.

    Raises:
        WatchdogError: no such incident, or several; or it is not acknowledged.
        StoreError: as by `request_test`.
    """
    return _asked(path, partial(_set_ack, name=name, ack=None, now=now, by=by), busy_seconds)


def add_silence(path: Path, silence: Silence, *, busy_seconds: float = BUSY_SECONDS) -> Silence:
    """Write a silence down; one without an id gets one. Returns it as written.

    Raises:
        StoreError: as by `request_test`.
    """
    return _asked(path, partial(_insert, silence=silence), busy_seconds)


def remove_silence(path: Path, name: str, now: int, by: str, *, busy_seconds: float = BUSY_SECONDS) -> Silence:
    """End a silence now. Returns it as it was; that it was there, and who ended it, is remembered.

    Args:
        path: the database file.
        name: its id or the beginning of it, with `s-` or without.
        now: wall µs.
        by: who wants it.
        busy_seconds: how long to wait for another process.

    Raises:
        WatchdogError: no such silence, or several; or it is over.
        StoreError: as by `request_test`.
    """
    return _asked(path, partial(_end, name=name, now=now, by=by), busy_seconds)


def _asked(path: Path, work: Callable[[sqlite3.Connection], T], busy_seconds: float) -> T:
    """One transaction on the file, whose schema is ours."""
    if not there(path):
        message = "no service has run here yet"
        raise StoreError(message, where=str(path), next_step="start it: coven-watchdog service start")

    def checked(connection: sqlite3.Connection) -> T:
        if version(connection) != NEWEST:
            message = "the database was written by another version than this command"
            raise StoreError(message, where=str(path), next_step="restart the service")

        return work(connection)

    with translated(path), closing(connect(path, busy_seconds=busy_seconds)) as connection:
        return transaction(connection, checked)


def _queue(connection: sqlite3.Connection, channels: Sequence[str], now: int) -> tuple[str, ...]:
    token = _name(_LENGTH)
    ids = tuple(f"{token}.{number}" for number, _ in enumerate(channels, 1))
    for message_id, channel in zip(ids, channels, strict=True):
        insert_notification(connection, _test(message_id, token, channel, now))

    return ids


def _test(message_id: str, token: str, channel: str, now: int) -> Notification:
    return Notification(
        id=message_id,
        channel=channel,
        incident=token,
        reason=Reason.TEST,
        state=NotificationState.QUEUED,
        fact_at=now,
        committed_at=now,
        due_at=now,
    )


def _set_ack(connection: sqlite3.Connection, name: str, ack: Ack | None, now: int, by: str) -> Acknowledged:
    before = incident_named(connection, name)
    _refuse(before, now, undo=ack is None)
    after = replace(before, ack=ack, unacknowledged_by=by if ack is None else "")
    connection.execute("UPDATE incident SET doc = ? WHERE id = ?", (encode(after), after.id))
    return Acknowledged(after, before.ack)


def _refuse(incident: Incident, now: int, *, undo: bool) -> None:
    """Only what is open can be acknowledged.

    Raises:
        WatchdogError: it cannot, and why.
    """
    see = f"see what it was: coven-watchdog incidents show {incident.id}"
    if incident.state is IncidentState.NOTED:
        message = f"{incident.id} ({incident.kind}) happened once and is told once; there is nothing to acknowledge"
        raise WatchdogError(message, next_step=see)

    if incident.state is not IncidentState.OPEN:
        over = clock_time(incident.resolved_at or incident.changed_at, now, None)
        what = "is no longer watched since" if incident.withdrawn else "was resolved at"
        message = f"{incident.id} ({incident.kind}) {what} {over}; there is nothing to acknowledge"
        raise WatchdogError(message, next_step=see)

    if undo and incident.ack is None:
        message = f"{incident.id} ({incident.kind}) is not acknowledged"
        raise WatchdogError(message, next_step=f"coven-watchdog ack {incident.id}")


def _insert(connection: sqlite3.Connection, silence: Silence) -> Silence:
    named = silence if silence.id else replace(silence, id=_fresh(connection))
    connection.execute("INSERT INTO silence (id, until, doc) VALUES (?, ?, ?)", (named.id, named.until, encode(named)))
    return named


def _fresh(connection: sqlite3.Connection) -> str:
    """An id that no silence has or had of late; a longer one when the short ones get scarce."""
    taken = {row["id"] for row in connection.execute("SELECT id FROM silence")}
    tries = (f"{SILENCE_MARK}{_name(_SILENCE_LENGTH + number // _TRIES)}" for number in range(_LENGTH * _TRIES))
    return next(name for name in tries if name not in taken)


def _end(connection: sqlite3.Connection, name: str, now: int, by: str) -> Silence:
    found = silence_named(connection, name, now)
    ended = replace(found, until=now, ended_by=by)
    connection.execute("UPDATE silence SET until = ?, doc = ? WHERE id = ?", (now, encode(ended), found.id))
    return found


def _name(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
