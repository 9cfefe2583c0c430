"""A look comes in; the last lines that a session printed go out. Coven is not asked unless the core asks, and never when nobody wants output."""

from typing import ClassVar

from coven_watchdog.coven.tail import Tail, last_lines
from coven_watchdog.errors import CovenError
from coven_watchdog.model.incidents import LookRequest
from coven_watchdog.model.processes import TailSeen
from coven_watchdog.model.words import Look
from coven_watchdog.observe.nudge import Nudge
from coven_watchdog.observe.shared import Shared
from coven_watchdog.observe.source import Emit

_REST = 60.0
_TIMEOUT = 8.0


class TailsSource:
    """Reads the end of one session after the other, each when asked."""

    name: ClassVar[str] = "tails"
    looks: ClassVar[frozenset[Look]] = frozenset({Look.TAIL})

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._nudge = Nudge()
        self._wanted: dict[str, None] = {}

    def ask(self, request: LookRequest) -> None:
        """Read this one, and tell in any case."""
        self._wanted[request.subject] = None
        self._nudge.poke()

    async def run(self, emit: Emit) -> None:
        """Wait to be asked, for ever."""
        shared = self._shared
        while True:
            while self._wanted:
                await emit(await self._read(next(iter(self._wanted))))

            shared.lap(self.name)
            await shared.rest(self.name, self._nudge, _REST)

    async def _read(self, session: str) -> TailSeen:
        """What cannot be had is an answer, too."""
        shared, tail = self._shared, Tail()
        del self._wanted[session]
        try:
            while shared.settings().privacy.output_lines and not (tail.done or tail.lost):
                await self._ask(session, tail)
        except CovenError:
            return TailSeen(shared.home, shared.now(), session, known=False)

        keys = shared.settings().privacy
        lines = await shared.call(last_lines, tail.text, keys.output_lines, keys.patterns) if tail.done else ()
        return TailSeen(shared.home, shared.now(), session, lines, tail.dropped, known=tail.done)

    async def _ask(self, session: str, tail: Tail) -> None:
        shared, (after, limit) = self._shared, tail.request
        answer = await shared.turn.patiently(lambda: shared.client.output(session, after, limit, _TIMEOUT))
        shared.beat(self.name)
        tail.told(answer.value)
