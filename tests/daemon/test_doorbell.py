"""Files that are looked at now and then."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest
from anyio import to_thread

from coven_watchdog.daemon.doorbell import watch
from coven_watchdog.daemon.pulse import Pulse
from waiting import auntil

pytestmark = pytest.mark.anyio


class Bells:
    """Counts how often each file's bell was rung."""

    def __init__(self, *files: Path) -> None:
        self.rung = dict.fromkeys(files, 0)

    @asynccontextmanager
    async def hung(self) -> AsyncIterator[None]:
        """The doorbell works; each bell has been rung once, for the first look."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(watch, lambda: {file: self._bell(file) for file in self.rung}, Pulse())
            await auntil(lambda: all(self.rung.values()))
            yield
            tasks.cancel_scope.cancel()

    def _bell(self, file: Path) -> Callable[[], Awaitable[None]]:
        async def ring() -> None:
            self.rung[file] += 1

        return ring


async def test_the_first_look_rings(tmp_path: Path) -> None:
    """A file may have changed between being read and being looked at, so it is taken as changed, there or not."""
    bells = Bells(tmp_path / "there", tmp_path / "missing")
    await to_thread.run_sync((tmp_path / "there").touch)
    async with bells.hung():
        assert set(bells.rung.values()) == {1}


@pytest.mark.parametrize(
    "change",
    [
        lambda file: file.write_text("other words"),
        lambda file: file.with_name("new").rename(file),
        lambda file: file.unlink(),
        lambda file: file.chmod(0o600),
    ],
    ids=["written", "replaced", "deleted", "closed to others"],
)
async def test_a_change_rings_once(tmp_path: Path, change: Callable[[Path], object]) -> None:
    """Whatever happens to a file rings its bell and no other; also a new mode, for a file was perhaps refused for the old one."""
    file, other = tmp_path / "file", tmp_path / "other"
    bells = Bells(file, other)
    for path in (file, other, tmp_path / "new"):
        await to_thread.run_sync(path.touch)

    async with bells.hung():
        await to_thread.run_sync(change, file)
        await auntil(lambda: bells.rung[file] == 2)
        await to_thread.run_sync(other.write_text, "x")
        await auntil(lambda: bells.rung[other] == 2)
        assert bells.rung == {file: 2, other: 2}


async def test_a_file_that_appears(tmp_path: Path) -> None:
    """One that was not there rings when it comes."""
    file = tmp_path / "later"
    bells = Bells(file)
    async with bells.hung():
        await to_thread.run_sync(file.touch)
        await auntil(lambda: bells.rung[file] == 2)


async def test_a_file_that_is_hung_later(tmp_path: Path) -> None:
    """It rings at its first look, as those do that hang from the start; they do not ring for it."""
    first, later = tmp_path / "first", tmp_path / "later"
    bells = Bells(first)
    async with bells.hung():
        bells.rung[later] = 0
        await auntil(lambda: bells.rung[later] == 1)
        await to_thread.run_sync(later.touch)
        await auntil(lambda: bells.rung[later] == 2)
        assert bells.rung[first] == 1
