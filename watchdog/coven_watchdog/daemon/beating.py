"""The heartbeat: a sign of life for an outside service at the start, then again and again while every loop makes progress."""

import logging
import math
from collections.abc import Awaitable, Callable

from coven_watchdog.daemon.pulse import Pulse
from coven_watchdog.deliver.heartbeat import Heartbeat
from coven_watchdog.model.words import Sign
from coven_watchdog.observe.nudge import Nudge, to_whole_second
from coven_watchdog.settings import Secret, Settings

logger = logging.getLogger(__name__)

_AT_THE_END = 2.0
_LONG = 2.0


class Beating:
    """Gives signs of life. One that is not taken is logged when it is news, and is no incident: the next one comes soon.

    Args:
        heartbeat: who carries them.
        settings: the settings in force.
    """

    def __init__(self, heartbeat: Heartbeat, settings: Callable[[], Settings]) -> None:
        self._heartbeat = heartbeat
        self._settings = settings
        self._nudge = Nudge()
        self._known: Secret | None = None
        self._failing = ""
        self.pulse = Pulse()

    def ask(self) -> None:
        """The settings may be others now."""
        self._nudge.poke()

    async def run(self, body: Callable[[], Awaitable[str]], well: Callable[[], bool]) -> None:
        """Until cancelled.

        Args:
            body: what is said of ourselves now.
            well: whether every loop makes progress.
        """
        while True:
            wanted = self._settings().heartbeat
            if wanted.wanted and (well() or wanted.url != self._known):
                await self._give(wanted.url, await body())

            seconds = _pause(wanted.every.seconds) if wanted.wanted else math.inf
            self.pulse.rests(seconds)
            await self._nudge.wait(seconds)
            self.pulse.works()

    async def once(self, body: str) -> None:
        """All is well, in a run that is over soon."""
        if self._settings().heartbeat.wanted:
            self._note(await self._heartbeat.give(self._settings().heartbeat.url, Sign.SUCCESS, body))

    async def failed(self, body: str) -> None:
        """It ends by an error."""
        if self._settings().heartbeat.wanted:
            await self._heartbeat.give(self._settings().heartbeat.url, Sign.FAIL, body, _AT_THE_END)

    def hangs(self, body: str) -> None:
        """It ends because the event loop hangs. Blocking, from another thread."""
        if self._settings().heartbeat.wanted:
            self._heartbeat.give_now(self._settings().heartbeat.url, Sign.FAIL, body)

    async def close(self) -> None:
        """No more signs."""
        await self._heartbeat.close()

    async def _give(self, url: Secret, body: str) -> None:
        """The first one to an address says that we start."""
        sign = Sign.SUCCESS if url == self._known else Sign.START
        self._known = url
        self._note(await self._heartbeat.give(url, sign, body))

    def _note(self, error: str) -> None:
        if error and error != self._failing:
            logger.warning("the heartbeat was not taken: %s", error)
        elif self._failing and not error:
            logger.info("the heartbeat is taken again")

        self._failing = error


def _pause(seconds: float) -> float:
    """With the wake-ups of others, when it is long."""
    return to_whole_second(seconds) if seconds >= _LONG else seconds
