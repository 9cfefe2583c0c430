"""A file for the log, where nothing else rotates one: what is logged in, at most four files of a mebibyte out."""

import os
import stat
import sys
from contextlib import suppress
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from coven_watchdog.errors import WatchdogError

LARGEST = 1 << 20
_KEPT = 3
_PRIVATE = 0o600


class LogFile(RotatingFileHandler):
    """Writes to a file that only this user can read; at 1 MiB it becomes `.1`, and that one `.2`, up to `.3`."""

    def __init__(self, path: Path, largest: int = LARGEST) -> None:
        super().__init__(path, maxBytes=largest, backupCount=_KEPT, encoding="utf-8", errors="backslashreplace")

    def _open(self) -> TextIOWrapper:
        handle = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, _PRIVATE)
        return os.fdopen(handle, "a", encoding=self.encoding, errors=self.errors)


def opened(path: Path) -> LogFile:
    """The handler of that file; its folder is made.

    Raises:
        WatchdogError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = LogFile(path)
    except OSError as error:
        message = f"the log cannot be written: {error.strerror}"
        raise WatchdogError(message, where=str(path), next_step="run --log-file FILE takes another one") from error

    _empty_beside(path.parent)
    return handler


def _empty_beside(folder: Path) -> None:
    """Empty our standard error when it is a large file in the log's folder: launchd only ever adds to it."""
    with suppress(OSError, ValueError):
        descriptor = sys.stderr.fileno()
        facts = os.fstat(descriptor)
        large = stat.S_ISREG(facts.st_mode) and facts.st_size > LARGEST
        if large and any(os.path.samestat(facts, path.stat()) for path in folder.iterdir()):
            os.ftruncate(descriptor, 0)
