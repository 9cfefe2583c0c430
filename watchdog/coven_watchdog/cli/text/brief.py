"""`status --brief` as one line, or none."""

from coven_watchdog.cli.page import Line, Span, line
from coven_watchdog.cli.text.words import BAD, Here, sign
from coven_watchdog.model.words import Severity, Shade
from coven_watchdog.report.brief import Brief

_SHADES = {Severity.CRITICAL: Shade.BAD, Severity.WARNING: Shade.WARN}


def brief_lines(brief: Brief, here: Here) -> list[Line]:
    """The line; nothing when all is well."""
    if not brief.watched:
        since = f" (last seen {here.ago(brief.seen_at)})" if brief.seen_at else ""
        command = Span("coven-watchdog status", Shade.COMMAND)
        return [line(BAD, " ", Span("Nobody watches Coven", Shade.BAD), f"{since} · ", command)]

    one = brief.worst
    if one is None:
        return []

    more = f" · {brief.more} more" if brief.more else ""
    command = Span("coven-watchdog status" if brief.more else f"coven-watchdog incidents show {one.id}", Shade.COMMAND)
    told = Span(one.summary, _SHADES[one.severity])
    return [line(sign(one.severity, one.state), " ", told, f" {here.lasted(one.opened_at)}{more} · ", command)]
