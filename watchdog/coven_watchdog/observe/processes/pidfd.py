"""An identity comes in; its end goes out as an event of the Linux kernel, with its exit status where that is told (Linux 6.15).

A pidfd that was opened while the process lived answers `PIDFD_GET_INFO` with the wait status once the process is reaped, also to
those who are not its parent (seen on 6.18): milliseconds after the end as a rule, seconds where PID 1 reaps late.
"""

import errno
import fcntl
import os
import struct

import anyio

from coven_watchdog.coven.processes import identity as identity_of
from coven_watchdog.model.facts import ExitStatus, Identity
from coven_watchdog.model.words import ExitWatch

_GET_INFO = 0xC040FF0B  # _IOWR(0xFF, 11, 64 bytes): the first published size of struct pidfd_info
_INFO_SIZE = 64
_MASK = struct.Struct("=Q")
_EXIT_BIT = 8
_STATUS = struct.Struct("=i")
_STATUS_AT = 60

_AT_ONCE = (0.001,) * 5
_LATER = tuple(min(0.005 * 1.6**n, 0.5) for n in range(26))


class PidfdVigil:
    """Waits on a pidfd; None for a process that was gone before it could be opened."""

    how = ExitWatch.PIDFD

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor

    async def ended(self) -> ExitStatus | None:
        """Wait until the descriptor is readable, which it is from the zombie on; then ask each millisecond, five times."""
        if self._descriptor is None:
            return None

        await anyio.wait_readable(self._descriptor)
        return await self._ask(_AT_ONCE)

    async def learned(self) -> ExitStatus | None:
        """Ask on for 10 s in growing pauses: the status is there once somebody has reaped the process."""
        return await self._ask(_LATER)

    def close(self) -> None:
        """Close the descriptor."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    async def _ask(self, pauses: tuple[float, ...]) -> ExitStatus | None:
        if self._descriptor is None:
            return None

        for pause in pauses:
            if status := exit_status(self._descriptor):
                return status

            await anyio.sleep(pause)

        return exit_status(self._descriptor)


def open_vigil(identity: Identity) -> PidfdVigil:
    """Open a pidfd for exactly this life.

    Raises:
        OSError: the kernel refuses (too old, filtered, no descriptors left).
    """
    try:
        descriptor = _pidfd_open(identity.pid)
    except ProcessLookupError:
        return PidfdVigil(None)

    # The pid may have been given away between the identification and the opening.
    if identity_of(identity.pid) == identity:
        return PidfdVigil(descriptor)

    os.close(descriptor)
    return PidfdVigil(None)


def exit_status(descriptor: int) -> ExitStatus | None:
    """What the kernel says of the end behind a pidfd; None while it does not know or cannot say."""
    info = bytearray(_INFO_SIZE)
    _MASK.pack_into(info, 0, _EXIT_BIT)
    try:
        fcntl.ioctl(descriptor, _GET_INFO, info)
    except OSError:
        return None

    (mask,) = _MASK.unpack_from(info)
    (status,) = _STATUS.unpack_from(info, _STATUS_AT)
    return exit_of(status) if mask & _EXIT_BIT else None


def exit_of(status: int) -> ExitStatus:
    """A wait status as code or signal."""
    code = os.waitstatus_to_exitcode(status)
    return ExitStatus(signal=-code) if code < 0 else ExitStatus(code=code)


def _pidfd_open(pid: int) -> int:
    """A pidfd, also where Python was built against headers that lack the call (then: refused)."""
    if not hasattr(os, "pidfd_open"):  # pragma: no cover - Python builds against headers older than Linux 5.3
        raise OSError(errno.ENOSYS, "this Python cannot open a pidfd")

    descriptor: int = os.pidfd_open(pid)
    return descriptor
