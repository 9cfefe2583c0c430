"""When health is asked, and what of it is told. A simulated Coven answers on a real socket."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from coven_watchdog import clock
from coven_watchdog.model.facts import Asked
from coven_watchdog.model.incidents import LookRequest
from coven_watchdog.model.time import MILLISECOND, MINUTE, Instant
from coven_watchdog.model.words import Look, Outcome
from coven_watchdog.observe.health import HealthSource
from coven_watchdog.observe.shared import Shared
from coven_watchdog.observe.survey import Known, survey
from coven_watchdog.settings import Duration, Probe, Settings
from coven_watchdog.simulated.control import SimulatedCoven
from observe.bench import QUICK, SLOW, Seen, ground, life, running
from waiting import auntil

LOOK = LookRequest("h", Look.HEALTH)


@asynccontextmanager
async def asking(home: Path, seen: Seen, settings: Settings = SLOW) -> AsyncIterator[tuple[Shared, HealthSource]]:
    """A health source at work."""
    async with ground(home, settings) as shared:
        source = HealthSource(shared)
        async with running(source, emit=seen.emit):
            yield shared, source


async def count_requests(coven: SimulatedCoven) -> int:
    """How often the daemon was asked."""
    return len(await coven.command("seen"))


@pytest.mark.anyio
async def test_the_first_answer(coven: SimulatedCoven, seen: Seen) -> None:
    """The first good answer is told, with who gave it; every row is to be seen, and the daemon source learns the peer."""
    async with asking(coven.home, seen) as (shared, _):
        asked = await seen.wait(Asked)
        assert asked.outcome is Outcome.OK
        assert asked.health is not None
        assert asked.health.ok
        assert asked.peer == life(coven.pid)
        assert asked.peer_uid == os.getuid()
        assert shared.peer == asked.peer
        assert shared.answering
        assert shared.errands.walked
        assert await shared.to_daemon.wait(0)


@pytest.mark.anyio
async def test_unchanged_answers_are_not_told(coven: SimulatedCoven, seen: Seen) -> None:
    """Answers that say nothing new are not told; a look is answered all the same; something new is told without a look."""
    async with asking(coven.home, seen, QUICK) as (_, source):
        await seen.wait(Asked)
        before = await count_requests(coven)
        while await count_requests(coven) < before + 3:
            pass

        assert len(seen.of(Asked)) == 1
        source.ask(LOOK)
        await seen.wait(Asked, count=2)
        await coven.misbehave("patch", route="health", patch={"eventWriter": {"state": "failed"}})
        told = await seen.wait(Asked, lambda asked: asked.health is not None and asked.health.event_writer is not None, count=3)
        assert told.health is not None
        assert told.health.event_writer is not None
        assert told.health.event_writer.state == "failed"


@pytest.mark.anyio
async def test_counters_are_no_news_but_once_a_minute(coven: SimulatedCoven, seen: Seen) -> None:
    """Numbers that grow with every line of output are told when they begin to, then with the next news, or after a minute."""
    ahead = 0

    def now() -> Instant:
        instant = clock.now()
        return Instant(instant.wall + ahead, instant.awake + ahead)

    async with ground(coven.home, QUICK, now) as shared, running(HealthSource(shared), emit=seen.emit):
        await seen.wait(Asked)
        grown = {"eventWriter": {"committedEvents": 4711}, "storage": {"walBytes": 5, "freeDiskBytes": 6}}
        await coven.misbehave("patch", route="health", patch=grown)
        before = await count_requests(coven)
        while await count_requests(coven) < before + 3:
            pass

        assert len(seen.of(Asked)) == 2
        ahead = MINUTE
        told = await seen.wait(Asked, count=3)
        assert told.health is not None
        assert told.health.event_writer is not None
        assert told.health.event_writer.committed_events == 4711


@pytest.mark.anyio
async def test_failures_are_retried_soon_until_it_is_sure(coven: SimulatedCoven, seen: Seen) -> None:
    """After a failure it is asked again soon, as often as `unresponsive_after` says, then at the interval; every failure is told."""
    probe = Probe(health_interval=Duration.parse("1h"), health_timeout=Duration.parse("50ms"), unresponsive_after=2)
    async with asking(coven.home, seen, Settings(probe=probe)) as (shared, source):
        await seen.wait(Asked)
        await coven.misbehave("hang", route="health")
        source.ask(LOOK)
        await seen.wait(Asked, lambda asked: asked.outcome is Outcome.TIMED_OUT, count=2)
        assert not shared.answering
        await auntil(lambda: source._pause == 3600)
        assert len(seen.of(Asked)) == 3
        shared.errands.walked = False
        await coven.behave()
        shared.to_health.poke()
        await seen.wait(Asked, lambda asked: asked.outcome is Outcome.OK, count=2)
        assert shared.answering
        assert shared.errands.walked


@pytest.mark.anyio
async def test_a_look_may_have_less_patience(coven: SimulatedCoven, seen: Seen) -> None:
    """A look's own time-out counts, not that of the settings."""
    probe = Probe(health_interval=Duration.parse("1h"), health_timeout=Duration.parse("1h"))
    async with asking(coven.home, seen, Settings(probe=probe)) as (_, source):
        await seen.wait(Asked)
        await coven.misbehave("hang", route="health", times=1)
        source.ask(LookRequest("h", Look.HEALTH, timeout=100 * MILLISECOND))
        asked = await seen.wait(Asked, lambda asked: asked.outcome is Outcome.TIMED_OUT)
        assert "0.1 s" in asked.detail


@pytest.mark.anyio
async def test_without_a_socket_only_a_look_is_answered(home: Path, seen: Seen) -> None:
    """Where the files show no socket nobody is asked; a look is told that there is none, which is no failure to retry."""
    async with ground(home, QUICK) as shared:
        found = await shared.call(survey, str(home), shared.now(), shared.paths, shared.uid, Known())
        shared.files = found.seen
        source = HealthSource(shared)
        async with running(source, emit=seen.emit):
            await auntil(lambda: "health" in shared.lapped)
            first = shared.lapped["health"]
            await auntil(lambda: shared.lapped["health"] > first)
            assert not seen.all
            source.ask(LOOK)
            assert (await seen.wait(Asked)).outcome is Outcome.NO_SOCKET
            assert source._pause == 0.2


@pytest.mark.anyio
async def test_an_untrusted_home_is_not_asked(coven: SimulatedCoven, seen: Seen) -> None:
    """Where others may write, no byte is sent, and that is told."""
    coven.socket.chmod(0o777)
    async with asking(coven.home, seen) as (shared, _):
        assert (await seen.wait(Asked)).outcome is Outcome.UNTRUSTED
        assert await count_requests(coven) == 0
        assert shared.peer is None


@pytest.mark.anyio
async def test_another_daemon_is_noticed_by_its_answer(coven: SimulatedCoven, seen: Seen) -> None:
    """When another process answers than before, that is told, and every row is to be seen again."""
    async with asking(coven.home, seen) as (shared, _):
        first = await seen.wait(Asked)
        await coven.stop()
        await coven.start()
        shared.errands.walked = False
        shared.to_health.poke()
        second = await seen.wait(Asked, lambda asked: asked.peer != first.peer and asked.outcome is Outcome.OK)
        assert second.peer == life(coven.pid)
        assert shared.errands.walked


@pytest.mark.anyio
async def test_health_passes_a_hanging_listing(coven: SimulatedCoven, seen: Seen) -> None:
    """A listing that hangs does not keep health from being asked."""
    await coven.misbehave("hang", route="sessions", times=1)
    async with asking(coven.home, seen) as (shared, source):
        await seen.wait(Asked)

        class Listing:
            rows: int | None = None

            async def run(self, _: object) -> None:
                answer = await shared.turn.patiently(lambda: shared.client.page(10, None, 3600))
                self.rows = len(answer.value.rows)

        listing = Listing()
        async with running(listing, emit=seen.emit):
            await auntil(lambda: shared.turn._patient is not None)
            source.ask(LOOK)
            assert (await seen.wait(Asked, count=2)).outcome is Outcome.OK
            await auntil(lambda: listing.rows == 0)
