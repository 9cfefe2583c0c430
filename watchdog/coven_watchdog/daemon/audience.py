"""Whether anybody would be told: the channels come in, and a note for `status` and the log goes out when nobody would."""

import logging
import math
from collections.abc import Callable
from typing import Protocol

from coven_watchdog.daemon.pulse import Pulse
from coven_watchdog.observe.nudge import Nudge
from coven_watchdog.settings import Settings

logger = logging.getLogger(__name__)

_AGAIN = 600.0


class Desktop(Protocol):
    """Who knows the desktop: the pool of couriers."""

    async def desktop_missing(self) -> str:
        """Why nothing can be shown now, or ""."""
        ...


class Audience:
    """Asks for the desktop where a channel needs one: at the start, after a reload, and while it is missing every 10 minutes.

    Args:
        desktop: who knows.
        settings: the settings in force.
        note: takes what is to be said in `status`, "" when all is well.
        again: seconds after which a missing desktop is looked for again.
    """

    def __init__(
        self, desktop: Desktop, settings: Callable[[], Settings], note: Callable[[str], None], *, again: float = _AGAIN
    ) -> None:
        self._desktop = desktop
        self._settings = settings
        self._note = note
        self._again = again
        self._nudge = Nudge()
        self.pulse = Pulse()
        self._said = ""

    def ask(self) -> None:
        """The channels may be others now."""
        self._nudge.poke()

    async def run(self) -> None:
        """Ask until cancelled.

        Raises:
            ReplacedError: the installed package is not ours any more.
        """
        while True:
            said = await self._missing()
            if said and said != self._said:
                logger.warning("%s", said)

            self._said = said
            self._note(said)
            seconds = self._again if said else math.inf
            self.pulse.rests(seconds)
            await self._nudge.wait(seconds)
            self.pulse.works()

    async def _missing(self) -> str:
        local = [channel.local for channel in self._settings().channels]
        if not local:
            return "nobody would be told: there is no channel"

        missing = await self._desktop.desktop_missing() if any(local) else ""
        return f"nobody would be told: {missing}" if missing and all(local) else missing
