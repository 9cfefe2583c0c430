"""A private file's text in, the file out: whole or not at all."""

import os
import shlex
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from coven_watchdog.errors import WatchdogError

_DIRECTORY = 0o700


def write_private(path: Path, text: str) -> None:
    """Put the text in place of the file, or make it: 0600, and whole at every moment. A link stays, and its target is written.

    Raises:
        WatchdogError: it cannot be written; what was there is as it was.
    """
    with _told(path):
        target = Path(os.path.realpath(path))
        target.parent.mkdir(mode=_DIRECTORY, parents=True, exist_ok=True)
        handle, made = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)  # 0600 by itself
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())

            Path(made).replace(target)
        finally:
            Path(made).unlink(missing_ok=True)

        _settle(target.parent)


def _settle(directory: Path) -> None:
    """The new name is on the disk too."""
    handle = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = f"cannot be written: {error.strerror}"
        raise WatchdogError(message, where=str(path), next_step=f"ls -ld {shlex.quote(str(path.parent))}") from error
