"""Where sqlite3's and the file system's exceptions become ours, the only such place. In: any of them; out: a StoreError."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from coven_watchdog.errors import StoreBusyError, StoreDamagedError, StoreError, StoreUnwritableError

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_UNWRITABLE = {
    sqlite3.SQLITE_FULL: ("the disk is full", "free some space"),
    sqlite3.SQLITE_READONLY: ("the database is read-only", "make its directory writable for you"),
    sqlite3.SQLITE_CANTOPEN: ("the database file cannot be opened", "make its directory readable and writable for you"),
    sqlite3.SQLITE_PERM: ("the database file may not be used", "make its directory readable and writable for you"),
    sqlite3.SQLITE_IOERR: ("the disk fails", "look at the disk: df, dmesg"),
}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_PRIMARY = 0xFF


@contextmanager
def translated(where: Path | str) -> Iterator[None]:
    """Turn foreign exceptions of the block into ours.

    Raises:
        StoreDamagedError: the file is no database, or its pages do not fit together.
        StoreBusyError: somebody else holds the file for longer than we wait.
        StoreUnwritableError: the disk is read-only, full or failing.
        StoreError: anything else that SQLite says.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise _ours(error, str(where)) from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        message = f"the database file cannot be used: {reason}"
        raise StoreUnwritableError(message, where=str(error.filename or where)) from error


def damaged(what: str, where: str) -> StoreDamagedError:
    """The error for a database that cannot be believed, with what to do about it."""
    return StoreDamagedError(
        f"the watchdog's database is damaged: {what}",
        where=where,
        next_step="start `coven-watchdog run`: it moves the damaged file aside, keeps it, and begins a new one",
    )


def busy(where: str) -> StoreBusyError:
    """The error for a database that another program does not let go."""
    return StoreBusyError("another program holds the database", where=where, next_step="end what has it open: fuser names it")


def _ours(error: sqlite3.Error, where: str) -> StoreError:
    """The error that a person can act on. SQLite's extended codes carry the primary one in their low byte."""
    primary = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & _PRIMARY
    if primary in _DAMAGED:
        return damaged(str(error), where)

    if primary in _BUSY:
        return busy(where)

    if primary in _UNWRITABLE:
        message, next_step = _UNWRITABLE[primary]
        return StoreUnwritableError(message, where=where, next_step=next_step)

    return StoreError(f"the watchdog's database refused: {error}", where=where)
