"""What commands ask of the running service: rows that it notices in its own database. In: channel names; out: message ids."""

import secrets
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from coven_watchdog.config.places import there
from coven_watchdog.errors import StoreError
from coven_watchdog.model.telling import Notification
from coven_watchdog.model.words import NotificationState, Reason
from coven_watchdog.store.connection import BUSY_SECONDS, connect, transaction
from coven_watchdog.store.edge import translated
from coven_watchdog.store.migrations import NEWEST, version
from coven_watchdog.store.rows import insert_notification

_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"
_LENGTH = 8
"""Longer than any incident's id, so that the two never meet."""


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
    if not there(path):
        message = "no service has run here yet"
        raise StoreError(message, where=str(path), next_step="start it: coven-watchdog run")

    with translated(path), closing(connect(path, busy_seconds=busy_seconds)) as connection:
        return transaction(connection, partial(_queue, channels=channels, now=now, where=str(path)))


def _queue(connection: sqlite3.Connection, channels: Sequence[str], now: int, where: str) -> tuple[str, ...]:
    if version(connection) != NEWEST:
        message = "the running service is of another version than this command"
        raise StoreError(message, where=where, next_step="restart the service")

    token = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
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
