"""The fence around a source: whatever it raises comes in, `SourceFailed` and `SourceWorks` go out, and the source is started again.

One failing source never stops the others. This is one of the named places that may catch everything.
"""

import random
from collections.abc import Callable

import anyio

from coven_watchdog.decide.backoff import delay
from coven_watchdog.decide.text import said
from coven_watchdog.model.facts import Observation, SourceFailed, SourceWorks
from coven_watchdog.model.time import MINUTE, SECOND
from coven_watchdog.observe.nudge import Nudge
from coven_watchdog.observe.shared import Shared
from coven_watchdog.observe.source import Emit, Source

_STEADY = MINUTE
_ERROR_LENGTH = 200
_draw = random.SystemRandom().random


async def guard(source: Source, emit: Emit, shared: Shared, draw: Callable[[], float] = _draw) -> None:
    """Run a source for ever, with growing pauses after failures.

    `SourceWorks` follows the first lap after a failure (or a minute without one); the count of failures is forgotten only after
    a minute's run, so that a source that fails lap after lap is started ever more rarely.

    Args:
        source: what to run. That it ends is a failure too.
        emit: what it raises is not the source's failure: it ends the fence when it also refuses `SourceFailed`.
        shared: the home's common ground, for the clock and the signs of life.
        draw: a random number in [0, 1) for the pause.
    """
    failures = 0
    while True:
        began = shared.now().awake
        error = await _attempt(source, emit, shared, failed_before=failures > 0)
        failures = 1 if shared.now().awake - began > _STEADY else failures + 1
        await emit(SourceFailed(shared.home, shared.now(), source.name, _sentence(error), failures))
        await shared.rest(source.name, Nudge(), delay(failures, draw()) / SECOND)


async def _attempt(source: Source, emit: Emit, shared: Shared, *, failed_before: bool) -> BaseException:
    """One run of the source, up to what ended it."""
    note = _Note(emit)
    error: BaseException = RuntimeError("it ended by itself")
    async with anyio.create_task_group() as tg:
        if failed_before:
            lapped = shared.laps[source.name] = anyio.Event()
            tg.start_soon(_recovered, source.name, lapped, shared, note, name=f"{shared.home}: {source.name} recovery")

        try:
            with anyio.CancelScope() as shared.attempts[source.name]:
                await source.run(note.emit)

            if shared.attempts[source.name].cancelled_caught:
                error = TimeoutError("it had not moved for minutes")
        except Exception as caught:  # noqa: BLE001 - the fence
            error = caught

        tg.cancel_scope.cancel()

    return error


class _Note:
    """Remembers what the source said of its fallback, so that the all-clear after a failure repeats it."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self.text = ""

    async def emit(self, observation: Observation) -> None:
        if isinstance(observation, SourceWorks):
            self.text = observation.note

        await self._emit(observation)


async def _recovered(name: str, lapped: anyio.Event, shared: Shared, note: _Note) -> None:
    """Tell that the source works again, and still with which fallback."""
    with anyio.move_on_after(_STEADY / SECOND):
        await lapped.wait()

    await note.emit(SourceWorks(shared.home, shared.now(), name, note.text))


def _sentence(error: BaseException) -> str:
    """The first cause, redacted, on one line."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]

    return said(f"{type(error).__name__}: {error}", _ERROR_LENGTH)
