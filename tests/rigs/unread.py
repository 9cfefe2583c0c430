"""A pipe that is full and that nobody reads: who writes to it waits, until it is read."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path


class Unread:
    """A named pipe, full from the beginning.

    Args:
        path: where it is to be.
    """

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.path = path
        self._descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        with suppress(BlockingIOError):
            while True:
                os.write(self._descriptor, b"\0" * 4096)

    def read(self) -> None:
        """Make room for more than anybody here writes."""
        fcntl.fcntl(self._descriptor, fcntl.F_SETFL, os.O_NONBLOCK)
        os.read(self._descriptor, 1 << 16)

    def close(self) -> None:
        """Whoever still waits gets an error."""
        os.close(self._descriptor)
