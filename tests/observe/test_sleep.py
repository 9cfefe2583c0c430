"""What is our own doing: a suspended machine, a late loop."""

from pathlib import Path

import pytest

from coven_watchdog import clock
from coven_watchdog.model.facts import LoopLate, Slept
from coven_watchdog.model.time import HOUR, SECOND, Instant
from coven_watchdog.observe.sleep import SleepSource
from observe.bench import Seen, ground, running
from waiting import auntil


@pytest.mark.anyio
async def test_a_suspend_is_told_and_everything_looked_at_afresh(path: Path, seen: Seen) -> None:
    """When the machine was suspended, the interval is told, and every source that could have missed something is poked."""
    slept = 0
    async with ground(path) as shared, running(SleepSource(shared, lambda: slept), emit=seen.emit):
        await auntil(lambda: "sleep" in shared.lapped)
        before = clock.now()
        slept = 8 * HOUR
        told = await seen.wait(Slept)
        assert told.since <= before.wall <= told.at.wall
        for nudge in (shared.to_files, shared.to_daemon, shared.to_health, shared.errands.nudge):
            assert await nudge.wait(0)

        assert shared.errands.walked
        assert not seen.of(LoopLate)


@pytest.mark.anyio
async def test_a_late_loop_is_told(path: Path, seen: Seen) -> None:
    """A lap that comes later than planned tells by how much."""
    ahead = 0

    def now() -> Instant:
        instant = clock.now()
        return Instant(instant.wall + ahead, instant.awake + ahead)

    async with ground(path, now=now) as shared, running(SleepSource(shared, lambda: 0), emit=seen.emit):
        await auntil(lambda: "sleep" in shared.lapped)
        ahead = 3 * SECOND
        await seen.wait(LoopLate, lambda late: 3 * SECOND - 1000 <= late.by < 60 * SECOND)
        assert not seen.of(Slept)


@pytest.mark.anyio
async def test_nothing_is_told_of_a_punctual_loop(path: Path, seen: Seen) -> None:
    """Laps in time tell nothing; each is a sign of life."""
    async with ground(path) as shared, running(SleepSource(shared), emit=seen.emit):
        await auntil(lambda: "sleep" in shared.lapped)
        first = shared.lapped["sleep"]
        await auntil(lambda: shared.lapped["sleep"] > first)
        assert not seen.of(Slept)


@pytest.mark.anyio
async def test_a_wall_clock_that_was_set_back_has_every_session_listed_again(path: Path, seen: Seen) -> None:
    """What is over by then must be known, before its time comes again. Nothing is told of the step itself."""
    back = 0

    def now() -> Instant:
        instant = clock.now()
        return Instant(instant.wall - back, instant.awake)

    async with ground(path, now=now) as shared, running(SleepSource(shared, lambda: 0), emit=seen.emit):
        await auntil(lambda: "sleep" in shared.lapped)
        assert not shared.errands.walked
        back = HOUR
        await auntil(lambda: shared.errands.walked)
        assert not seen.of(Slept)
        assert not seen.of(LoopLate)
