"""Quiet hours: a part of the day as written and a moment in, the quiet hours that it lies in out. Pure: the zone is an argument."""

from datetime import date, datetime, time, timedelta, tzinfo

from coven_watchdog.decide.words import local
from coven_watchdog.model.time import SECOND
from coven_watchdog.settings import DayTime, QuietHours

_DAY = timedelta(days=1)


def quiet_hours(hours: QuietHours, now: int, zone: tzinfo | None) -> tuple[int, int] | None:
    """The beginning and the end (wall µs) of the quiet hours that `now` (wall µs) lies in; None when it lies in none.

    They are those of the clock on the wall: a night in which the clocks change is an hour longer or shorter.
    """
    if not hours:
        return None

    today = local(now, zone).date()
    for day in (today, today - _DAY):
        since = moment(day, hours.since, zone)
        until = moment(day if hours.since < hours.until else day + _DAY, hours.until, zone)
        if since <= now < until:
            return since, until

    return None


def moment(day: date, at: DayTime, zone: tzinfo | None) -> int:
    """Wall µs of a local time of day; one that a change of the clocks leaves out is as much later as they jump."""
    hour, minute = divmod(at.minute, 60)
    return round(datetime.combine(day, time(hour, minute), zone).timestamp()) * SECOND
