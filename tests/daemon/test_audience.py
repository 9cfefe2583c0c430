"""Whether anybody would be told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import pytest

from coven_watchdog.daemon.audience import Audience
from coven_watchdog.deliver.couriers import CourierPool, environment
from coven_watchdog.errors import ReplacedError
from coven_watchdog.settings import Channel, Secret, Settings
from waiting import auntil

pytestmark = pytest.mark.anyio

DESK = Channel(name="desk", url=Secret("desktop://"))
WEB = Channel(name="web", url=Secret("json://host"))


class Machine:
    """Whether there is a desktop: a reason why not, "" when there is, or what asking raises."""

    def __init__(self, missing: str | Exception = "") -> None:
        self.missing = missing
        self.asked = 0

    async def desktop_missing(self) -> str:
        """As told."""
        self.asked += 1
        if isinstance(self.missing, Exception):
            raise self.missing

        return self.missing


class Listening:
    """An audience of some channels at work, and the notes that it gives."""

    def __init__(self, machine: Machine, *channels: Channel, again: float = 60) -> None:
        self.channels = channels
        self.notes: list[str] = []
        self.audience = Audience(machine, lambda: Settings(channels=self.channels), self.notes.append, again=again)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """It has given its first note."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self.audience.run)
            await auntil(lambda: self.notes)
            yield
            tasks.cancel_scope.cancel()


@pytest.mark.parametrize(
    ("channels", "missing", "note"),
    [
        ((DESK,), "", ""),
        ((DESK,), "no bus", "nobody would be told: no bus"),
        ((DESK, WEB), "no bus", "no bus"),
        ((WEB,), "no bus", ""),
        ((), "no bus", "nobody would be told: there is no channel"),
    ],
)
async def test_what_is_said(channels: tuple[Channel, ...], missing: str, note: str, caplog: pytest.LogCaptureFixture) -> None:
    """A missing desktop is said where a channel needs it; that nobody would be told, where no other channel is."""
    listening = Listening(Machine(missing), *channels)
    async with listening.running():
        assert listening.notes == [note]

    assert caplog.messages == ([note] if note else [])


async def test_a_machine_without_a_desktop(caplog: pytest.LogCaptureFixture) -> None:
    """A real courier without a session bus says what is missing."""
    async with CourierPool(environment({"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"})) as pool:
        notes: list[str] = []
        audience = Audience(pool, Settings, notes.append)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(audience.run)
            await auntil(lambda: notes)
            tasks.cancel_scope.cancel()

    assert notes[0].startswith("nobody would be told: ")
    assert notes == caplog.messages


async def test_a_desktop_is_not_asked_for_in_vain() -> None:
    """Without a channel that shows on it, the desktop is nobody's business."""
    machine = Machine("no bus")
    async with Listening(machine, WEB).running():
        assert machine.asked == 0


async def test_a_desktop_that_comes(caplog: pytest.LogCaptureFixture) -> None:
    """While it is missing it is looked for again, without saying so again; once it is there, the note goes."""
    machine = Machine("no bus")
    listening = Listening(machine, DESK, again=0.01)
    async with listening.running():
        await auntil(lambda: machine.asked > 2)
        machine.missing = ""
        await auntil(lambda: listening.notes[-1] == "")
        asked = machine.asked
        listening.audience.ask()
        await auntil(lambda: machine.asked == asked + 1)

    assert caplog.messages == ["nobody would be told: no bus"]


async def test_other_channels() -> None:
    """After a reload it is asked anew."""
    listening = Listening(Machine("no bus"), WEB)
    async with listening.running():
        listening.channels = (DESK,)
        listening.audience.ask()
        await auntil(lambda: listening.notes == ["", "nobody would be told: no bus"])


async def test_a_replaced_package_ends_the_run() -> None:
    """That the courier is of another version is no matter of the desktop."""
    audience = Listening(Machine(ReplacedError("another version")), DESK).audience
    with pytest.raises(ReplacedError):
        await audience.run()
