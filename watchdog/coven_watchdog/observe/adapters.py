"""A look comes in; what the daemon's adapters offer goes out. Coven is not asked unless the core asks: once for each daemon."""

from typing import ClassVar

from coven_watchdog.errors import CovenError
from coven_watchdog.model.incidents import LookRequest
from coven_watchdog.model.programs import AdaptersSeen
from coven_watchdog.model.words import Look
from coven_watchdog.observe.nudge import Nudge
from coven_watchdog.observe.shared import Shared
from coven_watchdog.observe.source import Emit

_REST = 60.0
_TIMEOUT = 8.0


class AdaptersSource:
    """Asks `GET /capabilities` when asked; what cannot be had is not asked for again."""

    name: ClassVar[str] = "adapters"
    looks: ClassVar[frozenset[Look]] = frozenset({Look.ADAPTERS})

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._nudge = Nudge()

    def ask(self, request: LookRequest) -> None:  # noqa: ARG002 - there is only one question about the adapters
        """Ask now."""
        self._nudge.poke()

    async def run(self, emit: Emit) -> None:
        """Wait to be asked, for ever."""
        shared = self._shared
        while True:
            shared.lap(self.name)
            asked = await shared.rest(self.name, self._nudge, _REST)
            if asked and shared.daemon is not None:
                daemon = shared.daemon
                names = await self._names()
                await emit(AdaptersSeen(shared.home, shared.now(), daemon, names))

    async def _names(self) -> tuple[str, ...] | None:
        shared = self._shared
        try:
            answer = await shared.turn.patiently(lambda: shared.client.adapters(_TIMEOUT))
        except CovenError:
            return None

        return answer.value
