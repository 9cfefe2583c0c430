"""How the process is told to end, and that it does: signals in, a bounded end out."""

import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import anyio

logger = logging.getLogger(__name__)

STOP_WITHIN = 5.0
"""Seconds from the signal to the end, whatever hangs."""
_INTERRUPTED = 130


class Ending:
    """The end of one run."""

    def __init__(self) -> None:
        self._backstop: threading.Timer | None = None

    async def wait(self) -> None:
        """Return at the first SIGTERM or SIGINT. From then on the time runs, and another SIGINT ends at once."""
        with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
            async for number in signals:
                logger.info("%s: stopping", number.name)
                break

        signal.signal(signal.SIGINT, _at_once)
        self._backstop = threading.Timer(STOP_WITHIN, os._exit, (1,))
        self._backstop.daemon = True
        self._backstop.start()

    def reached(self) -> None:
        """It ended by itself."""
        if self._backstop is not None:
            self._backstop.cancel()
            signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def bounded() -> Iterator[Ending]:
    """An ending whose backstop is taken away once the body is over."""
    ending = Ending()
    try:
        yield ending
    finally:
        ending.reached()


def _at_once(*_: object) -> None:
    os._exit(_INTERRUPTED)
