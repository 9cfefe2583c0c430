"""Coven's way to write a moment: RFC 3339, UTC, nine digits, `Z` (seen on 0.4.6)."""

from datetime import UTC, datetime

from coven_watchdog import clock
from coven_watchdog.model.time import SECOND


def now() -> str:
    """This moment."""
    return written(clock.now().wall)


def written(wall: int) -> str:
    """Wall µs as Coven writes them."""
    seconds, micros = divmod(wall, SECOND)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{micros:06d}000Z"
