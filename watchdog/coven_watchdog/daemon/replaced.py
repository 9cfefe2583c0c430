"""Notices that the package was replaced under the running service: a poke when its files changed in, the end of the run out.

An installer takes seconds, in which there is half a package: that is waited for. What is no package even then ends the run as well:
nothing could be sent any more.
"""

import logging
import math
from pathlib import Path

import anyio

from coven_watchdog.daemon.pulse import Pulse
from coven_watchdog.deliver.couriers import CourierPool
from coven_watchdog.deliver.process import CourierDiedError
from coven_watchdog.errors import ReplacedError
from coven_watchdog.observe.nudge import Nudge

logger = logging.getLogger(__name__)

_SETTLES = 2.0
_TRIES = 30


class Replaced:
    """Watches the installation.

    Args:
        pool: knows which files it is, and starts a program of it.
        settles: seconds for which nothing may have changed before it is looked at; between two tries as well.
        tries: how often.
    """

    def __init__(self, pool: CourierPool, *, settles: float = _SETTLES, tries: int = _TRIES) -> None:
        self._pool = pool
        self._settles = settles
        self._tries = tries
        self._nudge = Nudge()
        self.pulse = Pulse()

    @property
    def files(self) -> tuple[Path, ...]:
        """Whose change is to be told to `rung`."""
        return self._pool.files

    async def rung(self) -> None:
        """Some file of it may be another one."""
        self._nudge.poke()

    async def run(self) -> None:
        """Look whenever poked.

        Raises:
            ReplacedError: another version is installed, or none that works.
        """
        while True:
            self.pulse.rests()
            await self._nudge.wait(math.inf)
            self.pulse.works()
            if self._pool.ours != await self._pool.installed():
                await self._settle()

    async def _settle(self) -> None:
        """Wait until it is whole, and see what it is."""
        why = "it is being changed"
        for _ in range(self._tries):
            before = await self._pool.installed()
            self.pulse.rests(self._settles)
            await anyio.sleep(self._settles)
            self.pulse.works()
            if before != await self._pool.installed():
                continue

            try:
                await self._pool.examine()
            except CourierDiedError as error:
                why = error.message
            else:
                logger.info("the same version was installed again")
                return

        message = f"the installed package was replaced, and does not work: {why}"
        raise ReplacedError(message)
