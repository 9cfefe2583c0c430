"""What is believed, written down."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import anyio
import pytest

from coven_watchdog import __version__, clock
from coven_watchdog.coven import processes
from coven_watchdog.daemon.keeper import Keeper
from coven_watchdog.daemon.parts import Parts
from coven_watchdog.model.facts import FilesSeen, Tick
from coven_watchdog.model.looks import BlindWindow, HomeLook, WatchdogLook
from coven_watchdog.model.time import MILLISECOND
from coven_watchdog.model.words import DaemonState
from coven_watchdog.state import HomeState
from coven_watchdog.store import StoreReader
from daemon.conftest import Service
from waiting import auntil

pytestmark = pytest.mark.anyio

HOME = "/somebody/.coven"
COUNT = """
    CREATE TABLE written (at INTEGER);
    CREATE TRIGGER counting AFTER UPDATE ON watchdog_look BEGIN INSERT INTO written VALUES (1); END"""
HIDE, SHOW = "ALTER TABLE home_look RENAME TO hidden", "ALTER TABLE hidden RENAME TO home_look"


@asynccontextmanager
async def keeping(service: Service) -> AsyncIterator[Parts]:
    """The keeper at work over one home of which nothing is known; it has been kept once."""
    async with service.parts() as parts, anyio.create_task_group() as tasks:
        parts.engine.watch(HomeState.new(HOME, clock.now()))
        tasks.start_soon(parts.keeper.run)
        await service.until(lambda store: HOME in store.looks())
        yield parts
        tasks.cancel_scope.cancel()


async def no_home(parts: Parts) -> None:
    """It is seen that the home is not there."""
    await parts.engine.handle(FilesSeen(HOME, clock.now()), clock.now())


async def kept(service: Service) -> tuple[HomeLook, WatchdogLook]:
    """What the store says of the home and of the service."""

    def view(store: StoreReader) -> tuple[HomeLook, WatchdogLook]:
        own = store.watchdog()
        assert own is not None
        return store.looks()[HOME], own

    return await service.read(view)


async def test_the_service_describes_itself(service: Service) -> None:
    """Which process it is, since when, of which version, with which configuration."""
    before = clock.now().wall
    async with keeping(service):
        _, own = await kept(service)

    identity = processes.identity(own.pid)
    assert identity is not None
    assert own.started == identity.started
    assert before <= own.since <= own.seen_at
    assert (own.version, own.config, own.config_error, own.notes) == (__version__, str(service.config), "", ())


async def test_a_change_is_written_soon(service: Service) -> None:
    """`status` reads the store: what is believed now must be there, without waiting for the minute."""
    async with keeping(service) as parts:
        await no_home(parts)
        parts.keeper.poke()
        await service.until(lambda store: store.looks()[HOME].daemon.state is DaemonState.ABSENT)


async def test_what_moves_all_the_time_is_not_written_each_time(service: Service) -> None:
    """Time alone makes no other look; the next change brings the time with it."""
    async with keeping(service) as parts:
        before, _ = await kept(service)
        await service.sql(COUNT)
        for _ in range(3):
            await parts.engine.handle(Tick(HOME, clock.now()), clock.now())
            parts.keeper.poke()
            await auntil(lambda: not parts.keeper._nudge._event.is_set())

        parts.keeper.note("mind the gap")
        await service.until(lambda store: (own := store.watchdog()) is not None and own.notes == ("mind the gap",))
        after, _ = await kept(service)
        assert after == replace(before, seen_at=after.seen_at)
        assert after.seen_at > before.seen_at
        assert await service.rows("SELECT count(*) FROM written") == [(1,)]


async def test_once_a_while_in_any_case(service: Service) -> None:
    """Without any change it is written again, so that a reader sees that the service is well."""
    async with service.parts() as parts, anyio.create_task_group() as tasks:
        parts.engine.watch(HomeState.new(HOME, clock.now()))
        configuration = parts.configuration
        keeper = Keeper(parts.store, parts.engine, parts.outbox, configuration, parts.herald, boot="", every=50 * MILLISECOND)
        tasks.start_soon(keeper.run)
        await service.until(lambda store: HOME in store.looks())
        first, _ = await kept(service)
        await service.until(lambda store: store.looks()[HOME].seen_at > first.seen_at)
        tasks.cancel_scope.cancel()


async def test_a_store_that_takes_nothing(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    """It is said, the service goes on, and what could not be kept is tried again."""
    async with keeping(service) as parts:
        await service.sql(HIDE)
        await no_home(parts)
        await parts.keeper.keep()
        assert not await parts.keeper.write(blind=[BlindWindow(HOME, 1, 2, "x")], looks=parts.engine.looks(clock.now()))
        await service.sql(SHOW)
        parts.keeper.poke()
        await service.until(lambda store: store.looks()[HOME].daemon.state is DaemonState.ABSENT)

    assert set(caplog.messages) == {
        "cannot write down how things stand: the watchdog's database refused: no such table: home_look"
    }


async def test_an_invalid_configuration_and_an_unrecorded_store_are_noted(service: Service) -> None:
    """`status` shows both."""
    async with keeping(service) as parts:
        service.put("homes = 5\n")
        await parts.configuration.reload()
        parts.keeper.poke()
        await service.until(lambda store: (own := store.watchdog()) is not None and "homes" in own.config_error)
