"""The daemon's log file comes in; its last lines go out, and whether they tell of a panic."""

import os
import re
import stat
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path

from coven_watchdog.coven.decoding import wall_of
from coven_watchdog.coven.opening import open_untouched
from coven_watchdog.coven.paths import translated

_AT_MOST = 256 * 1024
_STAMPED = re.compile(r"\[([^\]]{1,64})\] ")
_BELOW = re.compile(r"backtrace:|\[[^\]]{1,64}\] |-{8}")
"""What ends a panic's message."""
_MESSAGE = 5
_PLACE = re.compile(r"panicked at .*:")
_PANIC = re.compile(r"(?:\[[^\]]{1,64}\] )?daemon panic: ")


def tail(path: Path, *, lines: int, since: int | None) -> tuple[str, ...]:
    """The last lines, raw, at most `lines`; with `since` (wall µs) only what was written from then on.

    A line is `[RFC 3339] message`; a line without a stamp (a panic's backtrace) belongs to the stamp before it (seen on 0.4.6).
    Reads the last 256 KiB at most. () when there is no such file, or when it is no regular file. Blocking: call it in a thread.

    Raises:
        ForbiddenError: the system does not let us read it.
        CovenError: the system cannot read it.
    """
    if lines < 1:
        return ()

    try:
        with translated(path):
            found = _last_lines(path)
    except FileNotFoundError:
        return ()

    return tuple(found if since is None else _since(found, since))[-lines:]


def panicked(lines: Sequence[str]) -> bool:
    """Whether a panic was written (the line of Coven's panic hook; seen on 0.4.6)."""
    return any(_PANIC.match(line) for line in lines)


def panic_words(lines: Sequence[str]) -> str:
    """What the newest panic says, as it stands there; "" when there is none.

    Seen on 0.4.6: `daemon panic: panicked at <place>:`, the message below it, then `backtrace:` and its frames.
    """
    begun = [number for number, line in enumerate(lines) if _PANIC.match(line)]
    if not begun:
        return ""

    first, *below = lines[begun[-1] :]
    words = _PANIC.sub("", first)
    if not _PLACE.fullmatch(words):
        return words

    return " ".join(line.strip() for line in takewhile(lambda line: not _BELOW.match(line), below[:_MESSAGE])) or words


def _last_lines(path: Path) -> list[str]:
    """The whole lines within the last 256 KiB."""
    with os.fdopen(open_untouched(path), "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            return []

        start = max(0, found.st_size - _AT_MOST)
        file.seek(start)
        text = file.read(_AT_MOST).decode("utf-8", "replace")

    whole = text.split("\n")
    return [line for line in (whole[1:] if start else whole) if line]


def _since(lines: Sequence[str], since: int) -> list[str]:
    """The lines from the first on that is stamped `since` or later; Coven appends, so stamps only grow."""
    for number, line in enumerate(lines):
        stamp = _STAMPED.match(line)
        written = wall_of(stamp[1]) if stamp else None
        if written is not None and written >= since:
            return list(lines[number:])

    return []
