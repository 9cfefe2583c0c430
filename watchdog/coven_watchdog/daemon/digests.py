"""The digest of the day: at its time, messages go into the outbox; what has been sent is read from the rows of the store alone."""

import logging
import math
from collections.abc import Callable, Iterable
from datetime import tzinfo
from functools import partial

from coven_watchdog import clock
from coven_watchdog.daemon.pulse import Pulse
from coven_watchdog.decide.digest import SPAN, drafts
from coven_watchdog.decide.schedule import Occasion, latest, turn
from coven_watchdog.errors import StoreError
from coven_watchdog.model.time import MINUTE, SECOND, Instant
from coven_watchdog.model.words import NotificationState
from coven_watchdog.observe.nudge import Nudge
from coven_watchdog.settings import Settings
from coven_watchdog.store import Store

logger = logging.getLogger(__name__)

_LAP = 30.0
"""Seconds after which the wall clock is read again: it may have been set, and a suspended machine's timers stood still."""
_SETTLES = MINUTE
"""Awake µs that a digest which was missed waits: whoever has just woken up or started must look before saying how things are."""


class Digests:
    """Sees to the digest of each day.

    Args:
        store: the outbox, and what has been.
        settings: the settings in force.
        wake: these channels have something to deliver.
        now: reads the clock.
        zone: of this machine; None: the system's.
        lap: seconds between two looks at the clock, at most.
        settles: awake µs that one which was missed waits.
    """

    def __init__(
        self,
        store: Store,
        settings: Callable[[], Settings],
        wake: Callable[[Iterable[str]], None],
        *,
        now: Callable[[], Instant] = clock.now,
        zone: tzinfo | None = None,
        lap: float = _LAP,
        settles: int = _SETTLES,
    ) -> None:
        self._store = store
        self._settings = settings
        self._wake = wake
        self._now = now
        self._zone = zone
        self._lap = lap
        self._settles = settles
        self._missed: tuple[str, int] = ("", 0)
        self._nudge = Nudge()
        self.pulse = Pulse()
        self._at = settings().alerts.digest_at
        self._done = ""

    def ask(self) -> None:
        """The settings may be others now."""
        self._nudge.poke()

    async def run(self) -> None:
        """Send them until cancelled."""
        while True:
            seconds = await self.round()
            seconds = min(self._lap, seconds) if self._at else math.inf
            self.pulse.rests(seconds)
            await self._nudge.wait(seconds)
            self.pulse.works()

    async def round(self) -> float:
        """See whether one is due, and put it into the outbox; seconds until the next look."""
        instant, alerts = self._now(), self._settings().alerts
        now = instant.wall
        if alerts.digest_at != self._at:
            # What a new time would have been today is not missed: it was not set then.
            self._at, past = alerts.digest_at, latest(alerts.digest_at, now, self._zone)
            self._done = past.name if past else ""

        found = turn(alerts, now, self._zone, self._done)
        if found.due is not None:
            wait = self._settling(found.due, instant)
            if wait:
                return wait / SECOND

            await self._put(found.due, now)

        return math.inf if found.again_at is None else max(0.0, (found.again_at - now) / SECOND)

    def _settling(self, occasion: Occasion, now: Instant) -> int:
        """Awake µs that this one has to wait; none if it is in time."""
        if now.wall - occasion.at < MINUTE:
            return 0

        if self._missed[0] != occasion.name:
            self._missed = (occasion.name, now.awake)

        return max(0, self._missed[1] + self._settles - now.awake)

    async def _put(self, occasion: Occasion, now: int) -> None:
        """Once for each occasion; what the store does not take now it will take with the next lap."""
        draft = partial(drafts, settings=self._settings(), at=occasion.at)
        try:
            rows = await self._store.put_digest(occasion.name, now - SPAN, now, draft)
        except StoreError as error:
            logger.warning("cannot write the digest: %s", error.message)
            return

        self._done = occasion.name
        self._wake({row.channel for row in rows if row.state is NotificationState.QUEUED})
