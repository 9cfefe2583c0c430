"""What is written to the daemon's log comes in; what it tells of starts, panics and unfinished requests goes out.

Woken by the events of the home's files, and by the looks at them: it polls nothing itself.
"""

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

import anyio

from coven_watchdog.coven.log import panic_words, panicked
from coven_watchdog.coven.logbook import Entry, Start, entries, last_start
from coven_watchdog.coven.trail import Trail
from coven_watchdog.decide.text import said
from coven_watchdog.errors import CovenError
from coven_watchdog.model.facts import Observation
from coven_watchdog.model.incidents import LookRequest
from coven_watchdog.model.log import LogSeen, StartTried
from coven_watchdog.model.time import MINUTE, Instant
from coven_watchdog.model.words import Look, StartPhase
from coven_watchdog.observe.shared import Shared
from coven_watchdog.observe.source import Emit

_REST = 60.0
_HANGING = 20.0
_KEPT = 400
"""Lines: some sixteen starts."""
_WINDOW = 2 * MINUTE
_UNFINISHED = re.compile(r"unix connection error: .*\(os error 11\)")
_OPENING = "daemon-store-begin"
_SAYS = 200


class LogSource:
    """Follows the log of a home.

    Args:
        shared: the home's common ground.
        hanging: seconds after which a reading is given up.
    """

    name: ClassVar[str] = "log"
    looks: ClassVar[frozenset[Look]] = frozenset({Look.LOG})

    def __init__(self, shared: Shared, *, hanging: float = _HANGING) -> None:
        self._shared = shared
        self._hanging = hanging
        self._asked = False
        self._begin()

    def _begin(self) -> None:
        self._trail = Trail(self._shared.paths.log)
        self._lines: deque[Entry] = deque(maxlen=_KEPT)
        self._panic: int | None = None
        self._told: Observation | None = None

    def ask(self, request: LookRequest) -> None:  # noqa: ARG002 - there is only one question about the log
        """Read on now, and tell in any case."""
        self._asked = True
        self._shared.to_log.poke()

    async def run(self, emit: Emit) -> None:
        """Read on whenever something was written."""
        self._begin()
        while True:
            self._shared.lap(self.name)
            if await self._shared.rest(self.name, self._shared.to_log, _REST):
                await self._read(emit)

    async def _read(self, emit: Emit) -> None:
        asked, self._asked = self._asked, False
        at = self._shared.now()
        self._take(entries(await self._new()))
        seen = tell(self._shared.home, at, tuple(self._lines), self._panic)
        gist = replace(seen, at=Instant(0, 0))
        if asked or gist != self._told:
            self._told = gist
            await emit(seen)

    async def _new(self) -> tuple[str, ...]:
        """What is not read yet; a log that may not be read tells nothing."""
        with anyio.fail_after(self._hanging):
            try:
                return await self._shared.call(self._trail.read)
            except CovenError:
                return ()

    def _take(self, new: Sequence[Entry]) -> None:
        self._lines.extend(new)
        panics = [entry.at for entry in new if entry.at is not None and panicked([entry.raw])]
        self._panic = max(panics, default=self._panic)


def tell(home: str, at: Instant, lines: Sequence[Entry], panic: int | None) -> LogSeen:
    """What these lines tell. Pure."""
    late = [entry.at for entry in lines if entry.at is not None and _UNFINISHED.match(entry.says)]
    newest = max(late, default=None)
    count = sum(newest is not None and newest - one <= _WINDOW for one in late)
    says = "" if panic is None else said(panic_words([entry.raw for entry in lines]), _SAYS)
    return LogSeen(home, at, start=_start(lines), panic=panic, panic_says=says, unfinished=count, unfinished_at=newest)


def _start(lines: Sequence[Entry]) -> StartTried | None:
    start = last_start(lines)
    if start is None or start.at is None:
        return None

    stamps = [entry.at for entry in entries(start.lines) if entry.at is not None]
    step = next((phase for phase in reversed(start.phases) if phase != "after-spawn"), "")
    return StartTried(start.at, max(stamps, default=start.at), _phase(start), step, start.pid)


def _phase(start: Start) -> StartPhase:
    if start.serving:
        return StartPhase.SERVING

    return StartPhase.BIND if start.opened else StartPhase.STORE if _OPENING in start.phases else StartPhase.LOCK
