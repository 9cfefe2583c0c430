"""The part of the log that a fault is about; and that no file can take more memory than it may."""

import os
import tracemalloc
from pathlib import Path

import pytest

from coven_watchdog.coven.decoding import wall_of
from coven_watchdog.coven.excerpt import LONGEST, excerpt, last_lines
from coven_watchdog.coven.paths import HomePaths
from coven_watchdog.errors import CovenError
from rigs.untouched import changes, stamps

PANIC = ("daemon panic: at src/main.rs:1", "stack backtrace:", "   0: one", "----------------------------------------")


def line(second: int, says: str) -> str:
    """A line of that second."""
    return f"[2026-11-22T07:57:{second:02d}.000000000Z] {says}"


def start(second: int, pid: int) -> list[str]:
    """What a start writes."""
    return [
        line(second, "startup_budget phase=before-spawn remaining_ms=5000"),
        line(second, "startup_checkpoint phase=daemon-store-begin elapsed_ms=0"),
        line(second, "startup_checkpoint phase=daemon-store-end elapsed_ms=1"),
        line(second, f"daemon starting pid={pid} socket=/h/coven.sock"),
    ]


@pytest.fixture
def paths(tmp_path: Path) -> HomePaths:
    """A home without a log."""
    return HomePaths(tmp_path)


def write(paths: HomePaths, *lines: str) -> None:
    """The log."""
    paths.log.write_text("".join(f"{one}\n" for one in lines), encoding="utf-8")


def test_from_the_last_start_to_the_end(paths: HomePaths) -> None:
    """What came before that start is left out and counted; a panic is whole; nothing is touched."""
    tail = [*start(10, 8), line(11, PANIC[0]), *PANIC[1:], line(12, "API handler error for GET /x: y")]
    write(paths, *start(1, 7), line(2, "unix connection error: x"), *tail)
    before = stamps(paths.root)
    found = excerpt(paths, None)
    assert list(found.lines) == tail
    assert found.start is not None
    assert (found.start.pid, found.left_out) == (8, "")
    assert changes(before, stamps(paths.root)) == {}


def test_the_start_before_the_fault(paths: HomePaths) -> None:
    """A later start is no news to a fault before it, but what was logged since is shown."""
    write(paths, *start(1, 7), *start(10, 8))
    found = excerpt(paths, wall_of("2026-11-22T07:57:05Z"))
    assert found.start is not None
    assert (found.start.pid, len(found.lines)) == (7, 8)


def test_a_log_that_was_rotated(paths: HomePaths) -> None:
    """The start may stand in the file before."""
    Path(f"{paths.log}.1").write_text("\n".join(start(1, 7)) + "\n", encoding="utf-8")
    write(paths, line(2, "unix connection error: x"))
    assert len(excerpt(paths, None).lines) == 5


def test_without_a_start(paths: HomePaths) -> None:
    """All that is there, and how much is not."""
    write(paths, *(line(number % 60, "x" * 100) for number in range(100)))
    found = excerpt(paths, None, at_most=1000)
    assert found.start is None
    assert 0 < len(found.lines) < 10
    assert "older bytes" in found.left_out


def test_the_newest_fit(paths: HomePaths) -> None:
    """Of a start that wrote too much the end is kept; the cut is marked."""
    write(paths, *start(1, 7), *(line(2, f"{number:04d} " + "x" * 200) for number in range(40)))
    found = excerpt(paths, None, at_most=8192)
    assert "0039" in found.lines[-1]
    assert found.left_out


def test_one_line_of_many_megabytes(paths: HomePaths) -> None:
    """Memory stays bounded, and a line is cut between words: no part of a secret is left that nobody knows for one."""
    words = f"{line(1, 'API handler error')} {'word ' * 4000}token={'a' * 100}"
    paths.log.write_bytes(f"{words}\n{'b' * 50_000_000}\n".encode())
    tracemalloc.start()
    try:
        found = excerpt(paths, None)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert most < 40 * 1024 * 1024
    assert found.lines == ()
    write(paths, words)
    (cut,) = excerpt(paths, None).lines
    assert len(cut) < LONGEST + 100
    assert cut.endswith("bytes of this line cut]")
    assert "token" not in cut


def test_what_is_no_file(paths: HomePaths) -> None:
    """A FIFO holds nobody up, a link leads nowhere, a directory is none."""
    os.mkfifo(paths.log)
    assert last_lines(paths.log, 100).lines == ()
    paths.log.unlink()
    paths.log.symlink_to("/etc/hostname")
    with pytest.raises(CovenError):
        excerpt(paths, None)

    paths.log.rename(f"{paths.log}.1")
    write(paths, *start(1, 7))
    assert len(excerpt(paths, None).lines) == 4
    paths.log.unlink()
    paths.log.mkdir()
    assert last_lines(paths.log, 100).lines == ()


def test_a_file_that_grows(paths: HomePaths) -> None:
    """What is written after the look is not waited for."""
    write(paths, line(1, "one"))
    with paths.log.open("a", encoding="utf-8") as log:
        log.write("half a line")
        log.flush()
        assert last_lines(paths.log, 1000).lines == (line(1, "one"), "half a line")
