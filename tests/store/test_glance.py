"""A quick look at the database."""

from contextlib import closing
from pathlib import Path

from coven_watchdog.store.glance import Glance, glance
from report.filled import fill
from store.builders import database, service


def test_what_is_seen(tmp_path: Path) -> None:
    """How many warnings and worse are open, and which process wrote it."""
    path = fill(tmp_path, watchdog=service(pid=7, started=8, boot="b"))
    assert glance(path) == Glance(troubles=2, pid=7, started=8, boot="b")


def test_what_cannot_be_seen(tmp_path: Path) -> None:
    """Without a service that wrote itself down, and of what is no database, nothing is claimed."""
    with closing(database(tmp_path)):
        pass

    (path,) = tmp_path.glob("*.sqlite3")
    assert glance(path) is None
    path.write_bytes(b"nonsense" * 1000)
    assert glance(path) is None
