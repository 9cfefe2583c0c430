"""The installed package under a running service: changed, half there, gone, the same again, another one."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import anyio.to_thread
import pytest

from coven_watchdog.daemon.replaced import Replaced
from coven_watchdog.deliver.couriers import CourierPool
from coven_watchdog.errors import ReplacedError
from deliver.letters import script
from waiting import auntil, until

pytestmark = pytest.mark.anyio

PROGRAM = script("exec(open(os.environ['WHAT']).read())")
WHOLE, OTHER, HALF = (
    "say(ready='1'); accept()",
    "say(ready='2'); accept()",
    "open(os.environ['WHAT'] + '.asked', 'w').close(); sys.exit('half an installation')",
)


class Installed:
    """A package of one file, which says what a courier of it does."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.put(WHOLE)

    def put(self, text: str | None) -> None:
        """Replace it as an installer does; None removes it."""
        if text is None:
            self.file.unlink()
            return

        new = self.file.with_suffix(".new")
        new.write_text(text)
        new.rename(self.file)

    def asked(self) -> bool:
        """Whether half of it has been tried."""
        return self.file.with_name(self.file.name + ".asked").exists()

    @asynccontextmanager
    async def watched(self, tries: int = 30) -> AsyncIterator[Replaced]:
        """It is watched while inside."""
        environ = {**os.environ, "WHAT": str(self.file)}
        async with CourierPool(environ, command=PROGRAM, version="1", files=(self.file,)) as pool:
            replaced = Replaced(pool, settles=0.05, tries=tries)
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(replaced.run)
                yield replaced
                tasks.cancel_scope.cancel()


@pytest.fixture
def installed(tmp_path: Path) -> Installed:
    """The first version."""
    return Installed(tmp_path / "courier")


async def test_another_version(installed: Installed) -> None:
    """It ends the run, once it is whole: while files come and go, and while none can be started, it waits."""
    with pytest.RaisesGroup(
        pytest.RaisesExc(ReplacedError, match="the courier is of version 2, this is 1"), flatten_subgroups=True
    ):
        async with installed.watched() as replaced:
            installed.put(None)
            await replaced.rung()
            await anyio.wait_all_tasks_blocked()
            installed.put(HALF)
            await anyio.to_thread.run_sync(until, installed.asked)
            installed.put(OTHER)
            with anyio.fail_after(20):
                await anyio.sleep_forever()


async def test_the_same_version_again(installed: Installed, caplog: pytest.LogCaptureFixture) -> None:
    """What was only installed again is ours as it is now; nothing ends."""
    caplog.set_level("INFO")
    async with installed.watched() as replaced:
        installed.put(WHOLE)
        await replaced.rung()
        await auntil(lambda: "the same version was installed again" in caplog.messages)
        await replaced.rung()
        await anyio.wait_all_tasks_blocked()

    assert caplog.messages == ["the same version was installed again"]


@pytest.mark.parametrize(("left", "why"), [(None, "does not work: "), (HALF, "does not work: .*half an installation")])
async def test_nothing_that_works(installed: Installed, left: str | None, why: str) -> None:
    """A package that was removed, or that stays broken, ends the run as well: nothing could be sent any more."""
    with pytest.RaisesGroup(pytest.RaisesExc(ReplacedError, match=why), flatten_subgroups=True):
        async with installed.watched(tries=2) as replaced:
            installed.put(left)
            await replaced.rung()
            with anyio.fail_after(20):
                await anyio.sleep_forever()


async def test_a_false_alarm(installed: Installed) -> None:
    """A poke alone means nothing."""
    async with installed.watched() as replaced:
        assert replaced.files == (installed.file,)
        await replaced.rung()
        await anyio.wait_all_tasks_blocked()
