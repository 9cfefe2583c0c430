"""An identity comes in; its end goes out, at once, and how it ended as soon as the kernel tells. One file per kernel interface."""

import sys
from typing import Protocol

from coven_watchdog.model.facts import ExitStatus, Identity
from coven_watchdog.model.words import ExitWatch
from coven_watchdog.observe.processes.poll import PollVigil

if sys.platform == "linux":
    from coven_watchdog.observe.processes.pidfd import open_vigil
else:  # pragma: no cover - macOS and BSD
    from coven_watchdog.observe.processes.kqueue import open_vigil

__all__ = ["Vigil", "watch"]


class Vigil(Protocol):
    """Waits for the end of one process. Close it when done."""

    @property
    def how(self) -> ExitWatch:
        """By which means the end is noticed."""
        ...

    async def ended(self) -> ExitStatus | None:
        """Wait for the end (a zombie has ended). The status is what the kernel knows within 5 ms of it, else None."""
        ...

    async def learned(self) -> ExitStatus | None:
        """After `ended` gave None: ask on for some 10 s. None when the kernel never tells."""
        ...

    def close(self) -> None:
        """Give the descriptor back, if there is one."""
        ...


def watch(identity: Identity, *, spare: bool = True) -> Vigil:
    """Begin to wait for the end of a process, by the kernel's event where it gives one, else by a look each second.

    The event is refused by old kernels, by system call filters, and when descriptors have run out.

    Args:
        identity: which life; a process that is gone, or lives another life under that pid, has ended.
        spare: False where no descriptor can be spared: poll.
    """
    if not spare:
        return PollVigil(identity)

    try:
        return open_vigil(identity)
    except OSError:
        return PollVigil(identity)
