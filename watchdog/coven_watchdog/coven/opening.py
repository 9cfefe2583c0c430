"""The path of one of Coven's files comes in; what is read of it goes out. It leaves no trace, and follows and waits for nothing."""

import os
from pathlib import Path

# A link or a FIFO that somebody put there may neither send us elsewhere nor hold us.
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NO_TRACE: int = getattr(os, "O_NOATIME", 0)  # Linux only; macOS has no such flag


def open_untouched(path: Path) -> int:
    """Open it for reading. The time of its last access stays what it was, where the system allows that: to its owner, and to root.

    Raises:
        OSError: it cannot be opened, or is a symbolic link.
    """
    try:
        return os.open(path, _FLAGS | _NO_TRACE)
    except PermissionError:
        # A file of somebody else's may be read, but not without a trace.
        return os.open(path, _FLAGS)


def names_in(directory: Path) -> list[str]:
    """The names in a directory, sorted; to list them is an access, too.

    Raises:
        OSError: it is none, is a symbolic link, or is not for us.
    """
    descriptor = open_untouched(directory)
    try:
        return sorted(os.listdir(descriptor))  # noqa: PTH208 - only a descriptor can be asked to leave no trace
    finally:
        os.close(descriptor)
