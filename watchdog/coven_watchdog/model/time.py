"""Time as the core knows it: whole microseconds, read once per observation by `clock` and handed down."""

from dataclasses import dataclass

MICROSECOND = 1
MILLISECOND = 1_000
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Instant:
    """One reading of the clocks, in microseconds.

    `wall` is UTC since the epoch, for what people read and for expiries. `awake` is the machine's monotonic time without
    suspends, for patience: it never jumps, stands still asleep, and starts at an arbitrary point of each boot.
    """

    wall: int
    awake: int
