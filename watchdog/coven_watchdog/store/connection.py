"""Connections to the database file, to a file that cannot be written, and to memory. Out: autocommit connections, and `transaction`."""

import os
import shlex
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

from coven_watchdog.errors import StoreBusyError, StoreUnwritableError
from coven_watchdog.store.edge import damaged, translated

FILE_NAME = "watchdog.sqlite3"
BUSY_SECONDS = 5.0
_PRIVATE_DIRECTORY = 0o700
_PRIVATE_FILE = 0o600
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_FILES = ("", "-wal", "-shm", "-journal")

T = TypeVar("T")


def prepare(path: Path) -> None:
    """Make the directory (0700) and the file (0600) where they are missing; SQLite gives `-wal` and `-shm` the file's mode.

    An existing directory keeps its mode: it may be one that the user chose and lets others read.

    Raises:
        StoreUnwritableError: others could have made or changed what is there.
        OSError: they cannot be made.
    """
    path.parent.mkdir(mode=_PRIVATE_DIRECTORY, parents=True, exist_ok=True)
    _refuse_foreign(path)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, _PRIVATE_FILE)
    try:
        os.fchmod(descriptor, _PRIVATE_FILE)
    finally:
        os.close(descriptor)


def _refuse_foreign(path: Path) -> None:
    """Only what this user alone can change decides what is told; and neither a link nor a FIFO may send us elsewhere or hold us.

    Raises:
        StoreUnwritableError: it must not be used.
        OSError: it cannot be looked at.
    """
    directory = path.parent.stat()
    if directory.st_uid not in {os.geteuid(), 0} or directory.st_mode & _OTHERS_WRITE:
        message = "other users can write its directory"
        raise StoreUnwritableError(message, where=str(path), next_step=f"chmod go-w {shlex.quote(str(path.parent))}")

    for file in (Path(f"{path}{end}") for end in _FILES):
        try:
            facts = file.lstat()
        except FileNotFoundError:
            continue

        if not stat.S_ISREG(facts.st_mode) or facts.st_uid != os.geteuid():
            message = "it is no file of this user's"
            raise StoreUnwritableError(message, where=str(file), next_step=f"look at it: ls -l {shlex.quote(str(file))}")


def connect(path: Path, *, busy_seconds: float = BUSY_SECONDS) -> sqlite3.Connection:
    """A connection that writes to an existing file. Every wait for another process is bounded by `busy_seconds`.

    It may be used from any thread, by one at a time. Nothing is written until something is asked of it.

    Raises:
        StoreUnwritableError: others could have made or changed what is there.
        OSError: it cannot be looked at.
    """
    _refuse_foreign(path)
    return _connect(f"{path.absolute().as_uri()}?mode=rw", busy_seconds)


def connect_memory() -> sqlite3.Connection:
    """A database that lives as long as its connection."""
    return _connect(":memory:", 0)


def connect_reading(path: Path, *, busy_seconds: float = BUSY_SECONDS) -> sqlite3.Connection:
    """A connection that reads an existing file, also where SQLite cannot make the `-shm` that a reader of a WAL needs.

    On a read-only or full disk there is no writer either, so no locks are needed: with a `-wal` the index of it is built in
    memory (exclusive locking without lock calls); without one the file is all there is (`immutable`).

    Raises:
        StoreDamagedError: it is no database.
        StoreBusyError: another program holds it.
        StoreUnwritableError: it cannot be read at all, or others could have made or changed it.
    """
    with translated(path):
        _refuse_foreign(path)

    try:
        with translated(path):
            return _reading(path, "mode=ro", busy_seconds)
    except StoreBusyError:
        raise
    except StoreUnwritableError:
        with translated(path):
            return _reading_alone(path)


def _reading_alone(path: Path) -> sqlite3.Connection:
    """Read without the help of files that cannot be made here."""
    if path.with_name(f"{path.name}-wal").exists():
        return _reading(path, "mode=ro&vfs=unix-none", 0, "PRAGMA locking_mode = EXCLUSIVE")

    return _reading(path, "mode=ro&immutable=1", 0)


def _reading(path: Path, query: str, busy_seconds: float, *pragmas: str) -> sqlite3.Connection:
    """Open and read one thing, so that what cannot work fails here."""
    connection = _connect(f"{path.absolute().as_uri()}?{query}", busy_seconds)
    with closed_on_error(connection):
        for statement in (*pragmas, "SELECT count(*) FROM sqlite_schema"):
            connection.execute(statement).fetchall()

    return connection


def _connect(uri: str, busy_seconds: float) -> sqlite3.Connection:
    """Autocommit: transactions are ours to begin."""
    connection = sqlite3.connect(uri, uri=True, timeout=busy_seconds, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    with closed_on_error(connection):
        connection.execute("PRAGMA foreign_keys = ON")
        # what is deleted, titles above all, is overwritten and not left in free pages
        connection.execute("PRAGMA secure_delete = ON")

    return connection


@contextmanager
def closed_on_error(connection: sqlite3.Connection) -> Iterator[None]:
    """Close the connection when the block that prepares it fails."""
    with ExitStack() as stack:
        stack.callback(connection.close)
        yield
        stack.pop_all()


def make_durable(connection: sqlite3.Connection) -> None:
    """WAL, and every commit on the disk before it is believed."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


@contextmanager
def relaxed(connection: sqlite3.Connection) -> Iterator[None]:
    """Commits inside need not be on the disk: they survive the process, perhaps not the power."""
    connection.execute("PRAGMA synchronous = NORMAL")
    try:
        yield
    finally:
        connection.execute("PRAGMA synchronous = FULL")


def check_pages(connection: sqlite3.Connection, where: str) -> None:
    """Read every page once.

    Raises:
        StoreDamagedError: they do not fit together.
        sqlite3.Error: SQLite's own word for the same.
    """
    answer = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if answer != "ok":
        raise damaged(str(answer), where)


def transaction(connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    """Run `work` inside BEGIN IMMEDIATE: all of it is written, or nothing. What `work` raises is raised."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        result = work(connection)
        connection.execute("COMMIT")
    finally:
        # after a commit there is none, and after some disk errors SQLite has rolled back by itself
        if connection.in_transaction:
            connection.execute("ROLLBACK")

    return result
