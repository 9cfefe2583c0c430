"""Requests come in; each is let through at once or after a wait, so that Coven is never asked too often."""

from collections.abc import Callable

import anyio

from coven_watchdog import clock
from coven_watchdog.model.time import MINUTE, SECOND, Instant

PER_MINUTE = 60
BURST = 20
KEPT_FOR_HEALTH = 10
_PERIOD = MINUTE // (PER_MINUTE - BURST)


class Ceiling:
    """At most 60 requests in any minute to one home, at most 20 at once; the last 10 of those are for health alone.

    A bucket of 20 tokens, refilled by one every 1.5 s: a full bucket and a minute's refill are 60 together, so no minute sees
    more. Share one between all clients of a home.

    Args:
        read: the clock; patience uses its `awake`.
    """

    def __init__(self, read: Callable[[], Instant] = clock.now) -> None:
        self._read = read
        self._full_at = 0
        """Awake µs at which the bucket is full again: the one number that says how many tokens are missing."""

    def take(self, now: Instant, *, health: bool) -> int:
        """Take a token. Gives 0 when it was taken, else the µs to wait before trying again (nothing was taken)."""
        full_at = max(self._full_at, now.awake) + _PERIOD
        room = (BURST if health else BURST - KEPT_FOR_HEALTH) * _PERIOD
        wait = full_at - now.awake - room
        if wait > 0:
            return wait

        self._full_at = full_at
        return 0

    async def admit(self, *, health: bool) -> None:
        """Wait until one more request may be sent. Waiting belongs to no deadline."""
        while True:
            wait = self.take(self._read(), health=health)
            if not wait:
                return

            await anyio.sleep(wait / SECOND)
