"""Acts the script out: a simulated Coven, the real watchdog and a sink in a private directory; events come out as they happen."""

import math
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import assert_never

import anyio
from anyio import to_thread
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from coven_watchdog import clock
from coven_watchdog.deliver.couriers import CourierPool
from coven_watchdog.deliver.couriers import environment as courier_environment
from coven_watchdog.demo.script import (
    NEXT_STEPS,
    SCRIPT,
    Arrived,
    DemoEvent,
    Hear,
    Kill,
    Launch,
    Narrated,
    NextSteps,
    Pause,
    Say,
    Start,
    Step,
    Troubled,
)
from coven_watchdog.demo.sink import Received, Sink, open_sink
from coven_watchdog.demo.watcher import DESKTOP, USERS, DemoError, Destinations, Watcher, watching
from coven_watchdog.errors import WatchdogError
from coven_watchdog.settings import Secret
from coven_watchdog.simulated.control import SimulatedCoven

_SHORT_ROOT = Path("/tmp")  # noqa: S108 - a socket's path has 107 bytes, and mkdtemp makes the name its own
_LOOK_AGAIN = 0.1
_ENOUGH = 2
"""Attempts, after which a channel is taken at its word."""
_FURTHER = {DESKTOP: "Your desktop", USERS: "Your channel"}
_WORK_SECONDS, _FAST_WORK_SECONDS = 2, 0.5


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """How to play.

    Args:
        environment: of the process that asked.
        fast: without pauses.
        channel: a further Apprise URL that is told everything.
        patience: how many seconds each thing may take that must come.
        script: another play.
    """

    environment: Mapping[str, str] = field(repr=False)
    fast: bool = False
    channel: Secret | None = None
    patience: float = 20.0
    script: tuple[Step, ...] = SCRIPT


@asynccontextmanager
async def play(options: DemoOptions) -> AsyncIterator[MemoryObjectReceiveStream[DemoEvent]]:
    """The events of one performance, a stream that ends with it. However the block is left, nothing of the demo stays.

    Raises:
        WatchdogError: at the end of the block: what had to be shown was not, or a signal ended it.
    """
    send, receive = anyio.create_memory_object_stream[DemoEvent](math.inf)
    failures: list[WatchdogError] = []
    async with anyio.create_task_group() as group:
        group.start_soon(_perform, options, send, failures, name="performance")
        group.start_soon(_interrupted, group.cancel_scope, failures, name="signals")
        async with receive:
            yield receive

        group.cancel_scope.cancel()

    if failures:
        raise failures[0]


async def _perform(options: DemoOptions, send: MemoryObjectSendStream[DemoEvent], failures: list[WatchdogError]) -> None:
    async with send, _private_directory() as directory:
        try:
            await _on_stage(options, directory, send)
        except* WatchdogError as group:
            failures.append(_first(group))


async def _interrupted(scope: anyio.CancelScope, failures: list[WatchdogError]) -> None:
    """Signals that would leave everything lying about end the play in order."""
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGHUP) as signals:
        async for number in signals:
            failures.append(DemoError(f"the demo was ended by {number.name}"))
            scope.cancel()


def _first(group: BaseExceptionGroup[WatchdogError]) -> WatchdogError:
    error = group.exceptions[0]
    return error if isinstance(error, WatchdogError) else _first(error)


@asynccontextmanager
async def _private_directory() -> AsyncIterator[Path]:
    directory = await to_thread.run_sync(_made)
    try:
        yield directory
    finally:
        with anyio.CancelScope(shield=True):
            await to_thread.run_sync(shutil.rmtree, directory)


def _made() -> Path:
    return Path(tempfile.mkdtemp(prefix="cw.demo.", dir=_SHORT_ROOT if _SHORT_ROOT.is_dir() else None))


async def _on_stage(options: DemoOptions, directory: Path, send: MemoryObjectSendStream[DemoEvent]) -> None:
    """Put everything up, play, and see that the further channels, where there are any, get it all."""
    desktop = await _has_desktop(options.environment)
    async with open_sink() as sink, SimulatedCoven(directory / "coven") as coven:
        destinations = Destinations(sink.url, options.channel, desktop)
        async with watching(directory, coven.home, destinations, options.environment) as watcher:
            performance = _Performance(options, coven, watcher, sink, send)
            await performance.play(options.script)
            for channel, whose in _FURTHER.items():
                await performance.hand_over(channel, whose)

            await send.send(NextSteps(NEXT_STEPS))


async def _has_desktop(environment: Mapping[str, str]) -> bool:
    async with CourierPool(courier_environment(environment)) as pool:
        return not await pool.desktop_missing()


class _Performance:
    """One run through the script."""

    def __init__(
        self,
        options: DemoOptions,
        coven: SimulatedCoven,
        watcher: Watcher,
        sink: Sink,
        send: MemoryObjectSendStream[DemoEvent],
    ) -> None:
        self._options = options
        self._coven = coven
        self._watcher = watcher
        self._sink = sink
        self._send = send
        self._acted_at: int | None = None
        """Wall µs at which the daemon was killed, or served again: the fact that the next message is about."""

    async def play(self, script: tuple[Step, ...]) -> None:
        """Step by step.

        Raises:
            DemoError: the watchdog did not start, or a message did not come.
        """
        if not await self._watched():
            raise await self._watcher.failure("the watchdog did not come to watch")

        for step in script:
            await self._act(step)

    async def hand_over(self, channel: str, whose: str) -> None:
        """Wait until a further channel has taken everything, and say so when it has not."""
        with anyio.move_on_after(self._options.patience):
            while await self._still_trying(channel):  # noqa: ASYNC110 - another process' store tells
                await anyio.sleep(_LOOK_AGAIN)

        if await self._watcher.unsent(channel):
            said = await self._watcher.last_error(channel)
            text = f"{whose} did not take all of this: {said}" if said else f"{whose} is still busy with this."
            await self._send.send(Troubled(clock.now().wall, text))

    async def _still_trying(self, channel: str) -> bool:
        unsent = await self._watcher.unsent(channel)
        return bool(unsent) and all(one.attempts < _ENOUGH for one in unsent)

    async def _watched(self) -> bool:
        """Whether the watchdog has asked for the sessions: then it knows the daemon and waits for its end."""
        with anyio.move_on_after(self._options.patience):
            while not self._watcher.ended:
                if any("/sessions" in request["target"] for request in await self._coven.command("seen")):
                    return True

                await anyio.sleep(_LOOK_AGAIN)

        return False

    async def _act(self, step: Step) -> None:
        match step:
            case Say(text):
                await self._send.send(Narrated(clock.now().wall, text))
            case Pause(seconds):
                await anyio.sleep(0 if self._options.fast else seconds)
            case Launch():
                await self._launch(step)
            case Kill():
                self._acted_at = clock.now().wall
                await self._coven.kill()
            case Start():
                await self._coven.start()
                self._acted_at = clock.now().wall
            case Hear():
                await self._hear(step)
            case _:
                assert_never(step)

    async def _launch(self, step: Launch) -> None:
        self._acted_at = None
        seconds = _FAST_WORK_SECONDS if self._options.fast else _WORK_SECONDS
        prompt = step.prompt.format(seconds=seconds)
        await self._coven.launch(prompt, harness=step.harness, title=step.title, project=step.project)

    async def _hear(self, awaited: Hear) -> None:
        """Pass on what arrives until it is what was awaited.

        Raises:
            DemoError: it did not come.
        """
        with anyio.move_on_after(self._options.patience):
            async for received in self._sink.messages:
                if await self._arrived(received, awaited):
                    return

        raise await self._watcher.failure(f"no message told of {awaited.kind} ({awaited.reason})")

    async def _arrived(self, received: Received, awaited: Hear) -> bool:
        notification = await self._watcher.notification(received.token)
        if notification is None:
            message = f"a message arrived that the store does not know: {received.token}"
            raise DemoError(message)

        lines = tuple(received.body.splitlines())
        told_in = received.at - (self._acted_at or notification.fact_at)
        await self._send.send(Arrived(received.at, received.title, lines, received.tone, told_in))
        return (received.kind, notification.reason) == (awaited.kind, awaited.reason)
