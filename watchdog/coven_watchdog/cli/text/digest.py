"""`digest` as lines: everything that happened, part by part, the worst first."""

from collections.abc import Iterator

from coven_watchdog.catalogue import CATALOGUE
from coven_watchdog.cli.page import BLANK, Line, Span, columns, line
from coven_watchdog.cli.text.words import GOOD, SIGNS, WARN, Here
from coven_watchdog.decide.digest_text import ENDINGS, KEPT
from coven_watchdog.decide.words import counted, span
from coven_watchdog.model.time import SECOND
from coven_watchdog.model.words import Form, Shade
from coven_watchdog.report.digest import DigestView, GapView, HeldView, TallyView, TroubleView


def digest_lines(digest: DigestView, here: Here) -> list[Line]:
    """The digest; what there is nothing of is left out."""
    lines = [line(Span(f"Since {here.time(digest.since)}, {here.lasted(digest.since, digest.until)}", Shade.DIM))]
    if digest.empty:
        return [nothing(digest, here)]

    for title, part in _parts(digest, here):
        if part:
            lines += [BLANK, line(Span(title, Shade.STRONG)), *part]

    return lines


def nothing(digest: DigestView, here: Here) -> Line:
    """All is well, and somebody has watched."""
    return line(f"Nothing to tell since {here.time(digest.since)}: nothing broke, nothing ended, nothing waits for you.")


def _parts(digest: DigestView, here: Here) -> Iterator[tuple[str, list[Line]]]:
    """The sections, each with its title."""
    yield "Still so: waits for you", columns([_open(one, here) for one in digest.open])
    yield "Broke, and is over", columns([_over(one, here) for one in digest.over])
    yield "Sessions that ended", columns([_tally(one) for one in digest.sessions])
    yield "Not told", columns([_held(one) for one in digest.held])
    yield "Not delivered", columns([(one.channel, counted(one.count, "message")) for one in digest.undelivered])
    yield "Not watched", columns([_gap(one, here) for one in digest.gaps])
    more = f"{digest.more} more: coven-watchdog incidents --all"
    yield "Without room here", [line("  ", more)] if digest.more else []


def _open(one: TroubleView, here: Here) -> tuple[Span, ...]:
    """Sign, id, what and why, since when, whom it hit, who knows."""
    remarks = (
        f"since {here.time(one.began_at)}",
        f"{one.times} times" if one.times > 1 else "",
        f"{counted(one.sessions_hit, 'session')} hit" if one.sessions_hit else "",
        one.hidden_by or "",
    )
    return SIGNS[one.severity], Span(one.incident, Shade.STRONG), Span(f"{one.what}: {one.why}"), _remarks(*remarks)


def _over(one: TroubleView, here: Here) -> tuple[Span, ...]:
    """The same, with how long and how often, and what it cost."""
    sign = WARN if one.sessions_lost else SIGNS[one.severity] if CATALOGUE[one.kind].form is Form.EVENT else GOOD
    lasted = f"for {span(one.lasted_seconds * SECOND)}" if one.lasted_seconds else ""
    times = f"{one.times} times" if one.times > 1 else ""
    lost = f"{counted(one.sessions_lost, 'session')} lost" if one.sessions_lost else ""
    return (
        sign,
        Span(one.incident, Shade.STRONG),
        Span(f"{one.what}: {one.why}"),
        _remarks(here.time(one.began_at), lasted, times, lost),
    )


def _remarks(*words: str) -> Span:
    return Span(" · ".join(word for word in words if word), Shade.DIM)


def _tally(one: TallyView) -> tuple[Span, ...]:
    where = f"{one.harness} in {one.project}" if one.harness else "others"
    return SIGNS[one.severity], Span(str(one.count), Shade.STRONG), Span(ENDINGS[one.kind]), Span(where)


def _held(one: HeldView) -> tuple[Span, ...]:
    by = f" by {one.by}" if one.by else ""
    return Span(str(one.count), Shade.STRONG), Span(f"{KEPT.get(one.suppression, one.suppression.value)}{by}")


def _gap(one: GapView, here: Here) -> tuple[Span, ...]:
    """How long, why, how often, and which homes."""
    times = f"{one.times} times" if one.times > 1 else ""
    still = "still so" if one.lasts else ""
    homes = ", ".join(here.path(home) for home in one.homes if home)
    return Span(span(one.lasted_seconds * SECOND), Shade.STRONG), Span(one.why), _remarks(times, still, homes)
