"""The stream into the engine, and the ticks."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from math import inf

import anyio
import pytest

from coven_watchdog import clock
from coven_watchdog.daemon.intake import pause
from coven_watchdog.daemon.parts import Parts
from coven_watchdog.model.facts import SELF_HOME, FilesSeen, Observation, OwnTrouble, Tick
from coven_watchdog.model.time import SECOND
from coven_watchdog.state import HomeState
from daemon.conftest import Coven, Service
from waiting import auntil

pytestmark = pytest.mark.anyio


class Behind:
    """What `after` was given, and what it says once."""

    def __init__(self, *news: Observation) -> None:
        self.seen: list[Observation] = []
        self.news = list(news)

    async def after(self, observation: Observation) -> Iterable[Observation]:
        """Note it."""
        self.seen.append(observation)
        news, self.news = self.news, []
        return news


@asynccontextmanager
async def fed(service: Service, behind: Behind) -> AsyncIterator[Parts]:
    """Parts of which only the stream into the engine runs."""
    async with service.parts() as parts, anyio.create_task_group() as tasks:
        tasks.start_soon(parts.intake.run, parts.engine, behind.after)
        yield parts
        tasks.cancel_scope.cancel()


def trouble(topic: str) -> OwnTrouble:
    """Some fact about ourselves."""
    return OwnTrouble(SELF_HOME, clock.now(), topic, "no")


async def test_one_after_the_other(service: Service) -> None:
    """Facts are handled in the order in which they were handed in; who wants to know waits until his has been."""
    behind = Behind()
    async with fed(service, behind) as parts:
        first, second = Tick(SELF_HOME, clock.now()), Tick(SELF_HOME, clock.now())
        await parts.intake.emit(first)
        await parts.intake.see_to(second)
        assert behind.seen == [first, second]
        assert parts.intake.pulse.well >= second.at.awake


async def test_news_behind_a_fact_are_handled_before_the_next(service: Service) -> None:
    """What `after` has to say is handled by the same task, without going through the stream."""
    behind = Behind(trouble("self:store"))
    async with fed(service, behind) as parts:
        await parts.intake.see_to(Tick(SELF_HOME, clock.now()))
        state = parts.engine.state(SELF_HOME)
        assert state is not None
        assert "self:store" in state.troubles
        assert len(behind.seen) == 1


async def test_nothing_is_dropped(service: Service) -> None:
    """A thousand facts at once are more than fit: who hands them in waits."""
    behind = Behind()
    async with fed(service, behind) as parts:
        for _ in range(1000):
            await parts.intake.emit(Tick(SELF_HOME, clock.now()))

        await parts.intake.see_to(Tick(SELF_HOME, clock.now()))
        assert len(behind.seen) == 1001


async def test_time_alone(service: Service, coven: Coven) -> None:
    """A clean stop that lasts is told without any new fact: the engine is given ticks when it asked for them."""
    service.write('[probe]\nstopped_grace = "300ms"')
    async with coven() as simulated, service.running():
        await simulated.stop()
        assert await service.letters(1) == ["daemon.stopped"]


def test_when_a_tick_is_due() -> None:
    """Never without a deadline, at the deadline, at once when it is over; one that is over still after its tick, a moment later."""
    now = clock.now().awake
    assert pause(None, None) == inf
    assert 50 < pause(("home", now + 60 * SECOND), None) <= 60
    assert pause(("home", now - SECOND), None) == 0
    assert pause(("home", now - SECOND), ("home", now - 2 * SECOND)) == 0
    assert pause(("home", now - SECOND), ("home", now - SECOND)) == 0.05


async def test_waiting_for_a_single_look(service: Service) -> None:
    """It is over once every home was looked at well enough; a home of which nothing is known yet is waited for."""
    async with fed(service, Behind()) as parts, anyio.create_task_group() as tasks:
        over = anyio.Event()

        async def wait() -> None:
            await parts.intake.settled(parts.engine, ["/a", "/b"])
            over.set()

        tasks.start_soon(wait)
        for home in ("/a", "/b"):
            assert not over.is_set()
            parts.engine.watch(HomeState.new(home, clock.now()))
            await parts.intake.see_to(Tick(home, clock.now()))
            assert not over.is_set()
            await parts.intake.see_to(FilesSeen(home, clock.now()))

        await auntil(over.is_set)
