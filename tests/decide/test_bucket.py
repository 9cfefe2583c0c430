"""The bucket of a channel: full, emptied, overdrawn by what is critical, and full again an hour later."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bounded import PROFILE
from coven_watchdog.decide.bucket import OVERDRAFT, REMEMBERED, level, missing, refilled_in
from coven_watchdog.model.time import HOUR, MINUTE, SECOND

assert PROFILE

NOW = 1_795_000_000 * SECOND


def tokens(*minutes_ago: float, per_hour: int = 30, now: int = NOW) -> Fraction:
    """What is left after messages that were sent so long ago."""
    sent = sorted(now - round(minutes * MINUTE) for minutes in minutes_ago)
    return Fraction(level(sent, per_hour, now), HOUR)


@pytest.mark.parametrize(
    ("ago", "left"),
    [
        ((), 30),
        ((0,), 29),
        ((2,), 30),
        ((1,), Fraction(59, 2)),
        ((60,), 30),
        ((10, 10, 10), 30),
        ((4, 4, 4), 29),
        (30 * (0,), 0),
        (34 * (0,), -4),
        (35 * (0,), -5),
        (90 * (0,), -5),
        ((*(30 * (2,)), 0), 0),
        (35 * (60,), 25),
        (35 * (70,), 30),
    ],
)
def test_levels(ago: tuple[float, ...], left: Fraction) -> None:
    """Each message takes a token, two minutes bring one back, and it neither runs over nor below its overdraft."""
    assert tokens(*ago) == left


def test_a_bucket_of_one() -> None:
    """One message an hour: empty for an hour, full for ever after."""
    assert [tokens(minutes, per_hour=1) for minutes in (0, 30, 60, 90)] == [0, Fraction(1, 2), 1, 1]


@pytest.mark.parametrize(
    ("left", "ordinary", "critical"),
    [
        (30, 0, 0),
        (1, 0, 0),
        (Fraction(1, 2), Fraction(1, 2), 0),
        (0, 1, 0),
        (-4, 5, 0),
        (Fraction(-9, 2), Fraction(11, 2), 0.5),
        (-5, 6, 1),
    ],
)
def test_what_is_missing(left: Fraction, ordinary: Fraction, critical: Fraction) -> None:
    """A message needs one whole token; what is critical may take five that are not there yet."""
    units = int(left * HOUR)
    assert missing(units, critical=False) == ordinary * HOUR
    assert missing(units, critical=True) == critical * HOUR


@pytest.mark.parametrize(("per_hour", "wait"), [(30, 2 * MINUTE), (1, HOUR), (7, HOUR // 7 + 1), (3600, SECOND)])
def test_when_a_token_has_come_back(per_hour: int, wait: int) -> None:
    """As soon as it may go, not a microsecond before."""
    sent = [NOW] * per_hour
    lacking = missing(level(sent, per_hour, NOW), critical=False)
    assert refilled_in(lacking, per_hour) == wait
    assert missing(level(sent, per_hour, NOW + wait), critical=False) == 0
    assert missing(level(sent, per_hour, NOW + wait - 1), critical=False) > 0


def test_nothing_is_missing_nothing_is_awaited() -> None:
    """No wait where nothing lacks."""
    assert refilled_in(0, 30) == 0


TIMES = st.lists(st.integers(0, 3 * HOUR), max_size=60).map(sorted)


@given(TIMES, st.integers(1, 60))
def test_what_is_forgotten_changes_little(ago: list[int], per_hour: int) -> None:
    """Messages older than two hours cannot be told from none, but for what was overdrawn and never paid back."""
    sent = [NOW - one for one in reversed(ago)]
    whole, kept = level(sent, per_hour, NOW), level([at for at in sent if NOW - at <= REMEMBERED], per_hour, NOW)
    assert whole <= kept <= whole + OVERDRAFT * HOUR
    assert -OVERDRAFT * HOUR <= whole <= per_hour * HOUR


@given(TIMES, st.integers(1, 60))
def test_no_hour_holds_more_than_a_full_bucket_and_what_comes_back(wishes: list[int], per_hour: int) -> None:
    """Who asks before each message sends at most twice the rate in an hour, criticals five more."""
    sent: list[int] = []
    for wish in wishes:
        if missing(level(sent, per_hour, NOW + wish), critical=True) == 0:
            sent.append(NOW + wish)

    for start in sent:
        assert sum(start <= at < start + HOUR for at in sent) <= 2 * per_hour + OVERDRAFT
