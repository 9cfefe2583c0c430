"""The health body; its keys are held to the real Coven in `test_contract`."""

from pathlib import Path

from coven_watchdog.simulated.health import health
from coven_watchdog.simulated.home import HomeFiles
from coven_watchdog.simulated.sessions import EventWriter


def test_a_missing_ledger_is_well(tmp_path: Path) -> None:
    """Health says ok over a home without a database, with nothing in it."""
    body = health(HomeFiles(tmp_path), "x", EventWriter())
    assert (body["ok"], body["storage"]["status"], body["storage"]["databaseBytes"]) == (True, "ok", 0)


def test_sizes_are_live(tmp_path: Path) -> None:
    """The sizes are those of the files at this moment."""
    (tmp_path / "coven.sqlite3").write_bytes(b"123")
    (tmp_path / "coven.sqlite3-wal").write_bytes(b"12")
    storage = health(HomeFiles(tmp_path), "x", EventWriter())["storage"]
    assert (storage["databaseBytes"], storage["walBytes"]) == (3, 2)


def test_a_failed_writer(tmp_path: Path) -> None:
    """A failed event writer says so, with its last error and what it still had committed."""
    writer = health(HomeFiles(tmp_path), "x", EventWriter(failed=True, committed=7))["eventWriter"]
    assert (writer["state"], writer["committedEvents"], "lastError" in writer) == ("failed", 7, True)
