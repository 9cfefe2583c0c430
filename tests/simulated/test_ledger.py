"""The ledger on a real SQLite file."""

import sqlite3
from pathlib import Path

import pytest

from coven_watchdog import clock
from coven_watchdog.model.time import MINUTE
from coven_watchdog.simulated import stamps
from coven_watchdog.simulated.ledger import Ledger

LATER = "2030-01-01T00:00:00.000000000Z"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the ledger is."""
    return tmp_path / "coven.sqlite3"


@pytest.fixture
def ledger(path: Path) -> Ledger:
    """An open, empty ledger."""
    new = Ledger(path)
    new.open(LATER)
    return new


def test_defaults(ledger: Ledger) -> None:
    """A seeded row needs nothing but what is special about it; labels are an array, flags are booleans."""
    ledger.seed([{"id": "a", "external": True, "labels": ["x"]}])
    row = ledger.row("a")
    assert row is not None
    assert (row["status"], row["labels"], row["external"], row["visibility"]) == ("created", [], True, "private")
    assert ledger.row("b") is None


def test_a_start_orphans(path: Path, ledger: Ledger) -> None:
    """What ran under the last daemon is orphaned at the new one's start; external and ended rows are not."""
    ledger.seed(
        [{"id": "r", "status": "running"}, {"id": "e", "status": "running", "external": True}, {"id": "i", "status": "idle"}]
    )
    Ledger(path).open(LATER)
    assert {row["id"]: row["status"] for row in ledger.rows()} == {"r": "orphaned", "e": "running", "i": "idle"}
    assert [row["updated_at"] for row in ledger.rows() if row["id"] == "r"] == [LATER]


def test_created_rows_are_given_up(path: Path, ledger: Ledger) -> None:
    """A row that was created 10 min ago and never started is failed by a listing, at most once a minute."""
    old = stamps.written(clock.now().wall - 11 * MINUTE)
    ledger.seed([{"id": "old", "created_at": old}, {"id": "new"}])
    assert {row["id"]: row["status"] for row in ledger.rows()} == {"old": "created", "new": "created"}
    assert {row["id"]: row["status"] for row in Ledger(path).rows()} == {"old": "failed", "new": "created"}


def test_paging(ledger: Ledger) -> None:
    """Newest first, ids break ties, a page goes on behind a key, archived rows only where asked."""
    ledger.seed([{"id": name, "created_at": at} for name, at in [("a", "1"), ("b", "2"), ("c", "2"), ("d", "3")]])
    assert [row["id"] for row in ledger.rows()] == ["d", "c", "b", "a"]
    assert [row["id"] for row in ledger.rows(after=("2", "c"), limit=1)] == ["b"]
    ledger.archive("d")
    assert [row["id"] for row in ledger.rows(limit=1)] == ["c"]
    assert [row["id"] for row in ledger.rows(limit=1, archived=True)] == ["d"]


def test_an_end_is_only_for_the_running(ledger: Ledger) -> None:
    """A killed session stays killed whatever its process comes to."""
    ledger.seed([{"id": "a", "status": "running"}])
    ledger.end("a", "killed", None)
    ledger.end("a", "failed", 1)
    row = ledger.row("a")
    assert row is not None
    assert (row["status"], row["exit_code"]) == ("killed", None)
    assert row["updated_at"] >= row["created_at"]


def test_events(ledger: Ledger) -> None:
    """`seq` counts over all sessions; a sacrifice takes the events along."""
    ledger.seed([{"id": "a"}, {"id": "b"}])
    for session in "aba":
        ledger.add_event(session, "output", {"data": session})

    assert [event["seq"] for event in ledger.events("a", 0, 10)] == [1, 3]
    assert [event["seq"] for event in ledger.events("a", 1, 10)] == [3]
    assert ledger.events("b", 0, 10)[0]["payload_json"] == '{"data":"b"}'
    ledger.sacrifice("a")
    assert ledger.row("a") is None
    assert ledger.events("a", 0, 10) == []


def test_the_anchor_keeps_the_wal(path: Path, ledger: Ledger) -> None:
    """While the daemon lives, a passing reader does not take the WAL away."""
    wal = path.with_name("coven.sqlite3-wal")
    assert not wal.exists()
    ledger.anchor()
    ledger.seed([{"id": "a"}])
    ledger.rows()
    assert wal.stat().st_size > 0


def test_garbage(path: Path) -> None:
    """A file that is no database cannot be opened."""
    path.write_bytes(b"garbage " * 1000)
    with pytest.raises(sqlite3.DatabaseError, match="file is not a database"):
        Ledger(path).open(LATER)
