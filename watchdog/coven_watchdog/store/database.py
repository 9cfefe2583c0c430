"""The one database, wherever it lives now: in its file, or in memory while the file cannot be written.

In: pieces of work, each run in one transaction. Out: their results, and the `condition` to tell people about. Not for two
threads at once. Counterpart: `store`, which gives it a thread.
"""

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from coven_watchdog.config.places import there
from coven_watchdog.errors import StoreDamagedError, StoreError, StoreUnwritableError
from coven_watchdog.store.connection import (
    BUSY_SECONDS,
    FILE_NAME,
    check_pages,
    closed_on_error,
    connect,
    make_durable,
    prepare,
    relaxed,
    transaction,
)
from coven_watchdog.store.edge import damaged, translated
from coven_watchdog.store.fallback import empty, remembered, remembered_file, rescued, set_aside, write_back
from coven_watchdog.store.migrations import migrate, refuse_newer

_RETRY_BUSY_SECONDS = 0.5

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StoreCondition:
    """Whether what is committed reaches the disk. `why` is a sentence when it does not; `damaged`: where a damaged file lies."""

    recorded: bool
    why: str = ""
    damaged: Path | None = None


class Database:
    """Opens the file, or what can be had instead.

    Args:
        directory: the state directory; made (0700) when it is missing.
        readable: raises a StoreError when the rows that a start needs cannot be decoded.
        at: wall µs, for the records and the names of files moved aside.

    Raises:
        StoreError: the database belongs to a newer version; it was not touched.
    """

    def __init__(self, directory: Path, readable: Callable[[sqlite3.Connection], object], at: int) -> None:
        self.path = directory / FILE_NAME
        self.at = at
        """Wall µs of the latest call that knew the time."""
        self._readable = readable
        self._damaged: Path | None = None
        self._why = ""
        self._complete = True
        """Memory knows all that the file knows, so the file may be overwritten."""
        self._replace_at_once = False
        try:
            self._connection = self._file(BUSY_SECONDS)
        except StoreUnwritableError as error:
            self._connection, self._complete = remembered_file(self.path, at)
            self._why = _sentence(error)
        self._seen_version = self._data_version()

    @property
    def condition(self) -> StoreCondition:
        """How it stands."""
        return StoreCondition(not self._why, self._why, self._damaged)

    def run(self, work: Callable[[sqlite3.Connection], T], *, durable: bool = True) -> T:
        """Run `work` in one transaction; when the file fails, run it again in memory, so that nothing is lost.

        `durable` False: what it writes may be lost with the power (not with the process).

        Raises:
            StoreError: SQLite refused for a reason that is ours.
            Exception: whatever `work` raises; nothing is written then.
        """
        try:
            return self._once(work) if durable else self._lightly(work)
        except (StoreUnwritableError, StoreDamagedError) as error:
            if self._why:
                raise

            self._leave_file(error)

        result = self._once(work)
        if self._replace_at_once:
            self._return_to_file()

        return result

    def retry(self) -> bool:
        """Go back to the file if it can be written now; notice that it was removed. True when things are recorded."""
        if not self._why and not there(self.path):
            self._leave_file(StoreUnwritableError("the database file was removed", where=str(self.path)))

        if self._why:
            self._return_to_file()

        return not self._why

    def changed_elsewhere(self) -> bool:
        """Whether another connection has written since this was last asked; one that is writing now is waited for.

        The log grows some milliseconds before what was written to it counts. Whoever asked because it grew would get a no
        in between, and have no reason to ask again.
        """
        seen, self._seen_version = self._seen_version, self._once(lambda _: self._data_version())
        return seen != self._seen_version

    def close(self) -> None:
        """Let go of the file; what is only in memory is offered to it once more."""
        if self._why:
            self._return_to_file()

        with translated(self.path):
            self._connection.close()

    def _file(self, busy_seconds: float) -> sqlite3.Connection:
        """The file, ready for use; a damaged one is moved aside and a new one begun."""
        try:
            return self._opened(busy_seconds)
        except StoreDamagedError:
            self._damaged = set_aside(self.path, "damaged", self.at)
            return self._opened(busy_seconds)

    def _opened(self, busy_seconds: float) -> sqlite3.Connection:
        with translated(self.path):
            prepare(self.path)
            connection = connect(self.path, busy_seconds=busy_seconds)
            with closed_on_error(connection):
                refuse_newer(connection, str(self.path))
                check_pages(connection, str(self.path))
                make_durable(connection)
                migrate(connection, self.at)
                self._check_rows(connection)

            return connection

    def _check_rows(self, connection: sqlite3.Connection) -> None:
        """Pages may fit together and hold nonsense all the same: read what a start will read."""
        try:
            with translated(self.path):
                self._readable(connection)
        except StoreUnwritableError:
            raise
        except StoreError as error:
            raise damaged(error.message, str(self.path)) from error

    def _lightly(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """`_once` without waiting for the disk to have it."""
        with translated(self.path), relaxed(self._connection):
            return self._once(work)

    def _once(self, work: Callable[[sqlite3.Connection], T]) -> T:
        with translated(self.path):
            return transaction(self._connection, work)

    def _data_version(self) -> int:
        with translated(self.path):
            return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    def _leave_file(self, error: StoreError) -> None:
        """Go on in memory with what can be read."""
        file = self._connection
        self._replace_at_once = isinstance(error, StoreDamagedError)
        if self._replace_at_once:
            self._connection, self._complete = self._trusted(rescued(file, self.at)), False
        else:
            self._connection, self._complete = remembered(file, self.at)

        self._why = _sentence(error)
        self._seen_version = self._data_version()
        file.close()
        if self._replace_at_once:
            self._put_aside()

    def _trusted(self, memory: sqlite3.Connection) -> sqlite3.Connection:
        """Rows rescued from a damaged file, or none when they hold nonsense."""
        try:
            self._check_rows(memory)
        except StoreError:
            memory.close()
            return empty(self.at)

        return memory

    def _put_aside(self) -> None:
        """Move the damaged file out of the way; where that cannot be, it stays and is tried again with the next return."""
        with suppress(StoreUnwritableError):
            self._damaged = set_aside(self.path, "damaged", self.at)
            self._complete = True

    def _return_to_file(self) -> None:
        """Copy memory over the file."""
        try:
            file = self._replaceable()
            with closed_on_error(file), translated(self.path):
                write_back(self._connection, file, str(self.path))
                file.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000:.0f}")
        except StoreError as error:
            self._why = _sentence(error)
            return

        self._connection.close()
        self._connection, self._why, self._complete, self._replace_at_once = file, "", True, False
        self._seen_version = self._data_version()

    def _replaceable(self) -> sqlite3.Connection:
        """The file, open, to be overwritten. One whose rows memory does not have is moved aside, never overwritten."""
        before = self._damaged
        file = self._file(_RETRY_BUSY_SECONDS)
        if self._complete or self._damaged != before:
            return file

        file.close()
        set_aside(self.path, "unread", self.at)
        return self._opened(_RETRY_BUSY_SECONDS)


def _sentence(error: StoreError) -> str:
    """Why nothing is recorded, for people."""
    return f"{error.message} ({error.where})" if error.where else error.message
