"""What a machine has once, for all who need it at the same time: begun by each as if it were the first, ended by the last."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def shared(place: Path, begin: Callable[[], None], end: Callable[[], None]) -> Iterator[None]:
    """While somebody needs it; whoever is killed needs it no more.

    Args:
        place: a path that all who share it agree on; files are made beside it.
        begin: makes it be there; does nothing when it is. One at a time.
        end: takes it away. One at a time.
    """
    with Path(f"{place}.users").open("w") as users:
        with _alone(place):
            begin()
            fcntl.flock(users, fcntl.LOCK_SH)

        try:
            yield
        finally:
            with _alone(place):
                fcntl.flock(users, fcntl.LOCK_UN)
                if _nobody_else(users.fileno()):
                    end()


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    with Path(f"{place}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _nobody_else(users: int) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False

    return True
