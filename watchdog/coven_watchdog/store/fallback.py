"""When the file cannot be used: moving it aside, reading what can be read into memory, and copying memory back."""

import sqlite3
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from coven_watchdog.config.places import there
from coven_watchdog.errors import StoreError
from coven_watchdog.model.incidents import Incident
from coven_watchdog.model.time import SECOND
from coven_watchdog.model.words import NotificationState, Reason
from coven_watchdog.store.codec import decode, encode
from coven_watchdog.store.connection import check_pages, closed_on_error, connect_memory, connect_reading
from coven_watchdog.store.edge import busy, translated
from coven_watchdog.store.migrations import migrate, refuse_newer
from coven_watchdog.store.schema import TABLES

_COMPANIONS = ("-wal", "-shm")
_PATIENCE = 3
_PAUSE_SECONDS = 0.05


def set_aside(path: Path, why: str, at: int) -> Path:
    """Rename the database and its companions to `<name>.<why>-<UTC>`, never over an older one. `at`: wall µs.

    Raises:
        StoreUnwritableError: the directory does not let us.
    """
    stamp = datetime.fromtimestamp(at / SECOND, UTC).strftime("%Y%m%dT%H%M%SZ")
    target = path.with_name(f"{path.name}.{why}-{stamp}")
    number = 1
    with translated(path):
        while target.exists():
            number += 1
            target = path.with_name(f"{path.name}.{why}-{stamp}-{number}")

        # the companions first: a file that keeps its name with a foreign -wal would be damaged by it
        for companion in _COMPANIONS:
            beside = Path(f"{path}{companion}")
            if beside.exists():
                beside.rename(f"{target}{companion}")

        path.rename(target)

    return target


def remembered(source: sqlite3.Connection, at: int) -> tuple[sqlite3.Connection, bool]:
    """A database in memory with what `source` holds, and whether that is everything.

    Page by page first; when that fails, the rows that can still be read.
    """
    memory = connect_memory()
    try:
        with closed_on_error(memory), translated("memory"):
            source.backup(memory)
            check_pages(memory, "memory")
            migrate(memory, at)
    except StoreError:
        return rescued(source, at), False

    return memory, True


def rescued(source: sqlite3.Connection, at: int) -> sqlite3.Connection:
    """A database in memory with the rows that can be read: each table up to the first that cannot."""
    memory = empty(at)
    for table in TABLES:
        with suppress(StoreError), translated("memory"):
            _rescue(source, memory, table)

    return memory


def remembered_file(path: Path, at: int) -> tuple[sqlite3.Connection, bool]:
    """`remembered` for a file that is not open. One that is not there is empty, and that is everything.

    Raises:
        StoreError: it was written by a later version.
    """
    if not there(path):
        return empty(at), True

    try:
        source = connect_reading(path)
    except StoreError:
        return empty(at), False

    with closing(source), translated(path):
        refuse_newer(source, str(path))
        return remembered(source, at)


def empty(at: int) -> sqlite3.Connection:
    """A database in memory that holds nothing yet."""
    memory = connect_memory()
    migrate(memory, at)
    return memory


def write_back(memory: sqlite3.Connection, file: sqlite3.Connection, where: str) -> None:
    """Replace what the file holds by what memory holds, in one transaction of the file.

    What commands put into the file meanwhile is taken over first: test messages, digests, silences, acknowledgements.

    Raises:
        StoreBusyError: another program holds the file.
        StoreUnwritableError: the disk does not take it; the file is as it was.
    """
    rounds = 0

    def bounded(status: int, _remaining: int, _total: int) -> None:
        nonlocal rounds
        rounds += 1
        if status in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED} and rounds > _PATIENCE:
            raise busy(where)

    with translated(where):
        _adopt_requests(file, memory)
        _adopt_silences(file, memory)
        _adopt_acknowledgements(file, memory)
        memory.backup(file, progress=bounded, sleep=_PAUSE_SECONDS)


def _rescue(source: sqlite3.Connection, memory: sqlite3.Connection, table: str) -> None:
    for row in source.execute(f"SELECT * FROM {table}"):  # noqa: S608 - a name of ours
        _insert(memory, table, dict(row))


def _adopt_requests(file: sqlite3.Connection, memory: sqlite3.Connection) -> None:
    """Take over the queued messages that commands asked for and memory does not know."""
    rows = file.execute(
        "SELECT * FROM notification WHERE reason IN (?, ?) AND state = ?",
        (Reason.TEST, Reason.DIGEST, NotificationState.QUEUED),
    ).fetchall()
    for row in rows:
        _insert(memory, "notification", {**dict(row), "seq": None})


def _adopt_silences(file: sqlite3.Connection, memory: sqlite3.Connection) -> None:
    """Only commands write these, and only into the file: its rows are the newer ones."""
    rows = file.execute("SELECT id, until, doc FROM silence").fetchall()
    memory.executemany("INSERT OR REPLACE INTO silence (id, until, doc) VALUES (?, ?, ?)", [tuple(row) for row in rows])


def _adopt_acknowledgements(file: sqlite3.Connection, memory: sqlite3.Connection) -> None:
    """Take over what people said of incidents that are open in both, and of the same opening."""
    ours = {row["id"]: row["doc"] for row in memory.execute("SELECT id, doc FROM incident WHERE state = 'open'")}
    for row in file.execute("SELECT id, doc FROM incident WHERE state = 'open'").fetchall():
        if row["id"] in ours:
            with suppress(StoreError):
                theirs, mine = decode(row["doc"], Incident), decode(ours[row["id"]], Incident)
                _adopt_acknowledgement(theirs, mine, memory)


def _adopt_acknowledgement(theirs: Incident, mine: Incident, memory: sqlite3.Connection) -> None:
    same_opening = (theirs.opened_at, theirs.reopenings) == (mine.opened_at, mine.reopenings)
    if same_opening and theirs.ack != mine.ack:
        memory.execute("UPDATE incident SET doc = ? WHERE id = ?", (encode(replace(mine, ack=theirs.ack)), mine.id))


def _insert(memory: sqlite3.Connection, table: str, values: dict[str, object]) -> None:
    """Add a row unless its key is there."""
    names, marks = ", ".join(values), ", ".join("?" * len(values))
    memory.execute(f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})", tuple(values.values()))  # noqa: S608 - names of ours
