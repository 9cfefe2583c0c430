"""Times, sizes and signs as people read them on a terminal."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from coven_watchdog.cli.page import Span
from coven_watchdog.decide.words import span
from coven_watchdog.model.words import IncidentState, Severity, Shade, Suppression

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

WITHHELD: Mapping[Suppression, str] = {
    Suppression.SILENCED: "a silence hid it",
    Suppression.ACKNOWLEDGED: "somebody had acknowledged it",
    Suppression.QUIET_HOURS: "held back for the quiet hours",
    Suppression.INHIBITED: "part of a bigger story, which was told",
    Suppression.BELOW_SEVERITY: "too mild for this channel (min_severity)",
    Suppression.NOT_ROUTED: "not for this channel",
    Suppression.RATE_LIMITED: "held back: the channel had had its share (max_per_hour)",
    Suppression.WAITING_AFTER: "this channel is told later, if nobody acknowledges it (after)",
    Suppression.OFF: "recorded and never told (severity off)",
    Suppression.WITHDRAWN: "no longer watched by then",
    Suppression.RESOLVED_MEANWHILE: "over before it went out",
    Suppression.RESOLVED_OFF: "recoveries are not told (send_resolved)",
    Suppression.TOO_OLD: "more than a day old when it was found",
    Suppression.MILDER: "milder than what was told already",
    Suppression.UNSTABLE: "it goes to and fro: told when it is calm",
    Suppression.NOTHING_TO_SAY: "there was nothing to say",
}
"""Why something was not told, in words. The members are what programs read."""


@dataclass(frozen=True, slots=True)
class Here:
    """Who reads: when (UTC), in which zone (None: this machine's), and which directory is written as ~."""

    now: datetime
    zone: tzinfo | None = None
    home: str = ""

    def time(self, moment: datetime) -> str:
        """A moment in local time with its zone: `03:12:45 CET`, with the date when it is not today's."""
        return self._written(moment, "%H:%M:%S %Z")

    def minute(self, moment: datetime) -> str:
        """The same to the minute, for what is planned: `14:30 CET`."""
        return self._written(moment, "%H:%M %Z")

    def _written(self, moment: datetime, pattern: str) -> str:
        local, today = moment.astimezone(self.zone), self.now.astimezone(self.zone)
        date = "" if local.date() == today.date() else f"{local:%b} {local.day} "
        year = f"{local.year} " if local.year != today.year else ""
        return f"{year}{date}{local.strftime(pattern)}"

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
