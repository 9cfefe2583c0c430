"""Signs of life of one loop."""

from coven_watchdog.daemon.pulse import Pulse
from coven_watchdog.model.time import SECOND, Instant


def test_rest_and_work() -> None:
    """Who rests is well until the rest is overdue, who works since the work began; who rests for ever is always well."""
    awake = 5 * SECOND
    pulse = Pulse(lambda: Instant(0, awake))
    pulse.rests(10)
    awake = 14 * SECOND
    assert pulse.well == 14 * SECOND
    awake = 99 * SECOND
    assert pulse.well == 15 * SECOND
    pulse.works()
    awake = 200 * SECOND
    assert pulse.well == 99 * SECOND
    pulse.rests()
    awake = 10**9 * SECOND
    assert pulse.well == awake
