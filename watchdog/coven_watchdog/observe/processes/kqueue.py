"""An identity comes in; its end goes out as an event of the macOS or BSD kernel, with its exit status where that is told.

Written from the manuals (kqueue(2), sys/event.h); the suite has no such kernel to run it on.
"""

import os
import select
import sys

import anyio

from coven_watchdog.coven.processes import identity as identity_of
from coven_watchdog.model.facts import ExitStatus, Identity
from coven_watchdog.model.words import ExitWatch

assert sys.platform != "linux"

_NOTE_EXITSTATUS = 0x04000000 if sys.platform == "darwin" else 0  # macOS: told to those who may signal the process


class KqueueVigil:
    """Waits on a kqueue of its own; None for a process that was gone before it could be registered."""

    how = ExitWatch.KQUEUE

    def __init__(self, queue: select.kqueue | None) -> None:
        self._queue = queue

    async def ended(self) -> ExitStatus | None:
        """Wait for NOTE_EXIT. The status comes with the event, or never."""
        if self._queue is None:
            return None

        await anyio.wait_readable(self._queue.fileno())
        events = self._queue.control(None, 1, 0)
        return _status(events[0]) if events else None

    async def learned(self) -> ExitStatus | None:
        """Nothing more is told after the event."""
        return None

    def close(self) -> None:
        """Close the kqueue."""
        if self._queue is not None:
            self._queue.close()
            self._queue = None


def open_vigil(identity: Identity) -> KqueueVigil:
    """Register for the end of exactly this life.

    Raises:
        OSError: the kernel refuses (no descriptors left, not our process).
    """
    queue = select.kqueue()
    try:
        queue.control([_exit_event(identity.pid)], 0, 0)
    except ProcessLookupError:
        # Gone, or a zombie already.
        queue.close()
        return KqueueVigil(None)
    except OSError:
        queue.close()
        raise

    # The pid may have been given away between the identification and the registration.
    if identity_of(identity.pid) == identity:
        return KqueueVigil(queue)

    queue.close()
    return KqueueVigil(None)


def _exit_event(pid: int) -> select.kevent:
    flags = select.KQ_EV_ADD | select.KQ_EV_ENABLE | select.KQ_EV_ONESHOT
    return select.kevent(pid, select.KQ_FILTER_PROC, flags, select.KQ_NOTE_EXIT | _NOTE_EXITSTATUS)


def _status(event: select.kevent) -> ExitStatus | None:
    """The wait status in the event's data, if the kernel put it there."""
    if not (_NOTE_EXITSTATUS and event.fflags & _NOTE_EXITSTATUS):
        return None

    code = os.waitstatus_to_exitcode(event.data)
    return ExitStatus(signal=-code) if code < 0 else ExitStatus(code=code)
