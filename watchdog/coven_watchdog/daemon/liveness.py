"""Whether every loop makes progress: signs of life in; out: all is well, a loop that begins anew, or the end after a dump of all stacks.

How long a loop has not moved is counted in laps that we have waited ourselves, of awake time: the gap that a suspend, a pause of the
virtual machine or a SIGSTOP leaves is one lap, and kills nobody.

| what stands still | for | what happens |
| --- | --- | --- |
| a source of a home | 2 min; each time twice as long, up to 64 min | it is started again (`watchdog.source_failed`): its disk may hang, and other homes are well |
| a source that cannot be started again | as long again | the process ends |
| the worker of a channel | 2 min and two time-outs of a delivery | the process ends |
| any other loop | 2 min | the process ends |
| the event loop itself | 30 to 60 s, or 3/8 to 3/4 of systemd's patience if that is less | the process ends (`deadman`) |
"""

import logging
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

import anyio
from anyio import to_thread

from coven_watchdog import clock
from coven_watchdog.daemon.deadman import WITHIN, Deadman
from coven_watchdog.daemon.journal import STDERR
from coven_watchdog.daemon.notify import Notifier
from coven_watchdog.daemon.stacks import Noted, stacks, tasks
from coven_watchdog.errors import StoodStillError
from coven_watchdog.model.time import MINUTE, SECOND, Instant
from coven_watchdog.observe.nudge import to_whole_second

logger = logging.getLogger(__name__)

STANDS = 2 * MINUTE
"""Awake µs after which a loop that has not moved counts as standing still."""
_OFTEN = 5
"""A source that stands again and again is given 2⁵ times as long in the end: each start may leave a hanging thread behind."""
_FORGIVEN = 10 * MINUTE
_LAP = 10.0
_LONG = 2.0
_OF_PATIENCE = 6
"""Parts of systemd's patience: a sign with each of them leaves time for an end of our own, with more to say than systemd's."""
_NOTE_TASKS_EVERY = 3
_DUMPED_WITHIN = 5.0


class Loops(Protocol):
    """What is looked at."""

    def progress(self) -> Mapping[str, int]:
        """Awake µs at which each loop was last well; now, for one that rests and is not overdue."""
        ...

    def limit(self, loop: str) -> int:
        """µs for which it may stand, when it is not `STANDS`."""
        ...

    def start_again(self, loop: str) -> bool:
        """Have a loop begin anew; False when that is not for this loop."""
        ...


@dataclass
class _Watched:
    """One loop: where it was last seen, how long it has stood (µs, in our own laps), how long it has been well, and its fresh starts."""

    well: int
    stood: int = 0
    moved: int = 0
    again: int = 0
    asked: bool = False

    def see(self, well: int, lap: int, limit: int) -> None:
        """A lap later."""
        if well > self.well:
            self.well, self.stood, self.asked = well, 0, False
            self.moved += lap
        else:
            self.stood += lap

        if self.stood > limit:
            self.moved = 0
        elif self.moved > _FORGIVEN:
            self.again = 0


class Liveness:
    """Watches the watcher.

    Args:
        loops: every loop of the process.
        notifier: the service manager.
        last_words: what else is done before a hanging process ends, within 5 s and in another thread, such as to tell somebody.
        prefix: what each line of a dump begins with: its priority, where the journal reads it.
        now: reads the clock.
        lap: seconds between two looks, at most.
        within: seconds after which an event loop that stands is dead, at most.
    """

    def __init__(
        self,
        loops: Loops,
        notifier: Notifier,
        last_words: Callable[[], None],
        *,
        prefix: str = "",
        now: Callable[[], Instant] = clock.now,
        lap: float = _LAP,
        within: float = WITHIN,
    ) -> None:
        patience = notifier.watchdog / SECOND
        self._loops = loops
        self._notifier = notifier
        self._last_words = last_words
        self._prefix = prefix
        self._now = now
        self._lap = min(lap, patience / _OF_PATIENCE) if patience else lap
        self._within = min(within, patience * 3 / 4) if patience else within
        self._watched: dict[str, _Watched] = {}
        self._tasks: tuple[Noted, ...] = ()

    @property
    def moving(self) -> int:
        """How many loops make progress."""
        return len(self._watched) - len(self.standing)

    @property
    def standing(self) -> tuple[str, ...]:
        """The loops that do not make progress now."""
        return tuple(name for name, one in self._watched.items() if one.stood > self._loops.limit(name))

    async def run(self) -> None:
        """Look until cancelled.

        Raises:
            StoodStillError: a loop does not move any more; the stacks are on standard error.
        """
        deadman = Deadman(self._within, self._hangs)
        deadman.start()
        laps = 0
        before = self._now().awake
        try:
            while True:
                deadman.alive()
                if laps % _NOTE_TASKS_EVERY == 0:
                    self._tasks = tasks()

                await self._look_or_dump(self._now().awake - before)
                before, laps = self._now().awake, laps + 1
                await anyio.sleep(self._lap if self._lap < _LONG else to_whole_second(self._lap))
        finally:
            deadman.stop()

    async def _look_or_dump(self, passed: int) -> None:
        try:
            self.look(passed)
        except StoodStillError:
            # In a thread, and not for long: standard error may be what hangs.
            with anyio.move_on_after(_DUMPED_WITHIN):
                await to_thread.run_sync(self._dump, tasks(), abandon_on_cancel=True)

            raise

    def look(self, passed: int) -> None:
        """One look, `passed` µs after the last.

        Raises:
            StoodStillError: a loop does not move any more.
        """
        # A lap that took longer than it was to take says that we were kept from running, and so was everybody.
        lap = min(passed, round(self._lap * 2 * SECOND))
        progress = self._loops.progress()
        self._watched = {name: self._watched.get(name) or _Watched(well) for name, well in progress.items()}
        for name, well in progress.items():
            self._watched[name].see(well, lap, self._loops.limit(name))

        for name in self.standing:
            self._mend(name, self._watched[name])

        if self._notifier.watchdog:
            self._notifier.alive()

    def _mend(self, name: str, one: _Watched) -> None:
        """A fresh start where that can help, else the end."""
        limit = self._loops.limit(name)
        if not one.asked:
            if one.stood <= limit << min(one.again, _OFTEN):
                return

            one.asked = self._loops.start_again(name)
            if one.asked:
                one.stood, one.again = limit + 1, one.again + 1
                logger.warning("%s has not moved for %d s: it is started again", name, limit // SECOND)
                return

        if one.asked and one.stood <= 2 * limit:
            return

        message = f"{name} has not moved for {one.stood // SECOND} s"
        raise StoodStillError(message)

    def _hangs(self) -> None:
        """The event loop does not run any more. In a thread that may be left behind."""
        self._dump(self._tasks, f"the event loop has not run for {self._within / 2:g} s or more")
        self._last_words()

    def _dump(self, noted: tuple[Noted, ...], why: str = "") -> None:
        """Not by the log: what hangs may hold its lock."""
        said = [*([why] if why else []), *stacks(noted)]
        with suppress(OSError):
            os.write(STDERR, "".join(f"{self._prefix}{line}\n" for line in said).encode(errors="replace"))
