"""The path of the daemon's log comes in; what was written since the last reading goes out, line by line, across its rotations.

Coven renames the log to `….log.1`, `.1` to `.2`, and so on, before a line that would make it larger than 4 MiB (source of Coven).
"""

import os
import stat
from pathlib import Path

from coven_watchdog.coven.opening import open_untouched
from coven_watchdog.coven.paths import translated

_FIRST = 64 * 1024
"""Of what was there before the first reading: some twenty starts."""
_AT_MOST = 1024 * 1024
_OLDER = (1, 2, 3)


class Trail:
    """Follows one log by its inode.

    Args:
        path: the log; it may not be there yet.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._place: tuple[int, int] | None = None
        self._offset = 0

    def read(self) -> tuple[str, ...]:
        """The whole lines that are new; at the first reading the last ones. Of a flood, the newest MiB. Blocking.

        Raises:
            ForbiddenError: the system does not let us read it.
            CovenError: the system cannot read it.
        """
        found = self._look()
        if found is None:
            return ()

        place, size = found
        first, moved = self._place is None, self._place not in {None, place}
        before = self._rotated() if moved else self._older(size) if first else ()
        if first or moved or size < self._offset:
            self._place, self._offset = place, max(0, size - _FIRST) if first else 0

        return (*before, *self._lines(self._path))

    def _look(self) -> tuple[tuple[int, int], int] | None:
        """Which file it is and how long; None when there is none."""
        try:
            with translated(self._path):
                found = os.lstat(self._path)
        except FileNotFoundError:
            return None

        return ((found.st_dev, found.st_ino), found.st_size) if stat.S_ISREG(found.st_mode) else None

    def _older(self, size: int) -> tuple[str, ...]:
        """A log that has just begun says little: the one before goes on to tell."""
        before = self._older_path(1)
        if size >= _FIRST or not before.exists():
            return ()

        self._offset = max(0, before.stat().st_size - _FIRST)
        return self._lines(before)

    def _rotated(self) -> tuple[str, ...]:
        """What was still written to the file that was followed, and to those between it and the new one."""
        lines: list[str] = []
        for number in reversed(_OLDER):
            older = self._older_path(number)
            if lines or self._is_followed(older):
                lines += self._lines(older)
                self._offset = 0

        return tuple(lines)

    def _older_path(self, number: int) -> Path:
        return Path(f"{self._path}.{number}")

    def _is_followed(self, path: Path) -> bool:
        try:
            found = path.lstat()
        except OSError:
            return False

        return (found.st_dev, found.st_ino) == self._place

    def _lines(self, path: Path) -> tuple[str, ...]:
        """The whole lines from the offset on; a line that is still being written waits."""
        try:
            with translated(path), os.fdopen(open_untouched(path), "rb") as file:
                begin = max(self._offset, os.fstat(file.fileno()).st_size - _AT_MOST)
                file.seek(max(0, begin - 1))
                content = file.read(_AT_MOST + 1)
        except FileNotFoundError:
            return ()

        # The byte before tells whether a line begins here.
        head = content[:1] if begin else b"\n"
        content = content[1:] if begin else content
        whole, end, _ = content.rpartition(b"\n")
        self._offset = begin + len(whole) + len(end)
        lines = whole.decode("utf-8", "replace").split("\n")
        return tuple(line for line in (lines if head == b"\n" else lines[1:]) if line)
