"""The clocks come in, once a second; `Slept` goes out when the machine was suspended, `LoopLate` when our own loop or the machine was late.

When the wall clock was set back, every session is listed again: what ended before would look like news when its time comes again.
"""

from collections.abc import Callable
from typing import ClassVar

import anyio

from coven_watchdog import clock
from coven_watchdog.model.facts import LoopLate, Slept
from coven_watchdog.model.incidents import LookRequest
from coven_watchdog.model.time import MILLISECOND, SECOND, Instant
from coven_watchdog.model.words import Look
from coven_watchdog.observe.nudge import until_next_second
from coven_watchdog.observe.shared import Shared
from coven_watchdog.observe.source import Emit

_SUSPENDED = SECOND
_LATE = 250 * MILLISECOND
_SET_BACK = SECOND


class SleepSource:
    """Tells when what was observed, or not observed, is our own doing.

    Args:
        shared: the home's common ground.
        slept: µs that the machine was suspended since it booted.
    """

    name: ClassVar[str] = "sleep"
    looks: ClassVar[frozenset[Look]] = frozenset()

    def __init__(self, shared: Shared, slept: Callable[[], int] = clock.slept) -> None:
        self._shared = shared
        self._slept = slept

    def ask(self, request: LookRequest) -> None:
        """It answers no looks."""

    async def run(self, emit: Emit) -> None:
        """Compare the clocks each second."""
        before, slept = self._shared.now(), self._slept()
        while True:
            self._shared.lap(self.name)
            pause = until_next_second()
            await anyio.sleep(pause)
            now, slept_now = self._shared.now(), self._slept()
            await self._tell(emit, before, now, planned=round(pause * SECOND), suspended=slept_now - slept)
            before, slept = self._shared.now(), slept_now

    async def _tell(self, emit: Emit, before: Instant, now: Instant, *, planned: int, suspended: int) -> None:
        """A gap that the machine slept through accuses nobody of being late."""
        late = now.awake - before.awake - planned
        if suspended > _SUSPENDED:
            self._look_afresh()
            await emit(Slept(self._shared.home, now, since=before.wall))
        elif late > _LATE:
            await emit(LoopLate(self._shared.home, now, by=late))

        if (now.awake - before.awake) - (now.wall - before.wall) > _SET_BACK:
            self._shared.errands.walk()

    def _look_afresh(self) -> None:
        """What was known before the sleep may be over."""
        shared = self._shared
        for nudge in (shared.to_files, shared.to_daemon, shared.to_health):
            nudge.poke()

        shared.errands.walk()
