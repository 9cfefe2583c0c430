"""How long to wait before the next try."""

from coven_watchdog.model.time import MINUTE, SECOND

_LAST_DOUBLING = 30


def delay(failures: int, draw: float, *, base: int = SECOND, cap: int = MINUTE) -> int:
    """Exponential backoff with full jitter.

    Args:
        failures: how often it failed in a row, from 1.
        draw: a random number in [0, 1).
        base: the upper bound after the first failure, µs.
        cap: the upper bound for ever, µs.

    Returns:
        µs to wait, never under a tenth of `base`: a draw of 0 must not make a busy loop.
    """
    ceiling = min(cap, base << min(max(failures, 1) - 1, _LAST_DOUBLING))
    return max(base // 10, round(ceiling * draw))
