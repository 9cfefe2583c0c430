"""A look comes in; which programs the daemon's process finds goes out. Nothing is read unless the core asks."""

import os
from typing import ClassVar

import anyio

from coven_watchdog.coven.programs import programs
from coven_watchdog.model.facts import Identity
from coven_watchdog.model.incidents import LookRequest
from coven_watchdog.model.programs import Program, ProgramsSeen
from coven_watchdog.model.words import Look
from coven_watchdog.observe.nudge import Nudge
from coven_watchdog.observe.shared import Shared
from coven_watchdog.observe.source import Emit

_REST = 60.0
_HANGING = 5.0


class ProgramsSource:
    """Looks for the harnesses' programs when asked.

    Args:
        shared: the home's common ground.
        hanging: seconds after which a directory of some PATH is given up: then nothing is known.
    """

    name: ClassVar[str] = "programs"
    looks: ClassVar[frozenset[Look]] = frozenset({Look.PROGRAMS})

    def __init__(self, shared: Shared, *, hanging: float = _HANGING) -> None:
        self._shared = shared
        self._hanging = hanging
        self._nudge = Nudge()

    def ask(self, request: LookRequest) -> None:  # noqa: ARG002 - there is only one question about the programs
        """Look now."""
        self._nudge.poke()

    async def run(self, emit: Emit) -> None:
        """Wait to be asked, for ever."""
        shared = self._shared
        while True:
            shared.lap(self.name)
            asked = await shared.rest(self.name, self._nudge, _REST)
            if asked and shared.daemon is not None:
                daemon = shared.daemon
                found = await self._find(daemon)
                await emit(ProgramsSeen(shared.home, shared.now(), daemon, found))

    async def _find(self, daemon: Identity) -> tuple[Program, ...]:
        """Nothing is known where environments may not be read, nor of a daemon in a container, whose files are others."""
        shared = self._shared
        if shared.apart or not shared.settings().privacy.read_environ:
            return ()

        with anyio.move_on_after(self._hanging):
            return await shared.call(programs, daemon, shared.paths.root, shared.used, os.environ.get("PATH", ""))

        return ()
