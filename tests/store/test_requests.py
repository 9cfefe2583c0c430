"""A command asks the running service through its database."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from coven_watchdog.errors import StoreDamagedError, StoreError
from coven_watchdog.model.words import Reason
from coven_watchdog.store.connection import FILE_NAME, prepare
from coven_watchdog.store.memory import taken_ids
from coven_watchdog.store.outbox import claim
from coven_watchdog.store.requests import request_test
from store.builders import START, counts


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


def test_without_a_service_there_is_nobody_to_ask(tmp_path: Path) -> None:
    """No file is made."""
    with pytest.raises(StoreError, match="no service has run here yet") as caught:
        request_test(tmp_path / FILE_NAME, ["desk"], START)

    assert "coven-watchdog run" in caught.value.next_step
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_another_version_is_not_touched(tmp_path: Path) -> None:
    """Older or newer: the service must be restarted first."""
    prepare(tmp_path / FILE_NAME)
    with pytest.raises(StoreError, match="another version"):
        request_test(tmp_path / FILE_NAME, ["desk"], START)


def test_a_damaged_file_is_said_so(tmp_path: Path) -> None:
    """With what will happen to it."""
    (tmp_path / FILE_NAME).write_bytes(b"junk" * 2000)
    with pytest.raises(StoreDamagedError):
        request_test(tmp_path / FILE_NAME, ["desk"], START)


def test_a_held_database_is_an_error_not_a_hang(connection: sqlite3.Connection, tmp_path: Path) -> None:
    """The wait is bounded."""
    connection.execute("BEGIN IMMEDIATE")
    with closing(connection), pytest.raises(StoreError, match="another program holds"):
        request_test(tmp_path / FILE_NAME, ["desk"], START, busy_seconds=0.01)
