"""The only reader of time: gives an `Instant`, the boot's name, and how long the machine slept."""

import sys
import time
from pathlib import Path

from coven_watchdog.model.time import SECOND, Instant

_NANOS_PER_MICRO = 1_000


def now() -> Instant:
    """Read wall and awake time together.

    CLOCK_MONOTONIC stands still during a suspend on Linux, `time.monotonic_ns` (mach_absolute_time) does on macOS.
    """
    return Instant(wall=time.time_ns() // _NANOS_PER_MICRO, awake=time.monotonic_ns() // _NANOS_PER_MICRO)


def slept() -> int:
    """Microseconds that this machine has been suspended since it booted.

    Linux: CLOCK_BOOTTIME runs on during a suspend, CLOCK_MONOTONIC does not. macOS: CLOCK_MONOTONIC runs on,
    CLOCK_UPTIME_RAW does not.
    """
    if sys.platform == "darwin":  # pragma: no cover - macOS only
        with_sleep, without = time.CLOCK_MONOTONIC, time.CLOCK_UPTIME_RAW
    else:
        with_sleep, without = time.CLOCK_BOOTTIME, time.CLOCK_MONOTONIC
    return (time.clock_gettime_ns(with_sleep) - time.clock_gettime_ns(without)) // _NANOS_PER_MICRO


def boot_id() -> str:
    """A name of this boot that no other boot shares.

    Linux: the kernel's random boot id. Elsewhere: the second at which the machine was switched on.
    """
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:  # pragma: no cover - systems without /proc
        return f"booted-{booted() // (60 * SECOND)}"


def booted() -> int:
    """Wall µs at which this machine was switched on, as the wall clock sees it now."""
    instant = now()
    return instant.wall - instant.awake - slept()
