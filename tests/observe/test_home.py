"""A home's sources together: armed, asked, and telling the story of a real process."""

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import ClassVar

import anyio
import pytest

from coven_watchdog import clock
from coven_watchdog.model.facts import (
    Asked,
    DaemonEnded,
    DaemonSeen,
    FilesSeen,
    HarnessEnded,
    HarnessSeen,
    LockSeen,
    LookFailed,
    Observation,
    Scene,
    SceneSeen,
    SessionSeen,
    SessionsListed,
    SourceFailed,
)
from coven_watchdog.model.incidents import LookRequest
from coven_watchdog.model.words import Look, Outcome
from coven_watchdog.observe import SOURCES
from coven_watchdog.observe.home import HomeWatch
from coven_watchdog.settings import Home, Settings
from coven_watchdog.simulated.control import SimulatedCoven
from observe.bench import SLOW, Seen
from waiting import auntil


def watch_of(home: Path, settings: Settings = SLOW) -> HomeWatch:
    """A watch that is not running yet."""
    return HomeWatch(Home(path=str(home)), lambda: settings, clock.now, os.getuid())


@asynccontextmanager
async def watching(home: Path, seen: Seen) -> AsyncIterator[HomeWatch]:
    """A watch at work."""
    watch = watch_of(home)
    async with anyio.create_task_group() as tg:
        await tg.start(watch.run, seen.emit)
        yield watch
        tg.cancel_scope.cancel()


def look(home: Path, what: Look, subject: str = "") -> LookRequest:
    """One look."""
    return LookRequest(str(home), what, subject)


@pytest.mark.anyio
async def test_armed_means_that_files_and_daemon_were_looked_at(coven: SimulatedCoven, seen: Seen) -> None:
    """When the watch says that it has started, files and daemon have been told, and every loop gives signs of life."""
    async with watching(coven.home, seen) as watch:
        assert seen.of(FilesSeen)
        assert seen.of(DaemonSeen)
        await auntil(lambda: len(watch.progress) == len(SOURCES))
        assert set(watch.progress) == {source.name for source in SOURCES}


@pytest.mark.anyio
async def test_the_story_of_a_killed_daemon(coven: SimulatedCoven, seen: Seen) -> None:
    """Daemon, session and harness are found; when it is killed its end, its leftovers, the free lock and a refusal follow."""
    session = await coven.launch("sleep")
    async with watching(coven.home, seen):
        daemon = (await seen.wait(DaemonSeen)).identity
        listed = await seen.wait(SessionsListed)
        assert (listed.identity, [row.id for row in listed.rows]) == (daemon, [session])
        harness = await seen.wait(HarnessSeen)
        seen.clear()
        await coven.kill()
        assert (await seen.wait(DaemonEnded)).identity == daemon
        left = await seen.wait(FilesSeen)
        assert left.record is not None
        assert (left.record.pid, left.socket is not None) == (daemon.pid, True)
        await seen.wait(LockSeen, lambda lock: lock.owners == ())
        await seen.wait(Asked, lambda asked: asked.outcome is Outcome.REFUSED)
        assert (await seen.wait(HarnessEnded)).identity == harness.identity
        kinds = [type(one) for one in seen.all]
        assert kinds.index(DaemonEnded) < kinds.index(FilesSeen)
        await coven.start()
        again = await seen.wait(SessionsListed, lambda listed: listed.complete)
        assert again.identity not in {None, daemon}
        assert [row.status for row in again.rows] == ["orphaned"]


@pytest.mark.anyio
async def test_a_clean_stop_leaves_nothing(coven: SimulatedCoven, seen: Seen) -> None:
    """After a clean stop the look that follows the end shows neither record nor socket."""
    async with watching(coven.home, seen):
        await seen.wait(DaemonSeen)
        seen.clear()
        await coven.stop()
        await seen.wait(DaemonEnded)
        await auntil(lambda: any(one.at.awake > seen.of(DaemonEnded)[0].at.awake for one in seen.of(FilesSeen)))
        left = seen.of(FilesSeen)[-1]
        assert (left.record, left.socket) == (None, None)


@pytest.mark.anyio
async def test_a_session_that_fails(coven: SimulatedCoven, seen: Seen) -> None:
    """The end of a session is told by the kernel, then by Coven's row, with no interval in between."""
    async with watching(coven.home, seen):
        await seen.wait(SessionsListed)
        session = await coven.launch("after=1.5,3")
        await seen.wait(HarnessSeen)
        ended = await seen.wait(HarnessEnded)
        assert ended.session == session
        failed = await seen.wait(SessionsListed, lambda listed: any(row.status == "failed" for row in listed.rows))
        assert failed.rows[0].exit_code == 3


@pytest.mark.anyio
async def test_looks_are_answered(coven: SimulatedCoven, seen: Seen) -> None:
    """Each look gives its own observation, also if nothing has changed."""
    session = await coven.launch("sleep")
    async with watching(coven.home, seen) as watch:
        await seen.wait(SessionsListed)
        await seen.wait(Asked)
        seen.clear()
        kinds: dict[Look, type[Observation]] = {
            Look.FILES: FilesSeen,
            Look.DAEMON: LockSeen,
            Look.HEALTH: Asked,
            Look.SESSIONS: SessionsListed,
            Look.SCENE: SceneSeen,
        }
        watch.ask([look(coven.home, what) for what in kinds] + [look(coven.home, Look.SESSION, session)])
        for kind in (*kinds.values(), SessionSeen):
            await seen.wait(kind)

        assert not watch._looks.pending
        assert not seen.of(LookFailed)


@pytest.mark.anyio
async def test_equal_looks_are_made_once(coven: SimulatedCoven, seen: Seen) -> None:
    """A look that is in flight is not made twice."""
    async with watching(coven.home, seen) as watch:
        await seen.wait(SessionsListed)
        await seen.wait(Asked)
        for _ in range(5):
            watch.ask([look(coven.home, Look.HEALTH)])

        assert len(watch._looks.pending) == 1
        await seen.wait(Asked, count=2)
        await auntil(lambda: not watch._looks.pending)
        assert len(seen.of(Asked)) == 2


@pytest.mark.anyio
async def test_looks_before_the_start_are_made_after_it(home: Path, seen: Seen) -> None:
    """What is asked before the sources run is not lost."""
    watch = watch_of(home)
    watch.ask([look(home, Look.SCENE)])
    async with anyio.create_task_group() as tg:
        await tg.start(watch.run, seen.emit)
        await seen.wait(SceneSeen)
        tg.cancel_scope.cancel()


@pytest.mark.anyio
async def test_a_look_that_cannot_be_made_fails(home: Path, seen: Seen) -> None:
    """A look whose answer does not come in time is told as failed: the verdict that wanted it stays unknown."""
    async with watching(home, seen) as watch:
        for source in watch._sources:
            if source.name == "files":
                watch._by_look[Look.FILES] = Deaf()

        watch.ask([look(home, Look.FILES)])
        assert (await seen.wait(LookFailed)).look is Look.FILES
        assert not watch._looks.pending


@pytest.mark.anyio
async def test_a_look_that_was_answered_meanwhile(home: Path, seen: Seen) -> None:
    """What was on its way when a look was asked answers it: nobody is bothered, and nothing has failed."""
    async with watching(home, seen) as watch:
        watch.ask([look(home, Look.FILES)])
        watch._looks.settle(FilesSeen(str(home), clock.now()))
        await anyio.wait_all_tasks_blocked()
        watch._by_look[Look.SCENE] = Deaf()
        watch.ask([look(home, Look.SCENE)])
        await anyio.wait_all_tasks_blocked()
        watch._looks.settle(SceneSeen(str(home), clock.now(), None, Scene(0)))
        await anyio.wait_all_tasks_blocked()
        assert not seen.of(LookFailed)
        assert not watch._looks.pending


class Deaf:
    """A source that does not hear."""

    name: ClassVar[str] = "deaf"
    looks: ClassVar[frozenset[Look]] = frozenset()

    async def run(self, _: object) -> None:
        """Nothing."""

    def ask(self, request: LookRequest) -> None:
        """Not heard."""


@pytest.mark.anyio
async def test_a_failing_source_does_not_keep_the_watch_from_starting(home: Path, seen: Seen) -> None:
    """Where a source fails from the start, the watch starts all the same and tells of it."""
    watch = watch_of(home)

    watch._shared.paths = None  # type: ignore[assignment]  # whoever needs a path fails
    async with anyio.create_task_group() as tg:
        await tg.start(watch.run, seen.emit)
        tg.cancel_scope.cancel()

    assert {"files", "daemon"} <= {failed.source for failed in seen.of(SourceFailed)}


@pytest.mark.anyio
async def test_a_consumer_that_is_gone_ends_the_watch(home: Path) -> None:
    """What the consumer raises ends the watch: nothing would be heard of it."""

    async def refuse(_: Observation) -> None:
        raise anyio.ClosedResourceError

    with pytest.raises(ExceptionGroup) as raised:
        await watch_of(home).run(refuse)

    assert raised.group_contains(anyio.ClosedResourceError)


@pytest.mark.anyio
async def test_two_daemons_signals(coven: SimulatedCoven, seen: Seen) -> None:
    """A stopped daemon is told by the kernel, and a look at its health fails with the look's own patience."""
    async with watching(coven.home, seen) as watch:
        await seen.wait(SessionsListed)
        coven.signal(signal.SIGSTOP)
        watch.ask([LookRequest(str(coven.home), Look.HEALTH, timeout=100_000)])
        assert (await seen.wait(Asked, lambda asked: asked.outcome is Outcome.TIMED_OUT)).detail
        coven.signal(signal.SIGCONT)
