"""Times, sizes and signs as people read them on a terminal."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from coven_watchdog.cli.page import Span
from coven_watchdog.decide.words import span
from coven_watchdog.model.words import IncidentState, Severity, Shade

_MICROSECOND = timedelta(microseconds=1)
_KIB = 1024
_FEW = 10

SIGNS: Mapping[Severity, Span] = {
    Severity.CRITICAL: Span("✖", Shade.BAD),
    Severity.WARNING: Span("!", Shade.WARN),
    Severity.INFO: Span("i", Shade.COMMAND),
    Severity.OFF: Span("·", Shade.DIM),
}
GOOD = Span("✓", Shade.GOOD)
BAD = Span("✖", Shade.BAD)
WARN = Span("!", Shade.WARN)
UNKNOWN = Span("?", Shade.WARN)


@dataclass(frozen=True, slots=True)
class Here:
    """Who reads: when (UTC), in which zone (None: this machine's), and which directory is written as ~."""

    now: datetime
    zone: tzinfo | None = None
    home: str = ""

    def time(self, moment: datetime) -> str:
        """A moment in local time with its zone: `03:12:45 CET`, with the date when it is not today's."""
        local, today = moment.astimezone(self.zone), self.now.astimezone(self.zone)
        date = "" if local.date() == today.date() else f"{local:%b} {local.day} "
        year = f"{local.year} " if local.year != today.year else ""
        return f"{year}{date}{local:%H:%M:%S %Z}"

    def ago(self, moment: datetime) -> str:
        """How long ago: `4 min ago`; what lies ahead by another clock is now."""
        return f"{self.lasted(moment)} ago"

    def lasted(self, since: datetime, until: datetime | None = None) -> str:
        """How long from one moment to another, or to now."""
        return span(max(0, ((until or self.now) - since) // _MICROSECOND))

    def path(self, path: str) -> str:
        """A path with the user's home as ~."""
        inside = self.home and (path == self.home or path.startswith(f"{self.home}/"))
        return f"~{path[len(self.home) :]}" if inside else path


def sign(severity: Severity, state: IncidentState) -> Span:
    """The sign of an incident: how bad it is while it is open, that it is over, or that it was noted."""
    return GOOD if state is IncidentState.RESOLVED else SIGNS[severity]


def size(number: int) -> str:
    """Bytes: `512 B`, `4.1 MiB`, `80 GiB`."""
    value = float(number)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if value < _KIB:
            return f"{value:.1f} {unit}" if value < _FEW and unit != "B" else f"{value:.0f} {unit}"

        value /= _KIB

    return f"{value:.1f} TiB"


def milliseconds(value: float) -> str:
    """`26 ms`, `1.2 s`."""
    return f"{value:.0f} ms" if value < 1000 else f"{value / 1000:.1f} s"  # noqa: PLR2004 - a second has 1000 ms
