"""What must be done now and then: forget what is too old, go back to the disk, and say what became of the store."""

import logging
from collections.abc import Awaitable, Callable

import anyio

from coven_watchdog import clock
from coven_watchdog.daemon.keeper import Keeper
from coven_watchdog.daemon.pulse import Pulse
from coven_watchdog.daemon.samples import Samples
from coven_watchdog.deliver.outbox import Outbox
from coven_watchdog.errors import StoreError
from coven_watchdog.model.facts import SELF_HOME, Observation, OwnTrouble, Slept, StoreChanged, Tick
from coven_watchdog.model.looks import SLEPT, BlindWindow
from coven_watchdog.settings import Settings
from coven_watchdog.store import Store, StoreCondition

logger = logging.getLogger(__name__)

_ROUND = 60.0
_PURGE_EVERY = 60
"""In rounds: once an hour."""


class Chores:
    """The housekeeping of one run.

    Args:
        store: what is kept in order.
        keeper: who writes down how things stand.
        outbox: who delivers.
        settings: the settings in force.
        emit: takes observations.
        every: seconds between two rounds.
    """

    def __init__(
        self,
        store: Store,
        keeper: Keeper,
        outbox: Outbox,
        settings: Callable[[], Settings],
        emit: Callable[[Observation], Awaitable[None]],
        *,
        every: float = _ROUND,
    ) -> None:
        self._store = store
        self._keeper = keeper
        self._outbox = outbox
        self._settings = settings
        self._emit = emit
        self._every = every
        self.pulse = Pulse()
        self._condition: StoreCondition | None = None
        self._samples = Samples()

    async def run(self) -> None:
        """Go round once a minute."""
        rounds = 0
        while True:
            if rounds % _PURGE_EVERY == 0:
                await self._purge()

            rounds += 1
            self.pulse.rests(self._every)
            await anyio.sleep(self._every)
            self.pulse.works()
            await self._sample()
            await self._store.retry_disk()
            if self._store.condition != self._condition:
                # What has become of it is told behind the tick, by the one task that feeds the engine.
                await self._emit(Tick(SELF_HOME, clock.now()))

    async def after(self, observation: Observation) -> tuple[Observation, ...]:
        """Behind each observation: write down a sleep, and give what the store's condition has become."""
        if isinstance(observation, Slept):
            window = BlindWindow(observation.home, observation.since, observation.at.wall, SLEPT)
            await self._keeper.write(blind=[window])

        self._samples.note(observation)
        self._keeper.poke()
        return self._condition_news()

    async def written(self) -> None:
        """The store's file was written to: by ourselves, or by a command that wants a message sent, or something left untold."""
        self._keeper.poke()
        try:
            news = await self._store.changed_elsewhere()
        except StoreError as error:
            logger.warning("cannot see whether a command wrote to the store: %s", error.message)
            news = True

        if news:
            settings = self._settings()
            self._outbox.wake([channel.name for channel in settings.channels])
            for home in (SELF_HOME, *(home.path for home in settings.watched)):
                await self._emit(StoreChanged(home, clock.now()))

    async def _sample(self) -> None:
        """Write down what the last minute was like."""
        samples = self._samples.take(clock.now().wall)
        if samples:
            await self._keeper.write(samples=samples)

    async def _purge(self) -> None:
        """Forget what is too old; what the store does not do now it will do in an hour."""
        try:
            await self._store.purge(clock.now().wall)
        except StoreError as error:
            logger.warning("cannot forget what is too old: %s", error.message)

    def _condition_news(self) -> tuple[Observation, ...]:
        """Whether what is committed is recorded, when that has changed."""
        condition = self._store.condition
        if condition == self._condition:
            return ()

        self._condition = condition
        trouble = _trouble(condition)
        if trouble is not None:
            logger.warning("%s", trouble)

        return (OwnTrouble(SELF_HOME, clock.now(), "self:store", trouble),)


def _trouble(condition: StoreCondition) -> str | None:
    if not condition.recorded:
        return f"not recorded: {condition.why}"

    if condition.damaged is not None:
        return f"the database was damaged; it was kept as {condition.damaged.name} and a new one was begun"

    return None
