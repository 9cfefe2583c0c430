"""The only reader of time."""

import time
from pathlib import Path

from coven_watchdog import clock
from coven_watchdog.model.time import SECOND


def test_both_clocks_are_read_in_microseconds() -> None:
    """Wall time is the system's, awake time the monotonic one; neither goes back between two readings."""
    before, wall, monotonic, after = clock.now(), time.time_ns() // 1000, time.monotonic_ns() // 1000, clock.now()
    assert before.wall <= wall <= after.wall
    assert before.awake <= monotonic <= after.awake


def test_sleep_is_what_one_clock_counts_and_the_other_does_not() -> None:
    """Never negative by more than the time between two readings, and the same while nobody sleeps."""
    first, second = clock.slept(), clock.slept()
    assert first >= -SECOND
    assert abs(second - first) < SECOND


def test_the_boot_has_a_name() -> None:
    """The kernel's own, the same each time."""
    assert clock.boot_id() == clock.boot_id() == Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def test_when_it_was_booted() -> None:
    """What the kernel says in /proc/stat, to the second."""
    line = next(line for line in Path("/proc/stat").read_text(encoding="ascii").splitlines() if line.startswith("btime "))
    assert abs(clock.booted() - int(line.split()[1]) * SECOND) <= 2 * SECOND
