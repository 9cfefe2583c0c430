"""`run`: from the command line's options to a watching process, and back to an exit code."""

import faulthandler
import logging
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import anyio
from anyio.abc import TaskGroup

from coven_watchdog import __version__, clock
from coven_watchdog.config import state_directory
from coven_watchdog.daemon.configuration import Configuration
from coven_watchdog.daemon.doorbell import Bells, watch
from coven_watchdog.daemon.ending import Ending
from coven_watchdog.daemon.instance import single_instance
from coven_watchdog.daemon.intake import Intake
from coven_watchdog.daemon.journal import STDERR, keep_streams
from coven_watchdog.daemon.options import RunOptions
from coven_watchdog.daemon.parts import Parts, Resources, Surroundings, assembled
from coven_watchdog.deliver.couriers import CourierPool, environment
from coven_watchdog.errors import ReplacedError, WatchdogError
from coven_watchdog.model.facts import SELF_HOME, Tick
from coven_watchdog.observe.nudge import Nudge
from coven_watchdog.store import open_store

logger = logging.getLogger(__name__)

_LETS_FINISH = 1.0
_ONCE_LOOKS = 10.0
_ONCE_DELIVERS = 30.0
_READY_WITHIN = 5.0


def run(options: RunOptions) -> int:
    """Watch until a signal says stop (or once). Returns the exit code: 0, or 75 when the installed package was replaced.

    Raises:
        ConfigError: the configuration cannot be used.
        AlreadyRunningError: another watchdog holds the state directory.
        StoreError: the store was written by a later version, or takes nothing any more, not even in memory.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    keep_streams()
    # Where everything stood, in the journal, when systemd's own timer runs out and it sends SIGABRT.
    faulthandler.enable(STDERR)
    configuration = Configuration(options)
    with single_instance(state_directory(options.environ)):
        return anyio.run(Supervisor(options, configuration, Ending()).main)


class Supervisor:
    """Runs the parts: each is started when what it needs runs, and they end in the reverse order.

    Args:
        options: the command line.
        configuration: the settings in force.
        ending: how it is told to end.
    """

    def __init__(self, options: RunOptions, configuration: Configuration, ending: Ending) -> None:
        self._ending = ending
        self._configuration = configuration
        self._here = Surroundings.of(options, configuration)

    async def main(self) -> int:
        """The life of the process; its exit code.

        Raises:
            WatchdogError: what ended it.
        """
        code = WatchdogError.exit_code
        try:
            code = await self._heard()
        finally:
            if code == WatchdogError.exit_code:
                await self._here.beating.failed(f"coven-watchdog {__version__} ended by an error; its log says which\n")

            await self._here.beating.close()
            self._here.notifier.close()
            self._ending.reached(code)

        return code

    async def _heard(self) -> int:
        """One life, with an ear for signals from its first moment to its last."""
        try:
            async with anyio.create_task_group() as listening:
                body, hangup = anyio.CancelScope(), Nudge()
                await listening.start(self._ending.hear, body.cancel, partial(self._hung_up, hangup), name="signals")
                await self._live(body, hangup)
                listening.cancel_scope.cancel()
        except BaseExceptionGroup as group:
            return _code(group)

        return 0

    def _hung_up(self, hangup: Nudge) -> None:
        """SIGHUP. Whoever sent it may wait for the word that we have begun."""
        self._here.notifier.reloading()
        hangup.poke()

    async def _live(self, body: anyio.CancelScope, hangup: Nudge) -> None:
        """Run everything until `body` is cancelled or over, then end it in reverse order, bounded by the backstop."""
        async with self._assembled(hangup) as parts, anyio.create_task_group() as tasks:
            try:
                with body:
                    await (self._once if self._here.once else self._watch)(parts, tasks)
            finally:
                self._ending.begin()
                self._here.notifier.stopping()
                with anyio.CancelScope(shield=True):
                    await parts.outbox.finish(_LETS_FINISH)
                    await parts.keeper.keep()

            tasks.cancel_scope.cancel()

        logger.info("stopped")

    @asynccontextmanager
    async def _assembled(self, hangup: Nudge) -> AsyncIterator[Parts]:
        """Store, stream and couriers outlive all tasks that use them."""
        env = self._here.environ
        async with open_store(state_directory(env), now=clock.now(), boot=self._here.machine.boot) as store:
            memory = await store.load()
            await store.release()
            with Intake() as intake:
                async with CourierPool(environment(env), preload=self._preload) as pool:
                    yield assembled(self._here, Resources(store, memory, pool, intake, hangup))

    async def _watch(self, parts: Parts, tasks: TaskGroup) -> None:
        """Watch for ever."""
        armed = anyio.Event()
        tasks.start_soon(self._ready, armed, name="ready")
        tasks.start_soon(parts.liveness.run, name="liveness")
        self._start_engine(parts, tasks)
        await tasks.start(parts.outbox.run, name="outbox")
        tasks.start_soon(parts.chores.run, name="chores")
        tasks.start_soon(parts.keeper.run, name="last looks")
        tasks.start_soon(parts.audience.run, name="audience")
        await parts.reloading.begin(tasks, parts.memory)
        await parts.keeper.keep()
        armed.set()
        logger.info("watching %s", ", ".join(home.path for home in self._configuration.settings().watched))
        tasks.start_soon(parts.reloading.run, tasks, name="reload")
        tasks.start_soon(parts.digests.run, name="digests")
        tasks.start_soon(parts.replaced.run, name="installation")
        tasks.start_soon(watch, lambda: self._bells(parts), parts.bell, name="doorbell")
        tasks.start_soon(self._beat, parts, name="heartbeat")
        await anyio.sleep_forever()

    async def _ready(self, armed: anyio.Event) -> None:
        """Tell the service manager, at the latest when the first looks have had their time: a home that hangs is watched all the same."""
        with anyio.move_on_after(_READY_WITHIN):
            await armed.wait()

        self._here.notifier.ready()

    async def _beat(self, parts: Parts) -> None:
        """Signs of life for the outside."""
        live = parts.liveness
        await self._here.beating.run(lambda: parts.herald.body(live.moving), lambda: not live.standing)

    async def _once(self, parts: Parts, tasks: TaskGroup) -> None:
        """Look, commit, deliver, end."""
        self._start_engine(parts, tasks)
        with anyio.move_on_after(_ONCE_LOOKS):
            await parts.reloading.begin(tasks, parts.memory)
            await parts.intake.settled(parts.engine, [home.path for home in self._configuration.settings().watched])

        await parts.homes.end()
        await parts.intake.see_to(Tick(SELF_HOME, clock.now()))
        await parts.outbox.drain(_ONCE_DELIVERS)
        await self._here.beating.once(f"coven-watchdog {__version__} has looked, and told what there was\n")

    @staticmethod
    def _start_engine(parts: Parts, tasks: TaskGroup) -> None:
        tasks.start_soon(parts.intake.run, parts.engine, parts.chores.after, name="engine")
        tasks.start_soon(parts.intake.tick, parts.engine, name="deadlines")

    def _bells(self, parts: Parts) -> Bells:
        """The files whose change concerns us: of the configuration, of the program, and the store's log, which a command may have written."""
        log = parts.store.path.with_name(parts.store.path.name + "-wal")
        return {
            **dict.fromkeys(self._configuration.files, parts.reloading.edited),
            **dict.fromkeys(parts.replaced.files, parts.replaced.rung),
            log: parts.chores.written,
        }

    def _preload(self) -> bool:
        return self._configuration.settings().delivery.preload


def _code(group: BaseExceptionGroup[BaseException]) -> int:
    """The exit code for what ended the run.

    Raises:
        WatchdogError: what a person can understand.
        BaseExceptionGroup: a fault of ours.
    """
    own, other = group.split(WatchdogError)
    if own is None or other is not None:
        raise group

    replaced = own.subgroup(ReplacedError)
    error = _first(replaced or own)
    if replaced is None:
        raise error from None

    logger.warning("%s; ending so that the new version can start", error.message)
    return error.exit_code


def _first(group: BaseExceptionGroup[WatchdogError]) -> WatchdogError:
    error = group.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error
