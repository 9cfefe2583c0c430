"""Processes of their own for the store's tests: `python -m store.children WHAT DIRECTORY`, with `tests` on PYTHONPATH.

Those that mount run in a private mount namespace, where nobody else sees it. What is not so ends them with a traceback.
"""

import subprocess
import sys
from itertools import count
from pathlib import Path

import anyio

from coven_watchdog.model.incidents import Facts
from coven_watchdog.model.words import NotificationState
from coven_watchdog.store import FILE_NAME, Store, StoreReader, open_store, request_test
from store.builders import BOOT, START, accepted, always, at, incident, notification, story

_BIG = "x" * 20_000


async def note(store: Store, name: str, detail: str = "") -> None:
    """One commit: an incident, its step, and a message on two channels."""
    opened = incident(name, subject=name, facts=Facts(detail=detail))
    messages = notification(f"{name}.1"), notification(f"{name}.1", "phone")
    await store.commit([], [], [], always(story(opened, *messages)), now=at())


async def known(store: Store) -> set[str]:
    """The ids of what is open."""
    return {found.id for found in (await store.load()).open}


def recorded(directory: Path) -> set[str]:
    """The ids of what a command would see."""
    with StoreReader(directory / FILE_NAME) as reader:
        return {found.id for found in reader.incidents()}


async def commits(directory: Path) -> None:
    """Commit without end, and say which commits are done."""
    async with open_store(directory, now=at(), boot=BOOT) as store:
        for number in count(len(store.taken_ids)):
            await note(store, f"i{number}")
            print(number, flush=True)  # noqa: T201 - the parent reads it


async def works(directory: Path) -> None:
    """Commit and deliver without end, and say which commits are done."""
    async with open_store(directory, now=at(), boot=BOOT) as store:
        await store.release()
        for number in count(len(store.taken_ids)):
            await note(store, f"i{number}")
            print(f"i{number}.1", flush=True)  # noqa: T201 - the parent reads it
            await _deliver(store, directory / "sink", at_most=number % 3)


async def drains(directory: Path) -> None:
    """Deliver what is left."""
    async with open_store(directory, now=at(), boot=BOOT) as store:
        await store.release()
        await _deliver(store, directory / "sink", at_most=10_000)


async def _deliver(store: Store, sink: Path, at_most: int) -> None:
    """Claim, send by appending a line to the sink, settle."""
    for channel in ("desk", "phone"):
        for _ in range(at_most):
            claim = await store.claim(channel, at(1).wall)
            if claim is None:
                break

            await anyio.to_thread.run_sync(_append, sink, f"{claim.notification.id}:{channel}\n")
            await store.settle(claim, accepted(1), NotificationState.SENT)


def _append(sink: Path, line: str) -> None:
    with sink.open("ab", buffering=0) as file:
        file.write(line.encode())


async def asks(directory: Path) -> None:
    """Ask for many tests, one after the other."""
    for _ in range(40):
        await anyio.to_thread.run_sync(request_test, directory / FILE_NAME, ["desk"], START)


async def read_only(directory: Path) -> None:
    """A state directory that is read-only at the start, and for a while later on."""
    async with open_store(directory, now=at(), boot=BOOT) as store:
        await note(store, "aaaa")

    _mount(directory, "-o", "remount,ro")
    async with open_store(directory, now=at(), boot=BOOT) as store:
        assert not store.condition.recorded, store.condition
        await note(store, "bbbb")
        assert await known(store) == {"aaaa", "bbbb"}
        assert recorded(directory) == {"aaaa"}
        assert not await store.retry_disk()
        _mount(directory, "-o", "remount,rw")
        assert await store.retry_disk()
        assert store.condition.recorded, store.condition
        assert recorded(directory) == {"aaaa", "bbbb"}


async def read_only_after_a_crash(directory: Path) -> None:
    """The last commits of a killed run stand only in the write-ahead log, and the disk came back read-only."""
    done = _killed_run(directory)
    (directory / f"{FILE_NAME}-shm").unlink()
    _mount(directory, "-o", "remount,ro")
    assert recorded(directory) >= done
    async with open_store(directory, now=at(), boot=BOOT) as store:
        assert not store.condition.recorded, store.condition
        assert await known(store) >= done


async def full(directory: Path) -> None:
    """The disk fills up under the running service, is full at the next start, and has room again."""
    async with open_store(directory, now=at(), boot=BOOT) as store:
        names = [f"i{number}" for number in range(200)]
        for name in names:
            await note(store, name, _BIG)

        assert not store.condition.recorded, store.condition
        assert "full" in store.condition.why, store.condition
        assert await known(store) == set(names)
        before = recorded(directory)
        assert before < set(names)
        assert not await store.retry_disk()
        assert recorded(directory) == before

    _fill(directory / "ballast")

    async with open_store(directory, now=at(), boot=BOOT) as store:
        await note(store, "late", _BIG * 10)
        assert not store.condition.recorded, store.condition
        assert await known(store) == before | {"late"}
        (directory / "ballast").unlink()
        _mount(directory, "-o", "remount,size=8m")
        assert await store.retry_disk()
        assert recorded(directory) == before | {"late"}


async def full_from_the_start(directory: Path) -> None:
    """Not even an empty database fits."""
    _fill(directory / "ballast")

    async with open_store(directory, now=at(), boot=BOOT) as store:
        await note(store, "aaaa")
        assert "full" in store.condition.why, store.condition
        assert await known(store) == {"aaaa"}
        (directory / "ballast").unlink()
        assert await store.retry_disk()
        assert recorded(directory) == {"aaaa"}


def _killed_run(directory: Path) -> set[str]:
    """The ids of what another process had committed before it was killed."""
    command = [sys.executable, "-m", "store.children", "commits", str(directory)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        lines = [child.stdout.readline() for _ in range(5)]
        child.kill()

    return {f"i{line.decode().strip()}" for line in lines}


def _fill(ballast: Path) -> None:
    """Until the last byte."""
    size = 65_536
    with ballast.open("wb", buffering=0) as file:
        while size:
            try:
                file.write(b"\0" * size)
            except OSError:
                size //= 2


def _mount(directory: Path, *options: str) -> None:
    subprocess.run(["mount", *options, str(directory)], check=True)


WHAT = {
    function.__name__: function
    for function in (commits, works, drains, asks, read_only, read_only_after_a_crash, full, full_from_the_start)
}

if __name__ == "__main__":
    anyio.run(WHAT[sys.argv[1]], Path(sys.argv[2]))
