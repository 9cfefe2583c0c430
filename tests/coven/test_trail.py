"""A log is followed by its inode, across its rotations; nothing is told twice and nothing is missed."""

import os
from pathlib import Path

import pytest

from coven_watchdog.coven.trail import Trail
from coven_watchdog.errors import CovenError


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Where the log will be."""
    return tmp_path / "daemon-recovery.log"


def write(log: Path, *lines: str) -> None:
    """Append whole lines."""
    with log.open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)


def rotate(log: Path) -> None:
    """As Coven does: the newest becomes `.1`, and the others move on."""
    for number in (2, 1):
        older = Path(f"{log}.{number}")
        if older.exists():
            older.rename(f"{log}.{number + 1}")

    log.rename(f"{log}.1")


def test_what_is_new(log: Path) -> None:
    """First what is there, then what was added; nothing twice."""
    trail = Trail(log)
    assert trail.read() == ()
    write(log, "a", "", "b")
    assert trail.read() == ("a", "b")
    assert trail.read() == ()
    write(log, "c")
    assert trail.read() == ("c",)


def test_a_line_that_is_being_written(log: Path) -> None:
    """It waits until it is whole."""
    trail = Trail(log)
    log.write_text("a\nbe", encoding="utf-8")
    assert trail.read() == ("a",)
    with log.open("a", encoding="utf-8") as file:
        file.write("gun\n")

    assert trail.read() == ("begun",)


def test_a_rotation(log: Path) -> None:
    """What was written to the old file before it was renamed is told before the new one's."""
    trail = Trail(log)
    write(log, "a")
    trail.read()
    write(log, "b")
    rotate(log)
    write(log, "c")
    assert trail.read() == ("b", "c")
    write(log, "d")
    assert trail.read() == ("d",)


def test_two_rotations_between_two_readings(log: Path) -> None:
    """What stands in the files between is not missed."""
    trail = Trail(log)
    write(log, "a")
    trail.read()
    for line in ("b", "c"):
        write(log, line)
        rotate(log)

    write(log, "d")
    assert trail.read() == ("b", "c", "d")


def test_a_file_that_was_moved_away_for_good(log: Path) -> None:
    """Another file under the name is read from its beginning."""
    trail = Trail(log)
    write(log, "a")
    trail.read()
    log.rename(log.with_name("elsewhere"))
    write(log, "b")
    assert trail.read() == ("b",)


def test_a_log_that_was_emptied(log: Path) -> None:
    """It begins anew."""
    trail = Trail(log)
    write(log, "a long line", "another one")
    trail.read()
    log.write_text("b\n", encoding="utf-8")
    assert trail.read() == ("b",)


def test_the_first_reading_takes_the_end(log: Path) -> None:
    """Of a long log the last 64 KiB, from a whole line on; a young one is told with what came before it."""
    write(log, *(f"{number:05} {'x' * 93}" for number in range(2000)))
    lines = Trail(log).read()
    assert lines[-1].startswith("01999")
    assert 600 < len(lines) < 660
    assert all(len(line) == 99 for line in lines)
    rotate(log)
    write(log, "new")
    after = Trail(log).read()
    assert after[-2:] == (lines[-1], "new")
    assert all(len(line) == 99 for line in after[:-1])


def test_a_flood(log: Path) -> None:
    """Of more than a MiB between two readings, the newest; memory stays bounded."""
    trail = Trail(log)
    write(log, "a")
    trail.read()
    write(log, *(f"{number:07} {'x' * 91}" for number in range(30_000)))
    lines = trail.read()
    assert lines[-1].startswith("0029999")
    assert sum(map(len, lines)) < 1024 * 1024
    assert all(len(line) == 99 for line in lines)


def test_what_is_no_log(log: Path, tmp_path: Path) -> None:
    """A link, a directory or a FIFO under the name sends nobody elsewhere and holds nobody."""
    (tmp_path / "secret").write_text("s\n", encoding="utf-8")
    log.symlink_to(tmp_path / "secret")
    assert Trail(log).read() == ()
    log.unlink()
    os.mkfifo(log)
    assert Trail(log).read() == ()


def test_a_log_in_a_loop_of_links(tmp_path: Path) -> None:
    """What cannot be looked at is an error of ours."""
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(CovenError):
        Trail(tmp_path / "loop" / "log").read()
