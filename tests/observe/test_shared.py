"""The common ground of a home's sources."""

import threading
from pathlib import Path

import anyio
import pytest

from coven_watchdog.model.time import SECOND, Instant
from coven_watchdog.observe.nudge import Nudge
from observe.bench import ground, in_thread


@pytest.mark.anyio
async def test_laps_and_beats(path: Path) -> None:
    """Both are signs of life; only a lap tells that a loop that was started again has gone round."""
    async with ground(path, now=lambda: Instant(0, 7)) as shared:
        lapped = shared.laps["x"] = anyio.Event()
        shared.beat("x")
        assert shared.lapped == {"x": 7}
        assert not lapped.is_set()
        shared.lap("x")
        assert lapped.is_set()
        shared.lap("x")


@pytest.mark.anyio
async def test_rest_ends_when_poked_or_over(path: Path) -> None:
    """A rest says whether it was poked, and gives a sign of life."""
    async with ground(path) as shared, anyio.create_task_group() as tg:
        nudge = Nudge()
        assert not await shared.rest("x", nudge, 0.001)
        assert not await shared.rest("x", nudge, -1)
        tg.start_soon(in_thread, lambda: anyio.from_thread.run_sync(nudge.poke))
        assert await shared.rest("x", nudge, 60)
        assert "x" in shared.lapped


@pytest.mark.anyio
async def test_a_loop_that_rests_is_well(path: Path) -> None:
    """A loop that rests on purpose is well until its rest is over; one that does not come back is as old as its last sign."""
    awake = 1 * SECOND
    async with ground(path, now=lambda: Instant(0, awake)) as shared, anyio.create_task_group() as tg:
        shared.lap("stuck")
        tg.start_soon(shared.rest, "x", Nudge(), 60)
        shared.lap("x")
        await anyio.wait_all_tasks_blocked()
        awake = 50 * SECOND
        assert shared.progress == {"stuck": 1 * SECOND, "x": 50 * SECOND}
        awake = 70 * SECOND
        assert shared.progress["x"] == 1 * SECOND
        tg.cancel_scope.cancel()


@pytest.mark.anyio
async def test_hanging_threads_are_left_behind(path: Path) -> None:
    """A call that hangs can be given up; those of other homes have threads of their own."""
    release = threading.Event()
    async with ground(path) as shared, ground(path) as other:
        for _ in range(8):
            with anyio.move_on_after(0.001):
                await shared.call(release.wait)

        assert await other.call(lambda: "answer") == "answer"
        release.set()
        assert await shared.call(lambda: "answer") == "answer"
