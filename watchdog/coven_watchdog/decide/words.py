"""Times, spans and names as people read them. Pure: the zone and the machine's name are arguments."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from coven_watchdog.model.time import DAY, HOUR, MINUTE, SECOND

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TWO_UNITS = 10


@dataclass(frozen=True, slots=True)
class Place:
    """Where messages are made: what the machine is called, its zone, and which home needs no `COVEN_HOME=`."""

    host: str
    zone: tzinfo | None = None
    """None: the zone of the system, whatever it is at the time in question."""
    default_home: str = ""
    user_home: str = ""

    def short(self, path: str) -> str:
        """A path with the user's home written as ~."""
        inside = self.user_home and (path == self.user_home or path.startswith(self.user_home + "/"))
        return "~" + path[len(self.user_home) :] if inside else path


def local(wall: int, zone: tzinfo | None) -> datetime:
    """Wall µs as a local time."""
    return (_EPOCH + timedelta(microseconds=wall)).astimezone(zone)


def clock_time(wall: int, now: int, zone: tzinfo | None) -> str:
    """`03:12`, with the date when that is not today's."""
    then, today = local(wall, zone), local(now, zone)
    return f"{then:%H:%M}" if then.date() == today.date() else f"{then:%b} {then.day} {then:%H:%M}"


def span(micros: int) -> str:
    """`8 s`, `41 min`, `2 h`, `2 h 5 min`, `3 d`: as much as a glance needs."""
    if micros < MINUTE:
        return f"{max(0, micros) // SECOND} s"

    if micros < HOUR:
        return f"{micros // MINUTE} min"

    if micros < DAY:
        hours, minutes = divmod(micros // MINUTE, 60)
        return f"{hours} h {minutes} min" if minutes and hours < _TWO_UNITS else f"{hours} h"

    days, hours = divmod(micros // HOUR, 24)
    return f"{days} d {hours} h" if hours and days < _TWO_UNITS else f"{days} d"


def counted(number: int, noun: str) -> str:
    """`1 session`, `3 sessions`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
