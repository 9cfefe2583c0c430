"""How the process is told to end or to reload, and that it does end: signals in, a bounded end out."""

import logging
import os
import signal
import threading
from collections.abc import Callable

import anyio
from anyio.abc import TaskStatus

logger = logging.getLogger(__name__)

STOP_WITHIN = 5.0
"""Seconds from the signal to the end, whatever hangs."""
_CUT_SHORT = 1
_INTERRUPTED = 130


class Ending:
    """The end of one run.

    Args:
        within: seconds from the beginning of the end to the end of the process.
    """

    def __init__(self, within: float = STOP_WITHIN) -> None:
        self._backstop = threading.Timer(within, self._end)
        self._backstop.daemon = True
        self._begun = False
        self._reached: int | None = None

    async def hear(
        self,
        stop: Callable[[], None],
        reload: Callable[[], None],
        *,
        task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED,
    ) -> None:
        """Listen to signals until cancelled. Started once none can be missed.

        Args:
            stop: called at the first SIGTERM or SIGINT. From then on the time runs: another SIGTERM changes nothing, another
                SIGINT ends the process at once.
            reload: called at each SIGHUP.
            task_status: for `TaskGroup.start`.
        """
        with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT, signal.SIGHUP) as signals:
            task_status.started()
            async for number in signals:
                if number is signal.SIGHUP:
                    reload()
                elif not self._begun:
                    logger.info("%s: stopping", number.name)
                    self.begin()
                    stop()

    def begin(self) -> None:
        """The end begins, if it has not yet: the time runs."""
        if self._begun:
            return

        self._begun = True
        self._backstop.start()
        # Past the event loop, which may be what hangs.
        signal.signal(signal.SIGINT, _at_once)

    def reached(self, code: int) -> None:
        """Nothing of ours runs any more but threads that may hang. They must not keep a process that is to end with `code`."""
        self._reached = code
        if self._begun:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _end(self) -> None:
        """The time is over. A main thread that has come to its end waits for all others, maybe for ever."""
        if self._reached is None:
            os._exit(_CUT_SHORT)

        if not threading.main_thread().is_alive():
            os._exit(self._reached)


def _at_once(*_: object) -> None:
    os._exit(_INTERRUPTED)
