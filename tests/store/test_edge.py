"""Foreign exceptions become errors that a person can act on."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from coven_watchdog.errors import StoreBusyError, StoreDamagedError, StoreError, StoreUnwritableError
from coven_watchdog.store.edge import translated


def _raised(path: Path, statement: str) -> StoreError:
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as connection:
        connection.execute("PRAGMA max_page_count = 8")
        with pytest.raises(StoreError) as caught, translated(path):
            connection.execute(statement).fetchall()

    return caught.value


def test_a_file_that_is_no_database_is_damaged(tmp_path: Path) -> None:
    """SQLITE_NOTADB says damaged, where, and what happens to the file."""
    path = tmp_path / "x.sqlite3"
    path.write_bytes(b"not a database at all" * 100)
    with closing(sqlite3.connect(path)) as connection, pytest.raises(StoreDamagedError) as caught, translated(path):
        connection.execute("SELECT * FROM sqlite_schema")

    assert caught.value.where == str(path)
    assert "aside" in caught.value.next_step


def test_a_full_disk_is_said_so(tmp_path: Path) -> None:
    """SQLITE_FULL becomes "the disk is full" and what to do."""
    path = tmp_path / "x.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (x)")
    error = _raised(path, "INSERT INTO t VALUES (zeroblob(1000000))")

    assert isinstance(error, StoreUnwritableError)
    assert (error.message, error.next_step) == ("the disk is full", "free some space")


def test_a_held_database_is_busy(tmp_path: Path) -> None:
    """A lock of another connection is told apart from a failing disk."""
    path = tmp_path / "x.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        error = _raised(path, "BEGIN IMMEDIATE")

    assert isinstance(error, StoreBusyError)


def test_other_words_of_sqlite_are_passed_on(tmp_path: Path) -> None:
    """A mistake in a statement is a StoreError with SQLite's sentence, and none of the special ones."""
    error = _raised(tmp_path / "x.sqlite3", "SELECT * FROM nowhere")

    assert type(error) is StoreError
    assert "no such table: nowhere" in error.message


def test_a_closed_connection_is_an_error_too() -> None:
    """Errors without an SQLite code are translated as well."""
    connection = sqlite3.connect(":memory:")
    connection.close()
    with pytest.raises(StoreError), translated("memory"):
        connection.execute("SELECT 1")


def test_the_file_system_is_translated_with_its_path(tmp_path: Path) -> None:
    """An OSError says which path it is about."""
    with pytest.raises(StoreUnwritableError) as caught, translated(tmp_path):
        (tmp_path / "missing" / "file").read_bytes()

    assert caught.value.where == str(tmp_path / "missing" / "file")
    assert "No such file" in caught.value.message


def test_our_own_errors_pass() -> None:
    """What is ours already, or nobody's business here, is not touched."""
    with pytest.raises(ZeroDivisionError), translated("memory"):
        _ = 1 // 0
