"""`check` as one line for monitoring systems, perfdata behind a bar, and the findings below it."""

import re
from collections.abc import Iterator

from coven_watchdog.cli.page import Line, Span, columns, line
from coven_watchdog.cli.text.words import SIGNS
from coven_watchdog.decide.words import counted, span
from coven_watchdog.model.time import SECOND
from coven_watchdog.model.words import CheckStatus, DaemonState, Severity, Shade
from coven_watchdog.report.check import Check, CheckedHome

_SHADES = {CheckStatus.OK: Shade.GOOD, CheckStatus.CRITICAL: Shade.BAD}
_LABEL = re.compile(r"[^A-Za-z0-9_.-]+")
_WORDS = {
    DaemonState.ABSENT: "not running",
    DaemonState.UNRESPONSIVE: "does not answer",
    DaemonState.SOCKET_LOST: "cannot be reached",
}


def check_lines(check: Check) -> list[Line]:
    """The line, then what is behind it."""
    told = "; ".join(_home(home, named=len(check.homes) > 1) for home in check.homes)
    perfdata = " ".join(part for home in check.homes for part in _perfdata(home, named=len(check.homes) > 1))
    status = Span(check.status.value.upper(), _SHADES.get(check.status, Shade.WARN))
    first = line("COVEN ", status, f" - {_no_bar(told)}", f" | {perfdata}" if perfdata else "")
    return [first, *columns(_findings(check), indent=0)]


def _home(home: CheckedHome, *, named: bool) -> str:
    """One home in words: its worst finding, or how it is."""
    loud = [one for one in home.findings if one.severity.rank >= Severity.WARNING.rank]
    words = loud[0].summary if loud else _well(home)
    more = f" (and {len(loud) - 1} more)" if len(loud) > 1 else ""
    return f"{home.name}: {words}{more}" if named else f"{words}{more}"


def _well(home: CheckedHome) -> str:
    """A home without findings."""
    daemon = home.daemon
    state = _WORDS.get(daemon.state, daemon.state.value)
    inside = [
        f"pid {daemon.pid}" if daemon.pid is not None else "",
        f"up {span(daemon.uptime_seconds * SECOND)}" if daemon.uptime_seconds is not None else "",
        f"Coven {daemon.coven_version}" if daemon.coven_version else "",
    ]
    known = ", ".join(part for part in inside if part)
    live = f", {counted(home.sessions.live, 'live session')}" if home.sessions.live is not None else ""
    return f"{state}{f' ({known})' if known else ''}{live}"


def _perfdata(home: CheckedHome, *, named: bool) -> Iterator[str]:
    """Numbers for graphs; what is not known is left out."""
    prefix = f"{_LABEL.sub('_', home.name)}_" if named else ""
    if home.sessions.live is not None:
        yield f"{prefix}live={home.sessions.live};;;0"

    if home.sessions.total is not None:
        yield f"{prefix}sessions={home.sessions.total};;;0"

    if home.daemon.latency_ms is not None:
        yield f"{prefix}latency={home.daemon.latency_ms / 1000:.4f}s;;;0"

    if home.store.free_disk_bytes is not None:
        yield f"{prefix}free={home.store.free_disk_bytes}B;;;0"


def _findings(check: Check) -> list[tuple[Span, ...]]:
    """Each finding with what to run next: monitoring systems show these lines as the long output."""
    rows: list[tuple[Span, ...]] = []
    for home in check.homes:
        for one in home.findings:
            following = f"{one.next[0].why}: {_no_bar(one.next[0].run)}" if one.next else ""
            rows.append((SIGNS[one.severity], Span(one.kind.value), Span(_no_bar(one.summary)), Span(following, Shade.DIM)))

    return rows


def _no_bar(text: str) -> str:
    """A bar would begin the perfdata."""
    return text.replace("|", "¦")
