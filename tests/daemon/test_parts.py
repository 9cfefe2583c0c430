"""The parts, wired."""

import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import pytest
from anyio import to_thread

from coven_watchdog import clock
from coven_watchdog.daemon.configuration import Configuration
from coven_watchdog.daemon.parts import Parts, Surroundings
from coven_watchdog.model.facts import SELF_HOME, Observation, OwnTrouble, SourceFailed
from coven_watchdog.model.incidents import Incident
from coven_watchdog.model.words import IncidentState, Kind
from daemon.conftest import Service

pytestmark = pytest.mark.anyio


async def see(parts: Parts, *observations: Observation) -> None:
    """Let the engine handle them."""
    for observation in observations:
        await parts.engine.handle(observation, clock.now())


@asynccontextmanager
async def fed(service: Service) -> AsyncIterator[Parts]:
    """Parts whose engine runs."""
    async with service.parts() as parts, anyio.create_task_group() as tasks:
        tasks.start_soon(parts.intake.run, parts.engine, parts.chores.after)
        yield parts
        tasks.cancel_scope.cancel()


async def only_incident(service: Service) -> Incident:
    """The one that there is."""
    (incident,) = await service.read(lambda store: store.incidents())
    return incident


async def test_what_is_there_before_anything_runs(service: Service) -> None:
    """This user, this boot, the machine's own name, and the home that needs no name in a command."""
    here = await to_thread.run_sync(lambda: Surroundings.of(service.options(once=True), Configuration(service.options())))
    assert (here.machine.uid, here.once) == (os.getuid(), True)
    assert here.machine.boot
    assert here.machine.booted < clock.now().wall
    assert here.place.host == socket.gethostname().partition(".")[0]
    assert (here.place.user_home, here.place.default_home) == (str(service.base), str(service.base / ".coven"))


async def test_a_channel_that_failed_before(service: Service) -> None:
    """Trouble with a channel that is gone by the next start is over with it."""
    async with service.parts() as parts:
        await see(parts, OwnTrouble(SELF_HOME, clock.now(), "channel:gone", "5 tries failed"))

    assert (await only_incident(service)).state is IncidentState.OPEN
    async with fed(service) as parts, anyio.create_task_group() as tasks:
        await tasks.start(parts.outbox.run)
        await service.until(lambda store: store.incidents(open_only=True) == ())
        tasks.cancel_scope.cancel()

    assert (await only_incident(service)).kind is Kind.WATCHDOG_CHANNEL_FAILING


async def test_a_source_that_failed_before(service: Service) -> None:
    """It has been started anew: its trouble is over until it fails again."""
    async with fed(service) as parts, anyio.create_task_group() as tasks:
        await parts.homes.follow(tasks, {})
        failed = SourceFailed(str(service.home), clock.now(), "health", "OSError: no", 2)
        await parts.intake.see_to(failed)
        assert (await only_incident(service)).kind is Kind.WATCHDOG_SOURCE_FAILED
        tasks.cancel_scope.cancel()

    async with fed(service) as parts, anyio.create_task_group() as tasks:
        await parts.homes.follow(tasks, {})
        await service.until(lambda store: store.incidents(open_only=True) == ())
        tasks.cancel_scope.cancel()
