"""The stream of observations into the engine: bounded, nothing dropped, one consumer; and the ticks for what only time decides."""

from collections.abc import Awaitable, Callable, Collection, Iterable
from math import inf
from typing import Self

import anyio

from coven_watchdog import clock
from coven_watchdog.daemon.pulse import Pulse
from coven_watchdog.engine import Engine
from coven_watchdog.judge.look import conclusive
from coven_watchdog.model.facts import Observation, Tick
from coven_watchdog.model.time import SECOND

After = Callable[[Observation], Awaitable[Iterable[Observation]]]

_WAITING = 256
_SAME_AGAIN = 0.05


class Intake:
    """One stream for all sources; a context manager that outlives them."""

    def __init__(self) -> None:
        self._send, self._receive = anyio.create_memory_object_stream[tuple[Observation, anyio.Event]](_WAITING)
        self._handled = anyio.Event()
        self.pulse = Pulse()
        """The engine's: it works from an observation until that is handled."""
        self.deadlines = Pulse()
        """That of the ticks."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._send.close()
        self._receive.close()

    async def emit(self, observation: Observation) -> None:
        """Hand in a fact; waits while the engine is behind."""
        await self._send.send((observation, anyio.Event()))

    async def see_to(self, observation: Observation) -> None:
        """Hand in a fact, and wait until the engine has handled it and all that came before. Not for the engine's own task."""
        handled = anyio.Event()
        await self._send.send((observation, handled))
        await handled.wait()

    async def run(self, engine: Engine, after: After) -> None:
        """Feed the engine, one observation at a time. `after` runs behind each, and may have more to say."""
        self.pulse.rests()
        async for observation, handled in self._receive:
            self.pulse.works()
            await engine.handle(observation, clock.now())
            for news in await after(observation):
                await engine.handle(news, clock.now())

            handled.set()
            self._handled.set()
            self._handled = anyio.Event()
            self.pulse.rests()

    async def tick(self, engine: Engine) -> None:
        """Let the engine judge again when it asked for it, without a new fact."""
        ticked: tuple[str, int] | None = None
        while True:
            due, handled = engine.next_wake(), self._handled
            seconds = pause(due, ticked)
            self.deadlines.rests(seconds)
            with anyio.move_on_after(seconds):
                await handled.wait()
                continue

            self.deadlines.works()
            if due is not None:
                await self.see_to(Tick(due[0], clock.now()))
                ticked = due

    async def settled(self, engine: Engine, homes: Collection[str]) -> None:
        """Wait until every home has been looked at well enough for a single judgement."""
        while not all(_answered(engine, home) for home in homes):
            await self._handled.wait()


def pause(due: tuple[str, int] | None, ticked: tuple[str, int] | None) -> float:
    """Seconds until a judgement is due. One that is due still after it was made must not keep us busy."""
    if due is None:
        return inf

    seconds = max(0.0, (due[1] - clock.now().awake) / SECOND)
    return max(seconds, _SAME_AGAIN) if due == ticked else seconds


def _answered(engine: Engine, home: str) -> bool:
    state, judgement = engine.state(home), engine.judgement(home)
    return state is not None and judgement is not None and conclusive(state, judgement, clock.now())
