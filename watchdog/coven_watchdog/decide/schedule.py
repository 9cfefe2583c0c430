"""When the digest of the day is due: the time of day that is set and the wall clock in, the occasion and the next look out. Pure.

An occasion is named after its local date and time, so there is one of a name, whatever the clock or the zone does.
"""

from dataclasses import dataclass
from datetime import timedelta, tzinfo

from coven_watchdog.decide.quiet import moment, quiet_hours
from coven_watchdog.decide.words import local
from coven_watchdog.model.time import HOUR
from coven_watchdog.settings import Alerts, DayTime

LATEST = 12 * HOUR
"""What was missed is made up for while it is not older than this."""
_AROUND = (-1, 0, 1)


@dataclass(frozen=True, slots=True)
class Occasion:
    """One day's digest. `at`: wall µs for which it is set."""

    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Turn:
    """What is to be done now, if anything, and when (wall µs) to look again; None: not before the settings change."""

    due: Occasion | None = None
    again_at: int | None = None


def latest(at: DayTime, now: int, zone: tzinfo | None) -> Occasion | None:
    """The last occasion that is not after `now` (wall µs); None when no time is set."""
    return max((one for one in _occasions(at, now, zone) if one.at <= now), key=lambda one: one.at, default=None)


def turn(alerts: Alerts, now: int, zone: tzinfo | None, done: str = "") -> Turn:
    """Whether a digest is due.

    Args:
        alerts: its time of day, and the quiet hours: what was missed waits for their end, what is set for a time in them does not.
        now: wall µs.
        zone: of this machine; None: the system's.
        done: the name of the occasion that has been seen to.
    """
    occasion = latest(alerts.digest_at, now, zone)
    coming = min((one.at for one in _occasions(alerts.digest_at, now, zone) if one.at > now), default=None)
    if occasion is None or occasion.name == done or now - occasion.at >= LATEST:
        return Turn(None, coming)

    quiet = quiet_hours(alerts.quiet_hours, now, zone)
    if quiet is not None and quiet_hours(alerts.quiet_hours, occasion.at, zone) is None:
        return Turn(None, min(quiet[1], coming or quiet[1]))

    return Turn(occasion, coming)


def _occasions(at: DayTime, now: int, zone: tzinfo | None) -> list[Occasion]:
    """Those around this moment."""
    if not at:
        return []

    today = local(now, zone).date()
    days = [today + timedelta(days=offset) for offset in _AROUND]
    return [Occasion(f"{day:%Y%m%d}-{at.minute // 60:02}{at.minute % 60:02}", moment(day, at, zone)) for day in days]
