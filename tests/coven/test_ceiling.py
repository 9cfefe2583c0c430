"""Tests of `coven.ceiling`."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coven_watchdog.coven.ceiling import BURST, KEPT_FOR_HEALTH, PER_MINUTE, Ceiling
from coven_watchdog.model.time import MINUTE, SECOND, Instant


def at(seconds: float) -> Instant:
    """A moment; the wall clock runs elsewhere, and must not matter."""
    return Instant(wall=1, awake=round(seconds * SECOND))


def taken(ceiling: Ceiling, now: Instant, *, health: bool) -> int:
    """How many are let through at once."""
    count = 0
    while not ceiling.take(now, health=health):
        count += 1

    return count


def test_ten_of_a_burst_of_twenty_are_kept_for_health() -> None:
    """Listings take ten, and then health still has ten."""
    ceiling = Ceiling()
    assert taken(ceiling, at(5), health=False) == BURST - KEPT_FOR_HEALTH
    assert taken(ceiling, at(5), health=True) == KEPT_FOR_HEALTH
    assert taken(ceiling, at(5), health=True) == 0


def test_health_may_use_the_whole_burst() -> None:
    """Then listings wait for more than half the bucket."""
    ceiling = Ceiling()
    assert taken(ceiling, at(5), health=True) == BURST
    assert ceiling.take(at(5), health=True) == 1.5 * SECOND
    assert ceiling.take(at(5), health=False) == (KEPT_FOR_HEALTH + 1) * 1.5 * SECOND


def test_the_wait_that_is_said_is_enough_and_not_too_long() -> None:
    """One µs earlier there is nothing yet."""
    ceiling = Ceiling()
    taken(ceiling, at(0), health=True)
    wait = ceiling.take(at(0), health=True)
    assert ceiling.take(Instant(0, wait - 1), health=True) == 1
    assert ceiling.take(Instant(0, wait), health=True) == 0


def test_rest_fills_the_bucket_and_no_further() -> None:
    """An hour of silence is worth no more than one burst."""
    ceiling = Ceiling()
    taken(ceiling, at(0), health=True)
    assert taken(ceiling, at(3600), health=True) == BURST


@given(st.lists(st.tuples(st.integers(0, 5 * SECOND), st.booleans()), max_size=400))
def test_no_minute_ever_sees_more_than_sixty(steps: list[tuple[int, bool]]) -> None:
    """Whoever asks, and however often."""
    ceiling, now, let_through = Ceiling(), 0, []
    for pause, health in steps:
        now += pause
        if not ceiling.take(Instant(0, now), health=health):
            let_through.append(now)

    for index, first in enumerate(let_through):
        assert sum(first <= later <= first + MINUTE for later in let_through[index:]) <= PER_MINUTE


@pytest.mark.anyio
async def test_admission_waits_until_a_token_is_there() -> None:
    """It asks the clock again after waiting, and waits no longer than needed."""
    moments: Iterator[Instant] = iter([at(0)] * BURST + [at(1.4999), at(1.5)])
    ceiling = Ceiling(lambda: next(moments))
    for _ in range(BURST):
        await ceiling.admit(health=True)

    await ceiling.admit(health=True)
    assert next(moments, None) is None
