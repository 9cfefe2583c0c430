"""Waiting for a fact instead of sleeping: the fact is asked for again until it holds or a generous deadline passes."""

import time
from collections.abc import Callable
from threading import Event
from typing import TypeVar

import anyio

T = TypeVar("T")
_PAUSE = 0.01


def until(fact: Callable[[], T | None], seconds: float = 15) -> T:
    """The first truthy value of `fact`.

    Raises:
        AssertionError: it did not become true in time.
    """
    end = time.monotonic_ns() + int(seconds * 1e9)
    pause = Event()
    while not (value := fact()):
        assert time.monotonic_ns() < end, f"not true after {seconds} s: {fact}"
        pause.wait(_PAUSE)

    return value


async def auntil(fact: Callable[[], T | None], seconds: float = 15) -> T:
    """`until`, for tests that share the event loop with what they wait for."""
    with anyio.fail_after(seconds):
        while not (value := fact()):  # noqa: ASYNC110 - the fact lives outside this process and sets no event
            await anyio.sleep(_PAUSE)

    return value
