"""A database comes to the newest schema, once, or is left alone."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from coven_watchdog.errors import StoreError
from coven_watchdog.store.connection import connect, prepare, transaction
from coven_watchdog.store.migrations import NEWEST, _apply, migrate, refuse_newer, version
from coven_watchdog.store.schema import MIGRATIONS, Migration
from store.builders import START, counts

NEXT = Migration(NEWEST + 1, "more", ("CREATE TABLE more (x INTEGER) STRICT", "INSERT INTO more VALUES (1)"))
BROKEN = Migration(NEWEST + 1, "broken", ("CREATE TABLE more (x INTEGER) STRICT", "INSERT INTO nowhere VALUES (1)"))


@pytest.fixture
def fresh(tmp_path: Path) -> sqlite3.Connection:
    """An empty file."""
    path = tmp_path / "x.sqlite3"
    prepare(path)
    return connect(path)


def test_an_empty_file_is_brought_to_the_newest_schema(fresh: sqlite3.Connection) -> None:
    """Each migration leaves a record of its number, name and time."""
    with closing(fresh):
        assert version(fresh) == 0
        migrate(fresh, START)
        rows = [tuple(row) for row in fresh.execute("SELECT number, name, at FROM migration")]
        assert rows == [(migration.number, migration.name, START) for migration in MIGRATIONS]


def test_a_migration_runs_once(connection: sqlite3.Connection) -> None:
    """Migrating again changes nothing, and a later migration is added to the earlier ones."""
    for _ in range(2):
        migrate(connection, START + 1, (*MIGRATIONS, NEXT))

    assert version(connection) == NEXT.number
    assert counts(connection, "more", "migration") == (1, len(MIGRATIONS) + 1)


def test_a_migration_that_fails_leaves_nothing(connection: sqlite3.Connection) -> None:
    """The statements before the failing one and the record are rolled back together."""
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, START, (*MIGRATIONS, BROKEN))

    assert version(connection) == NEWEST
    assert connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'more'").fetchone() is None


def test_a_faster_process_is_noticed_inside_the_transaction(connection: sqlite3.Connection) -> None:
    """What another process applied between the question and the lock is not applied again."""
    transaction(connection, lambda inside: _apply(inside, MIGRATIONS[0], START + 1))
    assert connection.execute("SELECT at FROM migration").fetchone()["at"] == START


def test_a_newer_database_is_refused_untouched(connection: sqlite3.Connection, tmp_path: Path) -> None:
    """It says which schema was found, and what to do."""
    migrate(connection, START, (*MIGRATIONS, NEXT))
    with pytest.raises(StoreError, match=f"schema {NEXT.number}, this one knows {NEWEST}") as caught:
        refuse_newer(connection, str(tmp_path))

    assert "newer version" in caught.value.next_step
    refuse_newer(connection, str(tmp_path), NEXT.number)
