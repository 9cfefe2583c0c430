"""`notify log` and `notify test` as lines."""

from coven_watchdog.cli.page import Line, Span, columns, line
from coven_watchdog.cli.text.words import WITHHELD, Here, milliseconds
from coven_watchdog.model.words import NotificationState, Shade
from coven_watchdog.report.notifications import NotificationView, NotifyLog, NotifyRoute, NotifyTest, RouteView, TriedView

_SHADES = {
    NotificationState.SENT: Shade.GOOD,
    NotificationState.QUEUED: Shade.WARN,
    NotificationState.WITHHELD: Shade.DIM,
}


def log_lines(log: NotifyLog, here: Here) -> list[Line]:
    """One line a message, the newest first."""
    if not log.notifications:
        return [line("Nothing was sent or withheld yet.")]

    return columns([_row(one, here) for one in log.notifications], indent=0)


def _row(one: NotificationView, here: Here) -> tuple[Span, ...]:
    return (
        Span(here.time(one.committed_at), Shade.DIM),
        Span(one.id, Shade.STRONG),
        Span(one.channel),
        Span(_spaced(one.reason.value)),
        Span(_spaced(one.state.value), _SHADES.get(one.state, Shade.BAD)),
        Span(_remark(one), Shade.DIM),
    )


def _remark(one: NotificationView) -> str:
    """Why it was withheld, how quick it was, or why it failed."""
    if one.suppression is not None:
        return WITHHELD[one.suppression]

    if one.sent_at is not None:
        took = milliseconds((one.sent_at - one.fact_at).total_seconds() * 1000)
        again = f", at try {len(one.attempts)}" if len(one.attempts) > 1 else ""
        return f"{took} after the fact{again}"

    return one.attempts[-1].error or "" if one.attempts else ""


def tried_lines(test: NotifyTest) -> list[Line]:
    """One line a channel."""
    return columns([_tested(one) for one in test.channels], indent=0)


def _tested(one: TriedView) -> tuple[Span, ...]:
    if one.state is NotificationState.SENT and one.doubt:
        said = f"sent, but {one.doubt}: look whether it arrived"
        return Span("○", Shade.WARN), Span(one.channel), Span(said, Shade.WARN)

    sent = one.state is NotificationState.SENT
    said = "sent" if sent else one.error or "not sent yet; earlier ones may be in its way: coven-watchdog notify log --failed"
    return (
        Span("✓", Shade.GOOD) if sent else Span("✖", Shade.BAD),
        Span(one.channel),
        Span(said, Shade.PLAIN if sent else Shade.BAD),
    )


def _spaced(word: str) -> str:
    return word.replace("_", " ")


def route_lines(found: NotifyRoute) -> list[Line]:
    """One line a channel; that nobody would be told stands first."""
    nobody = [line(Span("!", Shade.WARN), " Nobody would be told now.")] if not any(one.told for one in found.channels) else []
    return nobody + columns([_routed(one) for one in found.channels], indent=0)


def _routed(one: RouteView) -> tuple[Span, ...]:
    sign = Span("✓", Shade.GOOD) if one.told else Span("·", Shade.DIM)
    return sign, Span(one.name, Shade.STRONG), Span("told" if one.told else "not told"), Span(one.because, Shade.DIM)
