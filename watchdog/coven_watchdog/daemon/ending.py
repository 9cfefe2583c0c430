"""How the process is told to end or to reload, and that it does end: signals in, a bounded end out."""

import logging
import os
import signal
import threading
import time
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
        self._within = within
        self._begun = False
        self._reached: int | None = None
        # What a signal handler may do safely, wherever the main thread stands: to release a lock, not to start a thread.
        self._go = threading.Lock()
        self._go.acquire()
        self._backstop = threading.Thread(target=self._end_in_time, name="backstop", daemon=True)

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
        self._backstop.start()
        with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT, signal.SIGHUP) as signals:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, self._told)

            task_status.started()
            stopping = False
            async for number in signals:
                if number is signal.SIGHUP:
                    reload()
                elif not stopping:
                    stopping = True
                    logger.info("%s: stopping", number.name)
                    stop()

    def begin(self) -> None:
        """The end begins, if it has not yet: the time runs."""
        if not self._begun:
            self._begun = True
            self._go.release()

    def reached(self, code: int) -> None:
        """Nothing of ours runs any more but threads that may hang. They must not keep a process that is to end with `code`."""
        self._reached = code

    def _told(self, number: int, _frame: object) -> None:
        """The signal handler itself: it also runs where the event loop hangs and hears nothing."""
        if self._begun and number == signal.SIGINT:
            os._exit(_INTERRUPTED)

        self.begin()

    def _end_in_time(self) -> None:
        """In a thread of its own. A main thread that has come to its end waits for all others, maybe for ever."""
        self._go.acquire()
        time.sleep(self._within)
        if self._reached is None:
            os._exit(_CUT_SHORT)

        if not threading.main_thread().is_alive():
            os._exit(self._reached)
