"""The ledger's files come in; how many sessions of each status it holds goes out, without a trace and without a lock.

SQLite itself would touch the access times, and beside a live daemon also take locks and write into `-shm`. So the bytes are read, the
write-ahead log is folded in as SQLite's published file format says, and the query runs on that copy in memory. The table is an internal
of Coven (seen on 0.4.6): where it is another, nothing is known.
"""

import os
import sqlite3
import struct
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from coven_watchdog.coven.decoding import wall_of
from coven_watchdog.coven.opening import open_untouched
from coven_watchdog.coven.paths import HomePaths, translated
from coven_watchdog.decide.text import said
from coven_watchdog.errors import CovenError, NotContractError
from coven_watchdog.model.words import LIVE_STATUSES

AT_MOST = 64 * 1024 * 1024
_TRIES = 3
_STEPS, _LAPS = 10_000, 2_000
_SHOWN = 100
_WAL = struct.Struct(">8I")
_FRAME = struct.Struct(">6I")
_MAGIC = frozenset({0x377F0682, 0x377F0683})
_FORMAT = slice(18, 20)
_ROLLBACK = b"\x01\x01"
_PRIMARY = 0xFF
_LARGEST_PAGE = 65_536
_GAPS = """
    SELECT session_id FROM events WHERE kind IN ('output_truncated', 'input') GROUP BY 1
    HAVING sum(CASE WHEN kind = 'input' THEN -1 WHEN json_valid(payload_json) THEN json_extract(payload_json, '$.droppedEvents') ELSE 1 END) > 0
    ORDER BY max(rowid) DESC LIMIT 100"""


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the ledger says of the sessions that are not archived. `harnesses`: of Coven's own that live or are recent. `size` in bytes."""

    by_status: Mapping[str, int]
    harnesses: frozenset[str]
    size: int
    gaps: tuple[str, ...] = ()
    """The sessions of whose output some was dropped, the latest first; a lost echo of an input is none."""


class UnclearError(CovenError):
    """Too large for memory, never at rest, or of another version: nothing is known, and nothing is wrong."""


def read_ledger(paths: HomePaths, recent: int) -> Ledger | None:
    """Read it; None when there is none. Blocking: up to 64 MiB are read. `recent`: wall µs, see `Ledger.harnesses`.

    Raises:
        NotContractError: it is no database, or has no sessions in it.
        UnclearError: nothing can be said about it.
        ForbiddenError: the system does not let us read it.
        CovenError: the system cannot read it.
    """
    try:
        return _read(paths, recent)
    except FileNotFoundError:
        return None
    except NotContractError:
        # What was read in the middle of a write may look broken: twice in a row it is.
        return _read(paths, recent)


def _read(paths: HomePaths, recent: int) -> Ledger:
    with translated(paths.ledger):
        size = paths.ledger.lstat().st_size
        image = at_rest(paths)

    return _asked(image, size, recent)


def at_rest(paths: HomePaths) -> bytearray:
    """Both files as one, read while neither changed. Blocking.

    Raises:
        UnclearError: too large, or written all the time.
        OSError: the system cannot read them.
    """
    for _ in range(_TRIES):
        before = _marks(paths)
        if sum(size for size, _ in before) > AT_MOST:
            break

        image, log = bytearray(_content(paths.ledger)), _content(paths.wal)
        if _marks(paths) == before:
            return folded(image, log)

    message = f"is larger than {AT_MOST // 1024**2} MiB, or is written all the time"
    raise UnclearError(message, where=str(paths.ledger))


def _marks(paths: HomePaths) -> list[tuple[int, int]]:
    """Sizes and times: the ledger's change when the log is folded in, the log's whenever something is recorded."""
    found = [os.lstat(path) for path in (paths.ledger, paths.wal) if path.exists()]
    return [(one.st_size, one.st_mtime_ns) for one in found]


def _content(path: Path) -> bytes:
    try:
        with os.fdopen(open_untouched(path), "rb") as file:
            return file.read(AT_MOST)
    except FileNotFoundError:
        return b""


def folded(image: bytearray, log: bytes) -> bytearray:
    """The database with every committed frame of its write-ahead log in its place."""
    if len(log) >= _WAL.size:
        magic, _, page, _, *salts, _, _ = _WAL.unpack_from(log)
        if magic in _MAGIC and 0 < page <= _LARGEST_PAGE:
            _fold(image, log, page, salts)

    # In memory there is no log beside it.
    if len(image) > _FORMAT.stop:
        image[_FORMAT] = _ROLLBACK

    return image


def _fold(image: bytearray, log: bytes, page: int, salts: list[int]) -> None:
    """Frames of an earlier round have other salts; what follows the last commit never happened."""
    waiting: dict[int, int] = {}
    for at in range(_WAL.size, len(log) - _FRAME.size - page + 1, _FRAME.size + page):
        number, pages, *rest = _FRAME.unpack_from(log, at)
        if rest[:2] != salts or number == 0:
            break

        waiting[number] = at + _FRAME.size
        if pages and pages * page <= AT_MOST:
            _commit(image, log, page, pages, waiting)
            waiting.clear()


def _commit(image: bytearray, log: bytes, page: int, pages: int, waiting: Mapping[int, int]) -> None:
    """Put pages in their places; the database is `pages` long then."""
    del image[pages * page :]
    image.extend(bytes(pages * page - len(image)))
    for number, at in waiting.items():
        if number <= pages:
            image[(number - 1) * page : number * page] = log[at : at + page]


def _asked(image: bytearray, size: int, recent: int) -> Ledger:
    """Count.

    Raises:
        NotContractError: it cannot be counted.
        UnclearError: it takes too long, or is not what we know.
    """
    with opened(image) as database:
        rows = database.execute(
            "SELECT status, harness, external, count(*), max(created_at) FROM sessions WHERE archived_at IS NULL GROUP BY 1, 2, 3"
        ).fetchall()
        gaps = _gaps(database)

    return replace(_counted(rows, size, recent), gaps=gaps)


def _gaps(database: sqlite3.Connection) -> tuple[str, ...]:
    """Of a Coven that keeps its events otherwise, nothing is known."""
    with suppress(sqlite3.Error):
        return tuple(said(str(session), _SHOWN) for (session,) in database.execute(_GAPS))

    return ()


@contextmanager
def opened(image: bytearray, laps: int = _LAPS) -> Iterator[sqlite3.Connection]:
    """A copy in memory, to be asked; a question that takes more than so many times 10,000 steps is given up.

    Raises:
        NotContractError: what is asked cannot be answered: it is broken.
        UnclearError: it takes too long, or is not what we know.
    """
    left = iter(range(laps))
    try:
        with closing(sqlite3.connect(":memory:")) as database:
            database.deserialize(bytes(image))
            database.set_progress_handler(lambda: int(next(left, None) is None), _STEPS)
            yield database
    except sqlite3.Error as error:
        raise _refused(error) from error


def _refused(error: sqlite3.Error) -> CovenError:
    """Only what is no database, or one that does not fit together, is broken; a table or a function that we lack is our ignorance."""
    why, code = said(str(error), _SHOWN), getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    broken = code == sqlite3.SQLITE_NOTADB or (code & _PRIMARY == sqlite3.SQLITE_CORRUPT and "schema" not in why)
    if broken:
        message = f"cannot be read: {why}"
        return NotContractError(message)

    message = f"is not understood: {why}"
    return UnclearError(message)


def _counted(rows: list[tuple[object, object, object, int, object]], size: int, recent: int) -> Ledger:
    by_status: dict[str, int] = {}
    harnesses: set[str] = set()
    for status, harness, external, count, newest in rows:
        word = said(str(status), _SHOWN)
        by_status[word] = by_status.get(word, 0) + count
        if not external and (word in LIVE_STATUSES or (wall_of(str(newest)) or 0) >= recent):
            harnesses.add(said(str(harness), _SHOWN))

    return Ledger(by_status, frozenset(harnesses), size)
