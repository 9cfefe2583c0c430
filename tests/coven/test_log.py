"""Tests of `coven.log`."""

import os
from pathlib import Path

import pytest

from coven_watchdog.coven.decoding import wall_of
from coven_watchdog.coven.log import panic_words, panicked, tail
from coven_watchdog.errors import CovenError, ForbiddenError
from programs import as_nobody, needs_root
from raw_server import short_directory

START = "[2026-11-22T07:57:37.309922038Z] daemon starting pid=7 socket=/h/coven.sock"
PANIC = "[2026-11-22T07:58:00.000000001Z] daemon panic: index out of bounds"
TRACE = ["   0: rust_begin_unwind", "----------------------------------------"]
LATER = "[2026-11-22T07:59:00Z] unix accept error: too many"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log with a start, a panic of several lines, and one more line."""
    path = tmp_path / "daemon-recovery.log"
    path.write_text("\n".join([START, PANIC, *TRACE, LATER, ""]), encoding="utf-8")
    return path


def test_the_last_lines_are_given_as_they_are(log: Path) -> None:
    """Oldest first, without line ends."""
    assert tail(log, lines=2, since=None) == (TRACE[1], LATER)
    assert tail(log, lines=99, since=None) == (START, PANIC, *TRACE, LATER)
    assert tail(log, lines=0, since=None) == ()


def test_since_cuts_off_what_is_older_and_keeps_a_panic_whole(log: Path) -> None:
    """Lines without a stamp belong to the stamp before them."""
    since = wall_of("2026-11-22T07:57:38Z")
    assert tail(log, lines=99, since=since) == (PANIC, *TRACE, LATER)
    assert tail(log, lines=99, since=wall_of("2026-11-23T00:00:00Z")) == ()


def test_a_stamp_that_is_none_is_passed_over(tmp_path: Path) -> None:
    """Hostile brackets neither raise nor match."""
    path = tmp_path / "log"
    path.write_text(f"[tomorrow] x\n[2026-99-99T99:99:99Z] y\n{LATER}\n", encoding="utf-8")
    assert tail(path, lines=9, since=0) == (LATER,)


def test_only_the_end_of_a_large_log_is_read(tmp_path: Path) -> None:
    """256 KiB at most, and no half line at the beginning."""
    path = tmp_path / "log"
    path.write_bytes(b"".join(b"%07d %s\n" % (number, b"x" * 91) for number in range(10_000)))
    found = tail(path, lines=10_000, since=None)
    assert found[-1].startswith("0009999 ")
    assert all(len(line) == 99 for line in found)
    assert len(found) == 256 * 1024 // 100


def test_bytes_that_are_no_text_are_replaced(tmp_path: Path) -> None:
    """A log is hostile too."""
    path = tmp_path / "log"
    path.write_bytes(b"a\xffb\n")
    assert tail(path, lines=1, since=None) == ("a\ufffdb",)


def test_no_log_has_no_lines(tmp_path: Path) -> None:
    """A home that never started has none."""
    assert tail(tmp_path / "none", lines=5, since=None) == ()


def test_only_a_regular_file_is_read(tmp_path: Path) -> None:
    """A FIFO would hold us for ever."""
    os.mkfifo(tmp_path / "fifo")
    assert tail(tmp_path / "fifo", lines=5, since=None) == ()


def test_a_link_is_not_followed(log: Path) -> None:
    """It could point to anything this user can read."""
    link = log.with_name("link")
    link.symlink_to(log)
    with pytest.raises(CovenError):
        tail(link, lines=5, since=None)


@needs_root
def test_what_may_not_be_read_is_forbidden() -> None:
    """Blindness is not silence."""
    with short_directory() as directory, as_nobody(), pytest.raises(ForbiddenError):
        tail(directory / "log", lines=5, since=None)


def test_a_panic_is_recognised_only_where_the_hook_writes_it() -> None:
    """Not in a message that quotes one."""
    assert panicked([START, PANIC])
    assert panicked(["daemon panic: early"])
    assert not panicked([START, LATER, "[2026-11-22T07:59:00Z] API handler error: daemon panic: not really"])
    assert not panicked([])


REAL_PANIC = (
    "[2026-11-22T16:20:30.157632635Z] daemon panic: panicked at /rustc/48a2/library/std/src/thread/functions.rs:131:29:",
    'failed to spawn thread: Os { code: 11, kind: WouldBlock, message: "Resource temporarily unavailable" }',
    "backtrace:",
    "   0: <unknown>",
    "-" * 40,
)


def test_what_a_panic_says() -> None:
    """Its message stands below the place; the newest one counts; what comes after it is none of it."""
    assert panic_words(REAL_PANIC).startswith("failed to spawn thread: Os { code: 11,")
    assert panic_words((*REAL_PANIC[:2], LATER)) == panic_words(REAL_PANIC)
    assert panic_words((*REAL_PANIC, "daemon panic: boom", "  at a.rs:7")) == "boom"
    assert panic_words((REAL_PANIC[0], LATER)) == "panicked at /rustc/48a2/library/std/src/thread/functions.rs:131:29:"
    assert panic_words([START]) == ""
