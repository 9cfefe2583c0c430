"""Signs of life of one loop: it says when it works and how long it rests; out comes since when it has not moved."""

import math
from collections.abc import Callable

from coven_watchdog import clock
from coven_watchdog.model.time import SECOND, Instant

_EVER = 1 << 62


class Pulse:
    """One loop's. A loop that rests is well until its rest is overdue; one that works was last well when it began to.

    Args:
        now: reads the clock; only awake time counts.
    """

    def __init__(self, now: Callable[[], Instant] = clock.now) -> None:
        self._now = now
        self._well = now().awake

    def works(self) -> None:
        """A round begins, or another step of a long one."""
        self._well = self._now().awake

    def rests(self, seconds: float = math.inf) -> None:
        """Nothing will move for so long, on purpose."""
        self._well = _EVER if math.isinf(seconds) else self._now().awake + round(seconds * SECOND)

    @property
    def well(self) -> int:
        """Awake µs at which it was last known to be well: now, while it rests and is not overdue."""
        return min(self._now().awake, self._well)
