"""When what was withheld is looked at again."""

import pytest

from coven_watchdog.decide.review import NEVER, Review
from coven_watchdog.model.telling import Plan
from coven_watchdog.model.time import HOUR, MINUTE, SECOND, Instant
from coven_watchdog.settings import Settings

SETTINGS = Settings()
NOW = Instant(1_000 * HOUR, 7 * HOUR)
LATER = Review.after(Plan(review_at=NOW.wall + MINUTE), SETTINGS, NOW)
NOTHING = Review.after(Plan(), SETTINGS, NOW)


def after(awake: int, wall: int | None = None) -> Instant:
    """So much later."""
    return Instant(NOW.wall + (awake if wall is None else wall), NOW.awake + awake)


def test_at_first() -> None:
    """What the run before withheld is looked at with the first observation."""
    assert Review().due(SETTINGS, NOW)
    assert Review().wake_at(NOW) == NOW.awake - NOW.wall


def test_its_time() -> None:
    """It wakes the engine when the plan wanted to be made again, and not before."""
    assert LATER.wake_at(after(SECOND)) == NOW.awake + MINUTE
    assert [LATER.due(SETTINGS, after(MINUTE + by)) for by in (-1, 0, 1)] == [False, True, True]


def test_nothing_is_withheld() -> None:
    """No time will come, whatever the clocks do."""
    assert (NOTHING.at, NOTHING.wake_at(NOW)) == (NEVER, None)
    assert not NOTHING.due(SETTINGS, after(MINUTE, -HOUR))


@pytest.mark.parametrize(("wall", "due"), [(-HOUR, True), (HOUR, True), (2 * SECOND, True), (SECOND + SECOND // 2, False)])
def test_a_clock_that_was_set(wall: int, due: bool) -> None:  # noqa: FBT001 - a table
    """The time was reckoned with it; one that is slewed is still the same clock."""
    assert LATER.due(SETTINGS, after(SECOND, wall)) is due


def test_other_settings() -> None:
    """What they withhold is not what the old ones did."""
    assert NOTHING.due(Settings(), after(SECOND))
