"""Housekeeping."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import pytest
from anyio import to_thread

from coven_watchdog import clock
from coven_watchdog.daemon.chores import Chores
from coven_watchdog.daemon.parts import Parts
from coven_watchdog.model.facts import SELF_HOME, Asked, Observation, OwnTrouble, Slept, StoreChanged, Tick
from coven_watchdog.model.samples import Sample
from coven_watchdog.model.time import SECOND
from coven_watchdog.model.words import Outcome, Route
from coven_watchdog.settings import Settings
from daemon.conftest import Service
from waiting import auntil

pytestmark = pytest.mark.anyio

HOME = "/somebody/.coven"


class Working:
    """The chores of some parts, with a round every 10 ms, and what they emit."""

    def __init__(self, parts: Parts) -> None:
        self.emitted: list[Observation] = []
        settings = Settings(homes=(HOME,))
        self.chores = Chores(parts.store, parts.keeper, parts.outbox, lambda: settings, self._emit, every=0.01)

    async def tick(self) -> Tick:
        """The next tick that they emit."""
        tick = await auntil(lambda: self.emitted.pop(0) if self.emitted else None)
        assert isinstance(tick, Tick)
        assert tick.home == SELF_HOME
        return tick

    async def news(self) -> list[tuple[str, str | None]]:
        """What they say behind the next tick that brings news (others were on their way already): topic and trouble."""
        while not (found := await self.chores.after(await self.tick())):
            pass

        return [(one.topic, one.trouble) for one in found if isinstance(one, OwnTrouble)]

    async def _emit(self, observation: Observation) -> None:
        self.emitted.append(observation)


@asynccontextmanager
async def working(service: Service) -> AsyncIterator[Working]:
    """Chores at work; their first news, that all is well, has been taken."""
    async with service.parts() as parts, anyio.create_task_group() as tasks:
        work = Working(parts)
        tasks.start_soon(work.chores.run)
        assert await work.news() == [("self:store", None)]
        yield work
        tasks.cancel_scope.cancel()


def point(service: Service, target: str) -> None:
    """Let the state directory be what lies there; from one moment to the next."""
    link = service.base / "link"
    link.symlink_to(service.base / target)
    link.rename(service.state)


async def test_what_became_of_the_store_is_said_once(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    """Not recorded any more, then recorded again: each is found at the next round and handed to the one that feeds the engine."""
    await to_thread.run_sync((service.base / "real").mkdir)
    await to_thread.run_sync(point, service, "real")
    async with working(service) as work:
        await to_thread.run_sync(point, service, "missing")
        ((topic, trouble),) = await work.news()
        assert topic == "self:store"
        assert trouble is not None
        assert trouble.startswith("not recorded: ")
        assert await work.chores.after(Tick(SELF_HOME, clock.now())) == ()
        await to_thread.run_sync(point, service, "real")
        assert await work.news() == [("self:store", None)]

    assert caplog.messages == [trouble]


async def test_a_damaged_file_is_said(service: Service) -> None:
    """Where the damaged file lies is told as long as this run lasts."""
    await to_thread.run_sync(lambda: service.state.mkdir(mode=0o700))
    await to_thread.run_sync((service.state / "watchdog.sqlite3").write_bytes, b"garbage" * 1000)
    async with service.parts() as parts:
        (news,) = await Working(parts).chores.after(Tick(SELF_HOME, clock.now()))
        assert isinstance(news, OwnTrouble)
        assert news.trouble is not None
        assert "damaged; it was kept as watchdog.sqlite3" in news.trouble


async def test_a_sleep_is_a_blind_window(service: Service) -> None:
    """That the machine slept is written down for each home."""
    now = clock.now()
    async with service.parts() as parts:
        await Working(parts).chores.after(Slept(HOME, now, since=now.wall - 60 * SECOND))
        (window,) = await service.read(lambda store: store.blind_windows(0))

    assert (window.home, window.since, window.to, window.why) == (
        HOME,
        now.wall - 60 * SECOND,
        now.wall,
        "the machine slept",
    )


async def test_a_sleep_that_cannot_be_written_down(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    """It is said, and no more."""
    async with service.parts() as parts:
        await service.sql("ALTER TABLE blind_window RENAME TO hidden")
        await Working(parts).chores.after(Slept(HOME, clock.now(), since=0))

    assert ["no such table: blind_window" in message for message in caplog.messages] == [True]


async def test_what_is_too_old_goes(service: Service) -> None:
    """The first round forgets it."""
    async with service.parts() as parts:
        await parts.store.keep(blind=[])

    await service.sql("INSERT INTO blind_window (home, since, until, why) VALUES ('/h', 1, 2, 'long ago')")
    async with working(service):
        await service.until(lambda store: store.blind_windows(0) == ())


async def test_what_cannot_be_forgotten_now(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    """A store that refuses to purge ends nothing."""
    async with service.parts() as parts, anyio.create_task_group() as tasks:
        await service.sql("ALTER TABLE blind_window RENAME TO hidden")
        work = Working(parts)
        tasks.start_soon(work.chores.run)
        await work.tick()
        tasks.cancel_scope.cancel()

    assert ["cannot forget what is too old" in message for message in caplog.messages] == [True]


async def test_what_a_command_wrote_is_looked_at(service: Service) -> None:
    """Every home, and the watchdog itself, is looked at again; when nobody else wrote, none is."""
    async with service.parts() as parts:
        work = Working(parts)
        await work.chores.written()
        work.emitted.clear()
        await work.chores.written()
        assert work.emitted == []
        await parts.store.keep(blind=[])
        await work.chores.written()
        assert work.emitted == []
        await service.sql("INSERT INTO silence (id, until, doc) VALUES ('s1', 1, '{}')")
        await work.chores.written()

    assert [(type(one), one.home) for one in work.emitted] == [(StoreChanged, SELF_HOME), (StoreChanged, HOME)]


async def test_a_store_that_is_gone(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    """When it cannot be seen who wrote, that is said, all is looked at, and nothing ends."""
    async with service.parts() as parts:
        work = Working(parts)

    await work.chores.written()
    assert ["cannot see whether a command wrote to the store" in message for message in caplog.messages] == [True]
    assert [one.home for one in work.emitted if isinstance(one, StoreChanged)] == [SELF_HOME, HOME]
    work.emitted.clear()
    await to_thread.run_sync((service.state / "watchdog.sqlite3").unlink)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(work.chores.run)
        await auntil((service.state / "watchdog.sqlite3").exists)
        tasks.cancel_scope.cancel()


async def test_what_a_minute_was_like_is_written_down(service: Service) -> None:
    """What was asked since the last round, at the next."""
    async with working(service) as work:
        await work.chores.after(Asked(HOME, clock.now(), Route.SESSIONS, Outcome.OK, 25_000))

        samples: tuple[Sample, ...] = ()
        with anyio.fail_after(15):
            while not samples:
                samples = await service.read(lambda store: store.samples(HOME, 0, clock.now().wall))

    (sample,) = samples
    assert [(one.route, one.asked, one.median) for one in sample.routes] == [(Route.SESSIONS, 1, 25_000)]
