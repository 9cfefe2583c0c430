"""Reading `daemon.json`, whatever somebody put there."""

import os
from pathlib import Path

import pytest

from coven_watchdog.coven.paths import HomePaths
from coven_watchdog.coven.record import read_record
from coven_watchdog.model.facts import Record
from limits import no_descriptors

GOOD = '{\n  "pid": 4711,\n  "startedAt": "2026-11-22T07:57:37.309922038Z",\n  "socket": "/h/coven.sock"\n}\n'


@pytest.fixture
def record(home: HomePaths) -> Path:
    """Where the record lies."""
    return home.record


def test_no_record(record: Path) -> None:
    """Without a file, or without a home, there is no record."""
    assert read_record(record) is None
    assert read_record(record / "below") is None


def test_a_good_record(record: Path) -> None:
    """Pid, start and socket as they stand; the time of writing in µs; unknown keys do not matter."""
    record.write_text(GOOD.replace('"pid"', '"new": {}, "pid"'), encoding="utf-8")
    os.utime(record, ns=(0, 1_234_567_000))
    found = read_record(record)
    assert found is not None
    assert found.record == Record(4711, "2026-11-22T07:57:37.309922038Z", "/h/coven.sock")
    assert found.mtime == 1_234_567
    assert not found.empty


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"pid": "4711"}',
        b'{"pid": 0}',
        b'{"pid": -1}',
        b'{"socket": "/h"}',
        b"[" * 5_000,
        GOOD.encode() + b" " * 16_385,
    ],
)
def test_garbage(record: Path, content: bytes) -> None:
    """What is not the contract's object, or too long, is garbage and not an error."""
    record.write_bytes(content)
    found = read_record(record)
    assert found is not None
    assert found.record.garbage
    assert not found.empty


def test_an_empty_record_is_being_written(record: Path) -> None:
    """Coven creates the file before it fills it."""
    record.touch()
    found = read_record(record)
    assert found is not None
    assert found.empty


def test_no_regular_file(record: Path, home: HomePaths) -> None:
    """A link is not followed, a FIFO does not hold us, a directory is not read: all are garbage."""
    (home.root / "target").write_text(GOOD, encoding="utf-8")
    record.symlink_to(home.root / "target")
    linked = read_record(record)
    record.unlink()
    os.mkfifo(record)
    piped = read_record(record)
    record.unlink()
    record.mkdir()
    directory = read_record(record)
    for found in (linked, piped, directory):
        assert found is not None
        assert found.record.garbage


def test_a_record_that_cannot_be_read(record: Path) -> None:
    """A file that the system does not let us read is an error, not garbage."""
    record.write_text(GOOD, encoding="utf-8")
    with no_descriptors(), pytest.raises(OSError, match="Too many open files"):
        read_record(record)
