"""Pokes come in, from any task; a loop that rests wakes up and goes round at once."""

import math

import anyio


class Nudge:
    """Wakes one loop. Pokes that come before it wakes are one; a poke that comes while it works is not lost."""

    def __init__(self) -> None:
        self._event = anyio.Event()

    def poke(self) -> None:
        """Let the loop go round now."""
        self._event.set()

    async def wait(self, seconds: float) -> bool:
        """Rest until poked, at most so long. Tells whether it was poked."""
        if seconds > 0 and not self._event.is_set():
            with anyio.move_on_after(seconds):
                await self._event.wait()

        poked = self._event.is_set()
        if poked:
            self._event = anyio.Event()

        return poked


def until_next_second() -> float:
    """Seconds to the next whole second of the loop's clock: loops that wake once a second wake together."""
    now = anyio.current_time()
    return math.floor(now) + 1 - now


def to_whole_second(seconds: float) -> float:
    """So many seconds, and what is missing to a whole second of the loop's clock."""
    now = anyio.current_time()
    return math.ceil(now + seconds) - now
