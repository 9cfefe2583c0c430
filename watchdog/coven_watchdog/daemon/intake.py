"""The stream of observations into the engine: bounded, nothing dropped, one consumer; and the ticks for what only time decides."""

from collections.abc import Awaitable, Callable, Collection, Iterable
from math import inf
from typing import Self

import anyio

from coven_watchdog import clock
from coven_watchdog.engine import Engine
from coven_watchdog.judge.look import settled
from coven_watchdog.model.facts import Observation, Tick
from coven_watchdog.model.time import SECOND

After = Callable[[Observation], Awaitable[Iterable[Observation]]]

_WAITING = 256
_ANSWER_WITHIN = 3.0


class Intake:
    """One stream for all sources; a context manager that outlives them."""

    def __init__(self) -> None:
        self._send, self._receive = anyio.create_memory_object_stream[Observation](_WAITING)
        self._handled = anyio.Event()
        self.lap = clock.now().awake
        """Awake µs of the last observation taken, or of the last look for one."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._send.close()
        self._receive.close()

    async def emit(self, observation: Observation) -> None:
        """Hand in a fact; waits while the engine is behind."""
        await self._send.send(observation)

    async def run(self, engine: Engine, after: After) -> None:
        """Feed the engine, one observation at a time. `after` runs behind each, and may have more to say."""
        async for observation in self._receive:
            await engine.handle(observation, clock.now())
            for news in await after(observation):
                await engine.handle(news, clock.now())

            self.lap = clock.now().awake
            self._handled.set()
            self._handled = anyio.Event()

    async def tick(self, engine: Engine) -> None:
        """Let the engine judge again when it asked for it, without a new fact."""
        while True:
            handled = self._handled
            due = engine.next_wake()
            seconds = inf if due is None else max(0.0, (due[1] - clock.now().awake) / SECOND)
            with anyio.move_on_after(seconds) as waiting:
                await handled.wait()

            if due is not None and waiting.cancelled_caught:
                await self.emit(Tick(due[0], clock.now()))
                await handled.wait()

    async def settled(self, engine: Engine, homes: Collection[str]) -> None:
        """Wait until every home has been looked at well enough for a single judgement."""
        with anyio.move_on_after(_ANSWER_WITHIN * max(1, len(homes))):
            while not all((state := engine.state(home)) is not None and settled(state) for home in homes):
                await self._handled.wait()
