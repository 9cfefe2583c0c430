"""Following the store: the files of the database in, a word whenever something was written to it out."""

import time
from collections.abc import Iterator
from pathlib import Path

PAUSE = 0.3
"""Seconds between two looks at the files' stamps: a glance costs 10 µs."""

Stamps = tuple[tuple[int, int, int] | None, ...]


def stamps(database: Path) -> Stamps:
    """What changes when something is written: inode, size and mtime of the database and its write-ahead log."""
    return tuple(_stamp(path) for path in (database, database.with_name(f"{database.name}-wal")))


def changes(database: Path, *, pause: float = PAUSE) -> Iterator[None]:
    """Yield at once, and then after everything that is written. It never ends by itself."""
    before: Stamps | None = None
    while True:
        now = stamps(database)
        if now != before:
            before = now
            yield
        else:
            time.sleep(pause)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        facts = path.stat()
    except OSError:
        return None

    return facts.st_ino, facts.st_size, facts.st_mtime_ns
