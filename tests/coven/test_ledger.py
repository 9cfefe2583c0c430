"""The ledger is read without a trace: what is in the write-ahead log counts, what is broken is said, what is not understood is not."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from coven_watchdog.coven.ledger import UnclearError, folded, read_ledger
from coven_watchdog.coven.paths import HomePaths
from coven_watchdog.errors import CovenError, ForbiddenError, NotContractError
from rigs.untouched import changes, stamps

OLD, NEW = "2026-11-01T00:00:00.000000001Z", "2026-11-22T00:00:00.000000001Z"
RECENT = 1_795_000_000_000_000  # 2026-11-18


@pytest.fixture
def paths(tmp_path: Path) -> HomePaths:
    """A home without a ledger."""
    return HomePaths(tmp_path)


@pytest.fixture
def live(paths: HomePaths) -> Iterator[sqlite3.Connection]:
    """A ledger in WAL mode that somebody has open; nothing of it is checkpointed."""
    with closing(sqlite3.connect(paths.ledger, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA wal_autocheckpoint = 0")
        database.execute(
            "CREATE TABLE sessions (id TEXT, harness TEXT, status TEXT, external INTEGER, archived_at TEXT, created_at TEXT)"
        )
        yield database


def add(database: sqlite3.Connection, status: str, harness: str = "codex", *, external: int = 0, created: str = OLD) -> None:
    """One row."""
    database.execute("INSERT INTO sessions VALUES ('x', ?, ?, ?, NULL, ?)", (harness, status, external, created))


def test_what_is_only_in_the_log_counts(paths: HomePaths, live: sqlite3.Connection) -> None:
    """Committed rows are counted whether they are checkpointed or not; an open transaction is not."""
    add(live, "running")
    add(live, "failed", "claude")
    live.execute("PRAGMA wal_checkpoint(PASSIVE)")
    add(live, "running", "grok", external=1)
    for _ in range(500):
        add(live, "completed", "old")
    live.execute("BEGIN")
    add(live, "killed")
    found = read_ledger(paths, RECENT)
    assert found is not None
    assert found.by_status == {"running": 2, "failed": 1, "completed": 500}
    assert found.harnesses == {"codex"}
    assert found.size == paths.ledger.stat().st_size
    live.execute("ROLLBACK")


def test_after_the_log_was_reset(paths: HomePaths, live: sqlite3.Connection) -> None:
    """Frames of an earlier round that still lie in the file are not taken for new ones; a database that shrank has its new length."""
    for _ in range(2000):
        add(live, "completed")

    live.execute("PRAGMA wal_checkpoint(RESTART)")
    live.execute("DELETE FROM sessions")
    live.execute("VACUUM")
    add(live, "idle", "claude", created=NEW)
    found = read_ledger(paths, RECENT)
    assert found is not None
    assert (dict(found.by_status), set(found.harnesses)) == ({"idle": 1}, {"claude"})


def test_whose_output_was_dropped(paths: HomePaths, live: sqlite3.Connection) -> None:
    """The latest first; not for a lost echo of an input, nor by a word that is not understood; without events, of nobody."""
    add(live, "running")
    found = read_ledger(paths, RECENT)
    assert found is not None
    assert found.gaps == ()
    live.execute("CREATE TABLE events (session_id TEXT, kind TEXT, payload_json TEXT)")
    for session, kind, payload in (
        ("old", "output_truncated", '{"droppedEvents": 9}'),
        ("echo", "input", "{}"),
        ("echo", "output_truncated", '{"droppedEvents": 1}'),
        ("odd", "output_truncated", "{}"),
        ("well", "output", '{"droppedEvents": 9}'),
        ("new", "input", "{}"),
        ("new", "output_truncated", '{"droppedEvents": 2}'),
        ("garbage", "output_truncated", "garbage"),
    ):
        live.execute("INSERT INTO events VALUES (?, ?, ?)", (session, kind, payload))

    found = read_ledger(paths, RECENT)
    assert found is not None
    assert found.gaps == ("garbage", "new", "old")


def test_no_trace(paths: HomePaths, live: sqlite3.Connection) -> None:
    """No file is made or touched, not even the time of the last access."""
    add(live, "running")
    for path in (paths.ledger, paths.wal):
        os.utime(path, ns=(1_000, path.stat().st_mtime_ns))

    before = stamps(paths.root)
    assert read_ledger(paths, RECENT) is not None
    assert changes(before, stamps(paths.root)) == {}


def test_none(paths: HomePaths) -> None:
    """No ledger is no fault."""
    assert read_ledger(paths, RECENT) is None


@pytest.mark.parametrize("content", [b"garbage" * 4096, b"\0" * 8192])
def test_broken(paths: HomePaths, content: bytes) -> None:
    """What is no database is said to be broken."""
    paths.ledger.write_bytes(content)
    with pytest.raises(NotContractError, match="cannot be read"):
        read_ledger(paths, RECENT)


def test_torn_pages(paths: HomePaths, live: sqlite3.Connection) -> None:
    """A database whose pages do not fit together is broken."""
    for _ in range(500):
        add(live, "completed")

    live.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    image = bytearray(paths.ledger.read_bytes())
    image[4096:] = os.urandom(len(image) - 4096)
    paths.ledger.write_bytes(image)
    with pytest.raises(NotContractError, match="malformed"):
        read_ledger(paths, RECENT)


def test_another_version(paths: HomePaths) -> None:
    """A database that we do not understand accuses nobody."""
    with closing(sqlite3.connect(paths.ledger)) as database:
        database.execute("CREATE TABLE other (x)")
        database.commit()

    with pytest.raises(UnclearError, match="is not understood: no such table"):
        read_ledger(paths, RECENT)


def test_too_large(paths: HomePaths) -> None:
    """More than fits into memory is not read."""
    with paths.ledger.open("wb") as file:
        file.truncate(65 * 1024 * 1024)

    with pytest.raises(UnclearError, match="larger than 64 MiB"):
        read_ledger(paths, RECENT)


def test_a_link(paths: HomePaths) -> None:
    """A link is not followed."""
    paths.ledger.symlink_to("/etc/hostname")
    with pytest.raises(CovenError):
        read_ledger(paths, RECENT)


def test_not_for_us(paths: HomePaths, live: sqlite3.Connection) -> None:
    """What may not be read is said to be so."""
    add(live, "running")
    paths.ledger.chmod(0)
    if os.getuid() == 0:
        pytest.skip("root may read everything")

    with pytest.raises(ForbiddenError):
        read_ledger(paths, RECENT)


@pytest.mark.parametrize(
    "log", [b"", b"short", b"\0" * 64, b"\x37\x7f\x06\x82" + b"\xff" * 28, b"\x37\x7f\x06\x82" + b"\0" * 100]
)
def test_a_log_that_is_none(log: bytes) -> None:
    """Whatever lies there in place of a write-ahead log changes nothing of the database."""
    image = bytearray(b"SQLite format 3\0" + bytes(84))
    assert folded(bytearray(image), log)[20:] == image[20:]
    assert folded(bytearray(b"x"), log) == b"x"
