"""A service file: is it ours, was it changed since, and writing it so that it is there whole or not at all."""

import hashlib
import os
import re
import shlex
import tempfile
from collections.abc import Callable
from pathlib import Path

from coven_watchdog.errors import WatchdogError

_MARK = 'Written by "coven-watchdog service install" '
_MARKED = re.compile(re.escape(_MARK) + r"\(([0-9a-f]{12})\)")
_MODE = 0o644
"""There is no secret in it, and systemd complains of one that others cannot read."""


def mark(text: str) -> str:
    """What the first comment of a file with this rest says: that we wrote it, and what it was then."""
    return f"{_MARK}({_digest(text)})"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:12]


def is_ours(text: str) -> bool:
    """Whether `service install` wrote this file."""
    return _MARKED.search(text) is not None


def is_edited(text: str) -> bool:
    """Whether a file of ours was changed since it was written."""
    found = _MARKED.search(text)
    return found is not None and _digest(unmarked(text)) != found[1]


def is_current(text: str, rendered: Callable[[], str]) -> bool:
    """Whether it is what would be written now; what cannot be written now is not."""
    try:
        return text == rendered()
    except WatchdogError:
        return False


def unmarked(text: str) -> str:
    """The file without the line of the mark."""
    return "".join(line for line in text.splitlines(keepends=True) if not _MARKED.search(line))


def read(path: Path) -> str | None:
    """The file's text; None when nothing is there. A link counts as something that we did not write.

    Raises:
        WatchdogError: it cannot be read.
    """
    try:
        if path.is_symlink():
            return f"link to {path.readlink()}"

        return path.read_text(encoding="utf-8", errors="surrogateescape")
    except FileNotFoundError:
        return None
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise WatchdogError(message, where=str(path)) from error


def make_folder(folder: Path) -> None:
    """Have it there.

    Raises:
        WatchdogError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error


def write(path: Path, text: str) -> None:
    """Put the file there, whole.

    Raises:
        WatchdogError: the folder cannot be made or written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fchmod(file.fileno(), _MODE)
                os.fsync(file.fileno())

            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> WatchdogError:
    there = next((above for above in path.parents if above.exists()), path)
    return WatchdogError(f"cannot be written: {error.strerror}", where=str(path), next_step=f"ls -ld {shlex.quote(str(there))}")


def refuse_foreign(path: Path, text: str | None) -> None:
    """Nothing that somebody else wrote, or changed, is overwritten or removed.

    Raises:
        WatchdogError: it is such a file.
    """
    if text is None or (is_ours(text) and not is_edited(text)):
        return

    if is_ours(text):
        message = "was changed by hand since it was installed, and stays as it is"
        raise WatchdogError(
            message, where=str(path), next_step="move the changes to a drop-in, remove this file, and install again"
        )

    message = "is there already and was not written by this command, so it stays as it is"
    raise WatchdogError(message, where=str(path), next_step="look at it, move it away, and install again")
