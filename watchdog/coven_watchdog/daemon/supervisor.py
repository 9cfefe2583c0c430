"""`run`: from the command line's options to a watching process, and back to an exit code."""

import logging
import os
import random
import resource
import secrets
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import anyio
from anyio.abc import TaskGroup

from coven_watchdog import clock
from coven_watchdog.config import state_directory
from coven_watchdog.coven.paths import default_home
from coven_watchdog.daemon.chores import Chores
from coven_watchdog.daemon.configuration import Configuration
from coven_watchdog.daemon.doorbell import watch
from coven_watchdog.daemon.ending import Ending, bounded
from coven_watchdog.daemon.homes import Homes, Machine
from coven_watchdog.daemon.instance import single_instance
from coven_watchdog.daemon.intake import Intake
from coven_watchdog.daemon.names import names
from coven_watchdog.daemon.options import RunOptions
from coven_watchdog.decide.memory import Incidents
from coven_watchdog.decide.render import Page, render
from coven_watchdog.decide.words import Place
from coven_watchdog.deliver.couriers import CourierPool, environment
from coven_watchdog.deliver.outbox import Outbox
from coven_watchdog.engine import Engine, Ports
from coven_watchdog.errors import ReplacedError
from coven_watchdog.model.facts import SELF_HOME
from coven_watchdog.model.telling import Message
from coven_watchdog.model.time import Instant
from coven_watchdog.settings import Channel, Settings
from coven_watchdog.state import HomeState
from coven_watchdog.store import Claim, Memory, Store, open_store

logger = logging.getLogger(__name__)

_ONCE_LOOKS = 10.0
_ONCE_DELIVERS = 30.0


def run(options: RunOptions) -> int:
    """Watch until a signal says stop (or once). Returns the exit code: 0, or 75 when the installed package was replaced.

    Raises:
        ConfigError: the configuration cannot be used.
        AlreadyRunningError: another watchdog holds the state directory.
        StoreError: the store was written by a later version.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    configuration = Configuration(options)
    directory = state_directory(options.environ)
    with single_instance(directory), bounded() as ending:
        return anyio.run(Supervisor(options, configuration, ending).main)


class Supervisor:
    """Wires the parts together; each part is made in the order in which it is needed and ends in the reverse order."""

    def __init__(self, options: RunOptions, configuration: Configuration, ending: Ending) -> None:
        self._ending = ending
        self._options = options
        self._configuration = configuration
        self._boot = clock.boot_id()
        self._place = _place(options)

    async def main(self) -> int:
        """The life of the process."""
        code = 0
        try:
            async with self._parts() as (tasks, store, memory):
                await self._live(tasks, store, memory)
        except* ReplacedError as group:
            logger.warning("%s; ending so that the new version can start", _first(group).message)
            code = ReplacedError.exit_code

        return code

    @asynccontextmanager
    async def _parts(self) -> AsyncIterator[tuple[TaskGroup, Store, Memory]]:
        directory = state_directory(self._options.environ)
        async with open_store(directory, now=clock.now(), boot=self._boot) as store:
            memory = await store.load()
            await store.release()
            pool = CourierPool(environment(self._options.environ), preload=self._preload)
            with Intake() as self._intake:
                async with pool as self._pool, anyio.create_task_group() as tasks:
                    yield tasks, store, memory
                    tasks.cancel_scope.cancel()

    async def _live(self, tasks: TaskGroup, store: Store, memory: Memory) -> None:
        """Start everything, then wait for the end."""
        settings, intake = self._configuration.settings, self._intake
        outbox = Outbox(
            store,
            self._pool,
            settings=settings,
            now=clock.now,
            render=lambda claim, channel, now_settings, now: self._rendered(store, claim, channel, now_settings, now),
            report=intake.emit,
            draw=random.SystemRandom().random,
        )
        machine = Machine(os.getuid(), self._boot, clock.booted())
        homes = Homes(settings, clock.now, machine, intake.emit, lambda state: engine.watch(state))  # noqa: PLW0108 - the engine is made a line later
        ports = Ports(settings, homes.ask, outbox.wake, names(store.taken_ids, secrets.choice), patient=not self._options.once)
        engine = Engine(store, ports, Incidents.load(memory.open, memory.recent, memory.noted), self._boot)
        engine.watch(HomeState.new(SELF_HOME, clock.now(), boot=self._boot))
        chores = Chores(store, engine, outbox, self._pool, self._configuration, intake.emit, boot=self._boot)
        await chores.begin(memory)
        tasks.start_soon(intake.run, engine, chores.after, name="engine")
        tasks.start_soon(intake.tick, engine, name="deadlines")
        if self._options.once:
            await self._once(tasks, homes, memory, intake, engine, outbox)
            await chores.keep()
            return

        await tasks.start(outbox.run, name="outbox")
        tasks.start_soon(chores.run, name="chores")
        tasks.start_soon(chores.follow, name="last looks")
        tasks.start_soon(watch, lambda: chores.bells(homes, tasks), name="doorbell")
        async with anyio.create_task_group() as stopping:
            stopping.start_soon(_stop, self._ending, stopping.cancel_scope, name="signals")
            stopping.start_soon(_reload_signals, chores, homes, tasks, name="reload signal")
            await homes.follow(tasks, memory.looks)
            await chores.keep()
            logger.info("watching %s", ", ".join(home.path for home in settings().watched))

        await chores.keep()
        logger.info("stopped")

    async def _once(
        self, tasks: TaskGroup, homes: Homes, memory: Memory, intake: Intake, engine: Engine, outbox: Outbox
    ) -> None:
        """Look, commit, deliver, end."""
        with anyio.move_on_after(_ONCE_LOOKS):
            await homes.follow(tasks, memory.looks)
            await intake.settled(engine, [home.path for home in self._configuration.settings().watched])

        await outbox.drain(_ONCE_DELIVERS)

    def _named(self, settings: Settings) -> Place:
        return replace(self._place, host=settings.name or self._place.host)

    def _preload(self) -> bool:
        return self._configuration.settings().delivery.preload

    def _rendered(self, store: Store, claim: Claim, channel: Channel, settings: Settings, now: Instant) -> Message:
        note = "" if store.condition.recorded else f"Not recorded: {store.condition.why}."
        return render(Page(claim.notification, claim.members, channel, settings, now, self._named(settings)), note)


def _place(options: RunOptions) -> Place:
    """Where this machine's messages are made, under its own name."""
    user_home = options.environ.get("HOME", "")
    return Place(socket.gethostname().partition(".")[0], None, str(default_home(options.environ)), user_home)


def _first(group: BaseExceptionGroup[ReplacedError]) -> ReplacedError:
    error = group.exceptions[0]
    return error if isinstance(error, ReplacedError) else _first(error)


async def _stop(ending: Ending, scope: anyio.CancelScope) -> None:
    await ending.wait()
    scope.cancel()


async def _reload_signals(chores: Chores, homes: Homes, tasks: TaskGroup) -> None:
    with anyio.open_signal_receiver(signal.SIGHUP) as signals:
        async for _ in signals:
            await chores.reload(homes, tasks)
