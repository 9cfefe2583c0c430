"""Pokes and rests."""

import math

import anyio
import pytest

from coven_watchdog.observe.nudge import Nudge, to_whole_second, until_next_second
from observe.bench import in_thread


@pytest.mark.anyio
async def test_a_poke_wakes() -> None:
    """A rest ends when it is poked."""
    nudge = Nudge()
    async with anyio.create_task_group() as tg:
        tg.start_soon(in_thread, lambda: anyio.from_thread.run_sync(nudge.poke))
        assert await nudge.wait(60)


@pytest.mark.anyio
async def test_an_earlier_poke_is_not_lost_and_many_are_one() -> None:
    """Pokes that came before the rest end it at once, together."""
    nudge = Nudge()
    nudge.poke()
    nudge.poke()
    assert await nudge.wait(60)
    assert not await nudge.wait(0.001)


def test_a_nudge_can_be_made_outside_of_a_loop() -> None:
    """Sources are made before the loop runs, and may be poked then."""
    nudge = Nudge()
    nudge.poke()
    assert anyio.run(nudge.wait, 60)


@pytest.mark.anyio
async def test_whole_seconds() -> None:
    """The pause ends at a whole second of the loop's clock, and is never nothing."""
    before = anyio.current_time()
    pause = until_next_second()
    after = anyio.current_time()
    assert 0 < pause <= 1
    assert math.floor(after + pause + 1e-6) >= math.ceil(before + pause - 1e-6)


@pytest.mark.anyio
async def test_long_rests_end_at_whole_seconds() -> None:
    """A rest is prolonged to a whole second of the loop's clock, by less than a second."""
    before = anyio.current_time()
    seconds = to_whole_second(10)
    after = anyio.current_time()
    assert 10 <= seconds < 11
    assert math.floor(after + seconds + 1e-6) >= math.ceil(before + seconds - 1e-6)
