"""What goes on beside ordinary life, in a thread of its own: a busy disk, and somebody who reads with every command of Coven's."""

import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread

from rigs.coven import RealCoven

_LONG = 90
_BETWEEN = 0.2
_WRITE = 8 * 1024 * 1024
_READING: tuple[tuple[str, ...], ...] = (
    ("status",),
    ("status", "--json"),
    ("sessions", "--plain"),
    ("sessions", "--all", "--json"),
    ("sessions", "search", "fake"),
    ("doctor",),
    ("doctor", "--json"),
    ("daemon", "status"),
    ("daemon", "status", "--json"),
    ("adapter", "list"),
    ("config", "paths"),
    ("familiars",),
    ("skills",),
    ("calls",),
    ("memory",),
    ("research",),
    ("--version",),
)
_READING_ONE: tuple[tuple[str, ...], ...] = (
    ("sessions", "show"),
    ("sessions", "log"),
    ("sessions", "events"),
)


@contextmanager
def busy_disk(coven: RealCoven) -> Iterator[None]:
    """Something writes to the home's disk as fast as it takes it."""
    ballast = coven.base / "ballast"

    def write() -> None:
        with ballast.open("wb", buffering=0) as file:
            file.write(bytes(_WRITE))
            os.fsync(file.fileno())

    with _beside(write, "busy disk"):
        yield

    ballast.unlink(missing_ok=True)


@contextmanager
def being_read(coven: RealCoven, sessions: Sequence[str]) -> Iterator[None]:
    """Every command of Coven's that reads is run, one after the other, again and again; of sessions the newest is read."""
    turns = _turns(sessions)
    with _beside(lambda: _read(coven, next(turns)), "reader"):
        yield


def _turns(sessions: Sequence[str]) -> Iterator[Sequence[str]]:
    while True:
        yield from _READING
        if sessions:
            yield from ((*command, sessions[-1]) for command in _READING_ONE)


def _read(coven: RealCoven, arguments: Sequence[str]) -> None:
    """Not below the supervisor, which takes one order at a time."""
    subprocess.run(
        [coven.program, *arguments],
        env=coven.env,
        cwd=coven.project,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
        timeout=_LONG,
    )


@contextmanager
def _beside(work: Callable[[], None], name: str) -> Iterator[None]:
    """Do it again and again, beside what is done meanwhile."""
    over = Event()

    def repeat() -> None:
        while not over.wait(_BETWEEN):
            work()

    thread = Thread(target=repeat, name=name)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
