"""What the tests of sources work with: a home's common ground, a collector of observations, and sources that run beside the test."""

import os
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import anyio

from coven_watchdog import clock
from coven_watchdog.coven.ceiling import Ceiling
from coven_watchdog.coven.client import CovenClient
from coven_watchdog.coven.paths import HomePaths
from coven_watchdog.coven.processes import identity
from coven_watchdog.model.facts import Identity, Observation
from coven_watchdog.model.time import Instant
from coven_watchdog.observe.shared import Shared
from coven_watchdog.observe.source import Emit
from coven_watchdog.settings import Duration, Probe, Settings
from waiting import auntil, until

O = TypeVar("O", bound=Observation)  # noqa: E741 - an observation
QUICK = Settings(probe=Probe(health_interval=Duration.parse("200ms"), session_interval=Duration.parse("300ms")))
"""Intervals that a test need not wait for."""

SLOW = Settings(probe=Probe(health_interval=Duration.parse("1h"), session_interval=Duration.parse("1h")))
"""Nothing is asked by the clock: what comes was asked for by something else."""

_HOLDER = """
import fcntl, sys
open("/proc/self/comm", "w").write("coven")
file = open(sys.argv[1], "w")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


class Seen:
    """Takes what is emitted, and waits for it."""

    def __init__(self) -> None:
        self.all: list[Observation] = []

    async def emit(self, observation: Observation) -> None:
        """The consumer of the sources."""
        self.all.append(observation)

    def of(self, kind: type[O], where: Callable[[O], bool] = lambda _: True) -> list[O]:
        """All of one type that fit."""
        return [one for one in self.all if isinstance(one, kind) and where(one)]

    async def wait(self, kind: type[O], where: Callable[[O], bool] = lambda _: True, *, count: int = 1) -> O:
        """The n-th of one type that fits, as soon as it is there."""
        await auntil(lambda: len(self.of(kind, where)) >= count)
        return self.of(kind, where)[count - 1]

    def clear(self) -> None:
        """Forget what was."""
        self.all.clear()


@asynccontextmanager
async def ground(home: Path, settings: Settings = SLOW, now: Callable[[], Instant] = clock.now) -> AsyncIterator[Shared]:
    """The common ground of the sources of one home."""
    paths = HomePaths(home)
    async with CovenClient(paths, uid=os.getuid(), ceiling=Ceiling(), version="test") as client:
        yield Shared(str(home), paths, os.getuid(), lambda: settings, now, client)


@asynccontextmanager
async def running(*sources: Any, emit: Emit) -> AsyncIterator[None]:  # noqa: ANN401 - whatever has `run`
    """The sources run beside the test, without a fence: what they raise fails the test."""
    async with anyio.create_task_group() as tg:
        for source in sources:
            tg.start_soon(source.run, emit)

        yield
        tg.cancel_scope.cancel()


@contextmanager
def process(*command: str) -> Iterator[subprocess.Popen[bytes]]:
    """A child that does what the command says (default: nothing, for a minute); dead and reaped at the end."""
    with subprocess.Popen(command or ("sleep", "60"), stdin=subprocess.PIPE) as child:
        try:
            yield child
        finally:
            child.kill()


@contextmanager
def lock_holder(path: Path, before: Sequence[str] = ()) -> Iterator[subprocess.Popen[bytes]]:
    """A child, named as Coven is, that holds an exclusive `flock` on that file until it is killed.

    With `before`, words of a command that starts it in turn, the child is that command.
    """
    command = [*before, sys.executable, "-IS", "-c", _HOLDER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        try:
            assert child.stdout.readline() == b"held\n"
            yield child
        finally:
            child.kill()


@asynccontextmanager
async def hanging_disk(shared: Shared) -> AsyncIterator[threading.Event]:
    """Every thread of the home hangs until the event is set, at the end at the latest."""
    released = threading.Event()

    async def hang() -> None:
        await shared.call(released.wait)

    async with anyio.create_task_group() as tg:
        for _ in range(int(shared.threads.total_tokens)):
            tg.start_soon(hang)

        await auntil(lambda: shared.threads.available_tokens == 0)
        try:
            yield released
        finally:
            released.set()


async def in_thread(work: Callable[[], object]) -> None:
    """Do blocking work beside the loop."""
    await anyio.to_thread.run_sync(work)


def life(pid: int) -> Identity:
    """The identity of a process that is there."""
    found = identity(pid)
    assert found is not None
    return found


def kill(child: subprocess.Popen[bytes]) -> None:
    """Kill and reap."""
    child.kill()
    child.wait()


def is_zombie(pid: int) -> bool:
    """It has ended and nobody has reaped it."""
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"


def kill_unreaped(child: subprocess.Popen[bytes]) -> None:
    """Kill, and leave a zombie behind."""
    child.kill()
    until(lambda: is_zombie(child.pid))
