"""What every source is: looks and time come in, observations go out through `emit`. The counterpart is `runner`, the fence around it."""

from collections.abc import Awaitable, Callable
from typing import ClassVar, Protocol

from coven_watchdog.model.facts import Observation
from coven_watchdog.model.incidents import LookRequest
from coven_watchdog.model.words import Look

Emit = Callable[[Observation], Awaitable[None]]
"""Hands one observation over; waits while the consumer is busy. Nothing is dropped: sources coalesce instead."""


class Source(Protocol):
    """One producer of facts about one home."""

    name: ClassVar[str]
    """The name of its loop, in `SourceFailed`, in liveness and in task names."""
    looks: ClassVar[frozenset[Look]]
    """The questions of the core that it answers."""

    async def run(self, emit: Emit) -> None:
        """Observe for ever. May raise: the fence starts it again, and it must then begin afresh."""
        ...

    def ask(self, request: LookRequest) -> None:
        """Take a question of `looks`; the answer is emitted by `run`, also if nothing changed."""
        ...
