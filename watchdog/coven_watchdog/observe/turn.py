"""Requests come in; patient ones take their turn, and make way when a hurried one comes.

There is one connection at a time, and a listing may take 8 s where the ledger is locked: without this, a daemon that hangs would
be noticed only after it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import anyio

T = TypeVar("T")

_BEARABLE = 0.06


class Turn:
    """The order of requests to one home: the patient ones of several tasks one after the other, one task's hurried ones."""

    def __init__(self) -> None:
        self._queue = anyio.Lock()
        self._patient: anyio.CancelScope | None = None
        self._done = anyio.Event()
        self._hurried: anyio.Event | None = None

    async def patiently(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask when nobody is in a hurry; from the start again whenever the request had to make way."""
        async with self._queue:
            return await self._asked(ask)

    async def _asked(self, ask: Callable[[], Awaitable[T]]) -> T:
        while True:
            while self._hurried is not None:
                await self._hurried.wait()

            with anyio.CancelScope() as scope:
                self._patient = scope
                try:
                    return await ask()
                finally:
                    self._patient = None
                    self._done.set()

    @asynccontextmanager
    async def hurriedly(self) -> AsyncIterator[None]:
        """Be next, 60 ms later at most: a patient request that takes longer is broken off."""
        self._hurried, self._done = anyio.Event(), anyio.Event()
        try:
            await self._push_aside()
            yield
        finally:
            self._hurried.set()
            self._hurried = None

    async def _push_aside(self) -> None:
        if self._patient is None:
            return

        with anyio.move_on_after(_BEARABLE):
            await self._done.wait()
            return

        if self._patient is not None:
            self._patient.cancel()
