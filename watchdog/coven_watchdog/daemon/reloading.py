"""The configuration read again, at an edit or a SIGHUP: new settings are put in force everywhere, faulty ones are said."""

import logging
import math
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

import anyio
from anyio.abc import TaskGroup

from coven_watchdog import clock
from coven_watchdog.daemon.audience import Audience
from coven_watchdog.daemon.beating import Beating
from coven_watchdog.daemon.configuration import Configuration
from coven_watchdog.daemon.digests import Digests
from coven_watchdog.daemon.homes import Homes
from coven_watchdog.daemon.keeper import Keeper
from coven_watchdog.daemon.notify import Notifier
from coven_watchdog.daemon.pulse import Pulse
from coven_watchdog.deliver.outbox import Outbox
from coven_watchdog.errors import StoreError
from coven_watchdog.model.facts import SELF_HOME, Observation, OwnTrouble
from coven_watchdog.model.looks import BlindWindow, HomeLook
from coven_watchdog.observe.nudge import Nudge
from coven_watchdog.settings import Settings
from coven_watchdog.store import Memory, Store

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class InForce:
    """Everything that follows the settings."""

    store: Store
    keeper: Keeper
    outbox: Outbox
    homes: Homes
    audience: Audience
    digests: Digests
    beating: Beating
    notifier: Notifier
    emit: Callable[[Observation], Awaitable[None]]


class Reloading:
    """Puts settings in force, the first and every later ones.

    Args:
        configuration: the settings.
        parts: who must follow them.
        nudge: poked when the configuration is to be read again.
    """

    def __init__(self, configuration: Configuration, parts: InForce, nudge: Nudge) -> None:
        self._configuration = configuration
        self._parts = parts
        self._nudge = nudge
        self.pulse = Pulse()
        self._one_at_a_time = anyio.Lock()

    async def edited(self) -> None:
        """The file is another one."""
        self._nudge.poke()

    async def run(self, tasks: TaskGroup) -> None:
        """Reload whenever poked. New watches run in `tasks`."""
        while True:
            self.pulse.rests()
            await self._nudge.wait(math.inf)
            self.pulse.works()
            await self.reload(tasks)

    async def begin(self, tasks: TaskGroup, memory: Memory) -> None:
        """Put the first settings in force, after what the run before left; returns once every home is watched."""
        async with self._one_at_a_time:
            self._say_warnings()
            await self._tell("")
            known = {incident.home for incident in (*memory.open, *memory.recent)} - {SELF_HOME}
            await self._parts.keeper.write(forgotten=await self._parts.homes.forget(known))
            await self._follow(tasks, memory.looks, "the watchdog did not run")

    async def reload(self, tasks: TaskGroup) -> None:
        """Take the configuration as it is now, or say why it cannot be taken. One at a time: a signal and an edit may coincide."""
        async with self._one_at_a_time:
            changed = await self._configuration.reload()
            error = self._configuration.error
            await self._tell(error)
            if error:
                logger.warning("the configuration was not taken: %s", error)
            elif changed:
                self._parts.notifier.reloading()
                logger.info("new configuration in force")
                self._say_warnings()
                self._parts.outbox.reconfigure()
                await self._follow(tasks, await self._remembered(), "it was not watched")
                self._parts.audience.ask()
                self._parts.digests.ask()
                self._parts.beating.ask()

            self._parts.notifier.reloaded()
            self._parts.keeper.poke()

    async def _follow(self, tasks: TaskGroup, looks: Mapping[str, HomeLook], why: str) -> None:
        """Have these channels, and watch these homes; of a home that was seen before, say when nobody watched."""
        settings, parts = self._settings(), self._parts
        gaps = _gaps({home.path for home in settings.watched} - parts.homes.watched, looks, why)
        await parts.keeper.write(blind=gaps, configured=[channel.name for channel in settings.channels])
        gone = await parts.homes.follow(tasks, looks)
        await parts.keeper.write(forgotten=gone)

    async def _remembered(self) -> Mapping[str, HomeLook]:
        """The last looks of homes that were watched before."""
        try:
            return (await self._parts.store.load()).looks
        except StoreError as error:
            logger.warning("cannot read the last looks: %s", error.message)
            return {}

    async def _tell(self, error: str) -> None:
        await self._parts.emit(OwnTrouble(SELF_HOME, clock.now(), "self:config", error or None))

    def _say_warnings(self) -> None:
        for warning in self._configuration.loaded.warnings:
            logger.warning("%s", warning)

    def _settings(self) -> Settings:
        return self._configuration.settings()


def _gaps(homes: Iterable[str], looks: Mapping[str, HomeLook], why: str) -> Collection[BlindWindow]:
    now = clock.now().wall
    return [BlindWindow(home, looks[home].seen_at, now, why) for home in homes if home in looks]
