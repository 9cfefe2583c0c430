"""How long to wait before the next try."""

from hypothesis import given
from hypothesis import strategies as st

from bounded import PROFILE
from coven_watchdog.decide.backoff import delay
from coven_watchdog.model.time import MINUTE, SECOND

assert PROFILE


def test_it_doubles_up_to_the_cap() -> None:
    """The bound is 1, 2, 4 … seconds and never more than a minute, however often it failed."""
    assert [delay(failures, 0.5) for failures in (1, 2, 3, 6, 7, 8)] == [
        *(SECOND // 2, SECOND, 2 * SECOND, 16 * SECOND, 30 * SECOND, 30 * SECOND)
    ]
    assert delay(10**9, 0.999_999) <= MINUTE
    assert delay(3, 0.5, base=100, cap=300) == 150


def test_no_failure_counts_as_one() -> None:
    """A count that is not yet one waits like one."""
    assert delay(0, 0.5) == delay(-3, 0.5) == delay(1, 0.5)


@given(st.integers(0, 100), st.floats(0, 1, exclude_max=True))
def test_full_jitter_within_bounds(failures: int, draw: float) -> None:
    """Anything up to the bound, but never so little that trying again becomes a busy loop."""
    assert SECOND // 10 <= delay(failures, draw) <= MINUTE
