"""One watchdog per state directory: a lock file that also says who holds it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from coven_watchdog.errors import AlreadyRunningError

_LOCK = "watchdog.lock"


@contextmanager
def single_instance(directory: Path) -> Iterator[None]:
    """Hold the state directory's lock; the kernel frees it however the process ends.

    A directory that cannot be written, or whose file system knows no locks, is no reason not to watch: the store says what is
    wrong with it.

    Raises:
        AlreadyRunningError: another process holds it; the message names its pid.
    """
    descriptor = _opened(directory)
    if descriptor is None:
        yield
        return

    try:
        _take(descriptor, directory / _LOCK)
        yield
    finally:
        os.close(descriptor)


def _opened(directory: Path) -> int | None:
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(directory / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError:
        return None

    if os.fstat(descriptor).st_uid == os.geteuid():
        return descriptor

    # Somebody else's file, in a directory that others can write: its lock is theirs to hold.
    os.close(descriptor)
    return None


def _take(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(descriptor, 32).decode("ascii", "replace").strip()
        message = f"coven-watchdog already runs as process {holder}" if holder else "coven-watchdog already runs"
        raise AlreadyRunningError(message, where=str(path), next_step="coven-watchdog status") from None
    except OSError:  # pragma: no cover - a file system that knows no locks: none at hand
        return

    # A full disk takes no pid; the lock holds all the same.
    try:
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    except OSError:
        return
