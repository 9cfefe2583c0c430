"""What must be done now and then: keep the last looks, purge, go back to the disk, reload, and say what is wrong with ourselves."""

import logging
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import anyio
from anyio.abc import TaskGroup

from coven_watchdog import __version__, clock
from coven_watchdog.coven import processes
from coven_watchdog.daemon.configuration import Configuration
from coven_watchdog.daemon.homes import Homes
from coven_watchdog.deliver.couriers import CourierPool
from coven_watchdog.deliver.outbox import Outbox
from coven_watchdog.engine import Engine
from coven_watchdog.errors import ReplacedError, StoreError
from coven_watchdog.model.facts import SELF_HOME, EventWriter, Observation, OwnTrouble, Slept, Storage
from coven_watchdog.model.looks import BlindWindow, HomeLook, WatchdogLook
from coven_watchdog.settings import Settings
from coven_watchdog.store import Memory, Store, StoreCondition

logger = logging.getLogger(__name__)

_KEEP_EVERY = 60.0
_CHANGES_APART = 0.25
_PURGE_EVERY = 60
"""In rounds of keeping: once an hour."""


class Chores:
    """The housekeeping of one run."""

    def __init__(
        self,
        store: Store,
        engine: Engine,
        outbox: Outbox,
        pool: CourierPool,
        configuration: Configuration,
        emit: Callable[[Observation], Awaitable[None]],
        *,
        boot: str,
    ) -> None:
        self._boot = boot
        self._store = store
        self._engine = engine
        self._outbox = outbox
        self._pool = pool
        self._configuration = configuration
        self._emit = emit
        self._since = clock.now().wall
        self._condition: StoreCondition | None = None
        self._nobody = ""
        self._reloading = anyio.Lock()
        self._kept: dict[str, HomeLook] = {}
        self._changed = anyio.Event()

    async def begin(self, memory: Memory) -> None:
        """Say when nobody was watching, and which channels there are."""
        now = clock.now().wall
        gaps = [BlindWindow(look.home, look.seen_at, now, "the watchdog did not run") for look in memory.looks.values()]
        await self._store.keep(blind=gaps, configured=[channel.name for channel in self._settings().channels])
        for warning in self._configuration.loaded.warnings:
            logger.warning("%s", warning)

    async def run(self) -> None:
        """Go round once a minute."""
        await self._who_would_be_told()
        rounds = 0
        while True:
            await self.keep()
            if rounds % _PURGE_EVERY == 0:
                await self._purge()

            rounds += 1
            await anyio.sleep(_KEEP_EVERY)
            if not self._store.condition.recorded:
                await self._store.retry_disk()
                for news in self._condition_news():
                    await self._emit(news)

    async def _purge(self) -> None:
        """Forget what is too old; a disk that does not take it will be tried again in an hour."""
        try:
            await self._store.purge(clock.now().wall)
        except StoreError as error:
            logger.warning("cannot forget what is too old: %s", error.message)

    async def keep(self) -> None:
        """Write down what is believed now. What the disk does not take is said, and tried again."""
        now = clock.now()
        try:
            await self._store.keep(
                looks=self._engine.looks(now), watchdog=self._own_look(now.wall), channels=self._outbox.channels()
            )
        except StoreError as error:
            logger.warning("cannot keep the last looks: %s", error.message)

    async def after(self, observation: Observation) -> tuple[Observation, ...]:
        """Behind each observation: write down a sleep, and give what the store's condition has become."""
        if isinstance(observation, Slept):
            window = BlindWindow(observation.home, observation.since, observation.at.wall, "the machine slept")
            await self._store.keep(blind=[window])

        look = self._engine.look(observation.home, observation.at)
        if look is not None and _gist(look) != self._kept.get(look.home):
            self._kept[look.home] = _gist(look)
            self._changed.set()

        return self._condition_news()

    async def follow(self) -> None:
        """Write down what is believed whenever it has changed: `status` reads it there."""
        while True:
            await self._changed.wait()
            self._changed = anyio.Event()
            await self.keep()
            await anyio.sleep(_CHANGES_APART)

    def _condition_news(self) -> tuple[Observation, ...]:
        """Whether what is committed is recorded, when that has changed."""
        condition = self._store.condition
        if condition == self._condition:
            return ()

        self._condition = condition
        trouble = _store_trouble(condition)
        if trouble is not None:
            logger.warning("%s", trouble)

        return (OwnTrouble(SELF_HOME, clock.now(), "self:store", trouble),)

    def bells(self, homes: Homes, tasks: TaskGroup) -> dict[Path, Callable[[], Awaitable[None]]]:
        """The files whose change concerns us: the configuration, and the store's log, which a command may have written."""

        async def edited() -> None:
            await self.reload(homes, tasks)

        log = self._store.path.with_name(self._store.path.name + "-wal")
        return {self._configuration.loaded.path: edited, log: self._written}

    async def reload(self, homes: Homes, tasks: TaskGroup) -> None:
        """Take the configuration as it is now, or say why it cannot be taken. One at a time: a signal and an edit may coincide."""
        async with self._reloading:
            await self._reload(homes, tasks)

    async def _reload(self, homes: Homes, tasks: TaskGroup) -> None:
        changed = await self._configuration.reload()
        error = self._configuration.error
        if error:
            logger.warning("the configuration was not taken: %s", error)
        elif changed:
            logger.info("new configuration in force")
            self._outbox.reconfigure()
            await self._store.keep(configured=[channel.name for channel in self._settings().channels])
            await homes.follow(tasks, (await self._store.load()).looks)
            await self._who_would_be_told()

        await self._emit(OwnTrouble(SELF_HOME, clock.now(), "self:config", error or None))
        await self.keep()

    async def _written(self) -> None:
        """A command may have put a message into the outbox."""
        if await self._store.changed_elsewhere():
            self._outbox.wake([channel.name for channel in self._settings().channels])

    async def _who_would_be_told(self) -> None:
        """Alerts that only a missing desktop would show reach nobody: say so, once, and in `status`."""
        missing = ""
        if any(channel.local for channel in self._settings().channels):
            try:
                missing = await self._pool.desktop_missing()
            except ReplacedError as error:
                missing = error.message

        only = all(channel.local for channel in self._settings().channels)
        self._nobody = f"nobody would be told: {missing}" if missing and only else missing
        if self._nobody:
            logger.warning("%s", self._nobody)

    def _own_look(self, now: int) -> WatchdogLook:
        own = processes.identity(os.getpid())
        notes = [note for note in (self._nobody, "" if self._store.condition.recorded else self._store.condition.why) if note]
        return WatchdogLook(
            pid=os.getpid(),
            started=own.started if own else 0,
            boot=self._boot,
            since=self._since,
            seen_at=now,
            version=__version__,
            config=str(self._configuration.loaded.path) if self._configuration.loaded.exists else "",
            config_error=self._configuration.error,
            notes=tuple(notes),
        )

    def _settings(self) -> Settings:
        return self._configuration.settings()


def _gist(look: HomeLook) -> HomeLook:
    """What makes a look another one: not when it was made, nor what moves all the time."""
    return replace(
        look,
        seen_at=0,
        daemon=replace(look.daemon, latency=None),
        storage=look.storage and Storage(look.storage.status),
        event_writer=look.event_writer and EventWriter(look.event_writer.state),
        free_bytes=None,
    )


def _store_trouble(condition: StoreCondition) -> str | None:
    if not condition.recorded:
        return f"not recorded: {condition.why}"

    if condition.damaged is not None:
        return f"the database was damaged; it was kept as {condition.damaged.name} and a new one was begun"

    return None
