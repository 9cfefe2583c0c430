"""The daemon's log comes in; what it holds from the start before a moment on goes out, cut where it is too long, with a mark."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from coven_watchdog.coven.logbook import Entry, Start, entries, last_start
from coven_watchdog.coven.opening import open_untouched
from coven_watchdog.coven.paths import HomePaths, translated
from coven_watchdog.errors import CovenError

AT_MOST = 4 * 1024 * 1024
"""What Coven lets its log grow to (seen in its source)."""
LONGEST = 16 * 1024


@dataclass(frozen=True, slots=True)
class Tail:
    """The last whole lines of a file; `skipped`: bytes before them, `cut`: bytes in lines that were too long."""

    lines: tuple[str, ...]
    skipped: int = 0
    cut: int = 0


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Lines of the log; `start`: the start that they begin with, None when the log tells of none; `left_out` in words, or ""."""

    lines: tuple[str, ...]
    start: Start | None = None
    left_out: str = ""


def excerpt(paths: HomePaths, fault: int | None, at_most: int = AT_MOST) -> Excerpt:
    """From the last start before `fault` (wall µs, None: the last of all) to the end; the whole log where it tells of none. Blocking.

    Raises:
        ForbiddenError, CovenError: the system does not let us read it, or cannot.
    """
    tails = [_before(paths, at_most), last_lines(paths.log, at_most)]
    log = entries([line for one in tails for line in one.lines])
    began, start = _begin(log, fault)
    lines = _newest([entry.raw for entry in log[began:]], at_most)
    gone = sum(one.skipped for one in tails) if start is None else 0
    return Excerpt(lines, start, _left_out(len(log) - began - len(lines), gone, sum(one.cut for one in tails)))


def _before(paths: HomePaths, at_most: int) -> Tail:
    """The log before, whose beginning is missed less than the log itself: what cannot be read of it is no reason to read nothing."""
    try:
        return last_lines(Path(f"{paths.log}.1"), at_most)
    except CovenError:
        return Tail(())


def last_lines(path: Path, at_most: int) -> Tail:
    """The whole lines within the last bytes of a file; none of what is no regular file. Memory is bounded, whatever it holds. Blocking.

    Raises:
        ForbiddenError, CovenError: the system does not let us read it, or cannot.
    """
    try:
        with translated(path):
            text, start = _end(path, at_most)
    except FileNotFoundError:
        return Tail(())

    whole = text.split(b"\n")
    broken = whole.pop(0) if start else b""
    lines = [_shortened(line) for line in whole if line]
    return Tail(tuple(line for line, _ in lines), start + len(broken), sum(cut for _, cut in lines))


def _end(path: Path, at_most: int) -> tuple[bytes, int]:
    """The last bytes of a regular file, and how many stand before them."""
    descriptor = open_untouched(path)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            return b"", 0

        start = max(0, found.st_size - at_most)
        # What is written meanwhile is not waited for.
        return os.pread(descriptor, min(at_most, found.st_size - start), start), start
    finally:
        os.close(descriptor)


def _shortened(line: bytes) -> tuple[str, int]:
    """A line of at most 16 KiB. It is cut between words, so that no part of a secret is left that nobody knows for one."""
    if len(line) <= LONGEST:
        return line.decode("utf-8", "replace"), 0

    kept = line[:LONGEST].rpartition(b" ")[0]
    gone = len(line) - len(kept)
    return f"{kept.decode('utf-8', 'replace')} … [{gone} bytes of this line cut]", gone


def _begin(log: tuple[Entry, ...], fault: int | None) -> tuple[int, Start | None]:
    """Where the start before the fault begins."""
    until = len(log)
    if fault is not None:
        until = next((at for at, entry in enumerate(log) if entry.at is not None and entry.at > fault), until)

    start = last_start(log[:until]) or last_start(log)
    if start is None or start.at is None:
        return 0, start

    # The command that starts it may write its own lines before and after those of the daemon.
    return next((at for at, entry in enumerate(log) if entry.at is not None and entry.at >= start.at), 0), start


def _newest(lines: list[str], at_most: int) -> tuple[str, ...]:
    """The last of them that fit."""
    room = at_most
    for at in range(len(lines) - 1, -1, -1):
        room -= len(lines[at].encode("utf-8", "replace")) + 1
        if room < 0:
            return tuple(lines[at + 1 :])

    return tuple(lines)


def _left_out(lines: int, skipped: int, cut: int) -> str:
    told = [f"{lines} older lines"] if lines else []
    told += [f"{skipped} older bytes"] if skipped else []
    told += [f"{cut} bytes of lines that are too long"] if cut else []
    return ", ".join(told)
