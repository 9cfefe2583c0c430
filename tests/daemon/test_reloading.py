"""Settings put in force."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import pytest
from anyio.abc import TaskGroup

from coven_watchdog.daemon.parts import Parts
from coven_watchdog.model.facts import SELF_HOME, OwnTrouble
from coven_watchdog.model.looks import HomeLook
from coven_watchdog.store import Memory
from daemon.conftest import Service
from waiting import auntil

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def begun(service: Service, *looks: HomeLook) -> AsyncIterator[tuple[Parts, TaskGroup]]:
    """The engine runs, and the first settings are in force."""
    async with service.parts() as parts, anyio.create_task_group() as tasks:
        tasks.start_soon(parts.intake.run, parts.engine, parts.chores.after)
        await parts.reloading.begin(tasks, Memory(looks={look.home: look for look in looks}))
        yield parts, tasks
        tasks.cancel_scope.cancel()


def look(home: str) -> HomeLook:
    """The last one of a run before."""
    return HomeLook(home, "", seen_at=5, boot="")


def trouble(parts: Parts) -> str | None:
    """What the engine knows of the configuration."""
    state = parts.engine.state(SELF_HOME)
    assert state is not None
    told = state.troubles["self:config"]
    assert isinstance(told, OwnTrouble)
    return told.trouble


async def test_the_first_settings(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    """Every home is watched, of a former run's trouble with the configuration nothing is left, and warnings are said."""
    service.put(f'homes = ["{service.home}"]\nchannels = []\n')
    async with begun(service) as (parts, _):
        assert parts.homes.watched == {str(service.home)}
        assert trouble(parts) is None

    assert any("nobody would be told" in message for message in caplog.messages)


async def test_when_nobody_watched(service: Service) -> None:
    """The time since the last look is written down for the homes that are watched now, and for no others."""
    async with begun(service, look(str(service.home)), look("/not/watched")):
        (window,) = await service.read(lambda store: store.blind_windows(0))
        assert (window.home, window.since, window.why) == (str(service.home), 5, "the watchdog did not run")
        assert window.to is not None


async def test_a_home_that_is_added_later(service: Service) -> None:
    """It is watched, and if it was watched by a run before, the time between is written down."""
    other = service.home.with_name("other")
    async with begun(service) as (parts, tasks):
        await parts.store.keep(looks=[look(str(other))])
        service.write(homes=(service.home, other))
        await parts.reloading.reload(tasks)
        assert parts.homes.watched == {str(service.home), str(other)}
        (window,) = await service.read(lambda store: store.blind_windows(0))
        assert (window.home, window.since, window.why) == (str(other), 5, "it was not watched")


async def test_a_home_that_is_removed(service: Service) -> None:
    """The engine forgets it, and so does the store: `status` shows it no more."""
    other = service.home.with_name("other")
    service.write(homes=(service.home, other))
    async with begun(service) as (parts, tasks):
        await parts.keeper.keep()
        service.write()
        await parts.reloading.reload(tasks)
        assert parts.engine.state(str(other)) is None
        assert set(await service.read(lambda store: store.looks())) == {str(service.home)}


async def test_there_and_back_before_the_engine_looks(service: Service) -> None:
    """A home that is removed and added at once is watched in the end, and the engine knows it."""
    other = service.home.with_name("other")
    async with begun(service) as (parts, tasks):
        for homes in ((other,), (service.home,)):
            service.write(homes=homes)
            await parts.reloading.reload(tasks)

        assert parts.homes.watched == {str(service.home)}
        assert parts.engine.state(str(service.home)) is not None
        assert parts.engine.state(str(other)) is None


async def test_two_at_once(service: Service) -> None:
    """An edit and a signal may coincide: one waits for the other."""
    other = service.home.with_name("other")
    async with begun(service) as (parts, tasks):
        service.write(homes=(other,))
        async with anyio.create_task_group() as both:
            both.start_soon(parts.reloading.reload, tasks)
            both.start_soon(parts.reloading.reload, tasks)

        assert parts.homes.watched == {str(other)}


async def test_a_fault(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    """It is told, and everything stays as it is until it is mended."""
    async with begun(service) as (parts, tasks):
        service.put("homes = 5\n")
        await parts.reloading.reload(tasks)
        assert parts.homes.watched == {str(service.home)}
        await auntil(lambda: "homes: must be a list" in (trouble(parts) or ""))
        service.write()
        await parts.reloading.reload(tasks)
        await auntil(lambda: trouble(parts) is None)

    assert any(message.startswith("the configuration was not taken: ") for message in caplog.messages)


async def test_channels_follow(service: Service) -> None:
    """What waits for a channel that is gone is withheld; the looks at it go."""
    async with begun(service) as (parts, tasks):
        await parts.keeper.keep()
        assert [channel.name for channel in await service.read(lambda store: store.channels())] == ["sink"]
        service.write(channels=f'[[channels]]\nname = "other"\nurl = "{service.inbox.url}"\n')
        await parts.reloading.reload(tasks)
        await parts.keeper.keep()
        assert [channel.name for channel in await service.read(lambda store: store.channels())] == ["other"]


async def test_a_store_that_cannot_be_read(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    """New settings come into force all the same; that nothing is remembered is said."""
    other = service.home.with_name("other")
    async with begun(service) as (parts, tasks):
        await service.sql("ALTER TABLE home_look RENAME TO hidden")
        service.write(homes=(other,))
        await parts.reloading.reload(tasks)
        assert parts.homes.watched == {str(other)}

    assert any(message.startswith("cannot read the last looks: ") for message in caplog.messages)


async def test_whenever_it_is_edited(service: Service) -> None:
    """Every edit that was noticed leads to a reload."""
    other = service.home.with_name("other")
    async with begun(service) as (parts, tasks):
        tasks.start_soon(parts.reloading.run, tasks)
        service.write(homes=(other,))
        await parts.reloading.edited()
        await auntil(lambda: parts.homes.watched == {str(other)})
        service.write()
        await parts.reloading.edited()
        await auntil(lambda: parts.homes.watched == {str(service.home)})
