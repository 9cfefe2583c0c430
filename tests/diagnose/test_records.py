"""What is read of the watchdog's own database, whatever is in its place."""

import os
from pathlib import Path

from coven_watchdog.coven import processes
from coven_watchdog.diagnose.records import Records, read_records
from coven_watchdog.settings import Settings
from coven_watchdog.store import FILE_NAME
from report.filled import CRASH, FAILED, NOW, OWN, fill
from store.builders import BOOT, HOME, service


def records(path: Path) -> Records:
    """Read it as `doctor` does."""
    return read_records(path, Settings(), "/etc/c.toml", BOOT, NOW)


def test_a_story(tmp_path: Path) -> None:
    """What is open and what changed lately, home by home, and the last looks; a service that is gone does not run."""
    found = records(fill(tmp_path))
    assert ([one.id for one in found.open(HOME)], [one.id for one in found.open("")]) == ([CRASH.id], [OWN.id])
    assert FAILED.id in {one.id for one in found.of(HOME)}
    assert (HOME in found.looks, found.exists, found.running, found.error) == (True, True, False, "")


def test_a_service_that_runs(tmp_path: Path) -> None:
    """It is known by its whole identity."""
    me = processes.identity(os.getpid())
    assert me is not None
    assert records(fill(tmp_path, watchdog=service(pid=me.pid, started=me.started))).running


def test_none(tmp_path: Path) -> None:
    """No database is an empty one, and none is made."""
    found = records(tmp_path / FILE_NAME)
    assert (found.exists, found.running, found.error, found.recent) == (False, False, "", ())
    assert list(tmp_path.iterdir()) == []


def test_damaged(tmp_path: Path) -> None:
    """What cannot be read is said, not raised."""
    path = tmp_path / FILE_NAME
    path.write_bytes(b"garbage" * 1000)
    found = records(path)
    assert (found.status, found.running, bool(found.error)) == (None, False, True)
