"""A digest as a person reads it on a phone: what is still so, what broke, what ended, what was not told, when nobody watched. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from coven_watchdog.catalogue import CATALOGUE, EFFECTS
from coven_watchdog.decide.body import Page
from coven_watchdog.decide.text import one_line
from coven_watchdog.decide.words import clock_time, counted, span
from coven_watchdog.model.digests import Digest, Gap, Held, Tally, Trouble
from coven_watchdog.model.looks import SLEPT
from coven_watchdog.model.telling import Message
from coven_watchdog.model.time import DAY, HOUR, MINUTE
from coven_watchdog.model.words import Effect, Form, Kind, Priority, Severity, Suppression, Tone

_TITLE = 50
_LINE = 120
_WHERE = 16
_STILL = 5
_OVER = 4
_NAMED = 3
_HELD = 4
_PROCESS = re.compile(r" \([^()]*\bpid \d+\)")
"""From where somebody ran a command: more than a phone need show."""
_MARKS = {Severity.CRITICAL: "✖", Severity.WARNING: "!", Severity.INFO: "i", Severity.OFF: "i"}

ENDINGS: Mapping[Kind | None, str] = {
    None: "lost with Coven",
    Kind.SESSION_CRASHED: "crashed",
    Kind.SESSION_FAILED: "failed",
    Kind.SESSION_LAUNCH_FAILED: "never started",
    Kind.SESSION_ORPHANED: "orphaned",
    Kind.SESSION_KILLED: "killed",
    Kind.SESSION_FINISHED: "finished",
}
"""What became of sessions."""
KEPT: Mapping[Suppression, str] = {
    Suppression.SILENCED: "silenced",
    Suppression.ACKNOWLEDGED: "acknowledged",
    Suppression.QUIET_HOURS: "in quiet hours",
    Suppression.RATE_LIMITED: "beyond max_per_hour",
    Suppression.TOO_OLD: "older than a day when found",
}
"""Why something was not told."""
_FAILED = frozenset({Kind.SESSION_CRASHED, Kind.SESSION_FAILED, Kind.SESSION_LAUNCH_FAILED})


def digest_message(page: Page) -> Message:
    """The message of a page that has a digest."""
    digest, token = page.digest, page.notification.id
    assert digest is not None, "a digest's row says what it tells"
    lines = (
        _first(page, digest),
        *_troubles(page, digest),
        *_go_on(digest),
        *_sessions(digest),
        *_kept_back(digest),
        *_gaps(digest),
        *_more(digest),
        f"digest {token}",
    )
    return Message(_title(page, digest), lines, _tone(digest), Priority.LOW, token)


def _title(page: Page, digest: Digest) -> str:
    """How many of what, as far as there is room."""
    mark = _MARKS[max((severity for severity in _severities(digest)), key=lambda one: one.rank, default=Severity.INFO)]
    title = f"{mark} {one_line(page.place.host, _WHERE)} digest"
    glue = ": "
    for words in _counts(digest):
        if len(title) + len(glue) + len(words) <= _TITLE:
            title, glue = f"{title}{glue}{words}", ", "

    return title


def _severities(digest: Digest) -> Iterator[Severity]:
    """How bad it is: what is over is not as bad as what is still so."""
    yield from (one.severity for one in digest.open)
    yield from (min(one.severity, Severity.WARNING, key=lambda severity: severity.rank) for one in digest.over)
    yield from (tally.severity for tally in digest.sessions)
    yield from (Severity.WARNING for _ in digest.undelivered)


def _tone(digest: Digest) -> Tone:
    """A warning when anything broke, or did not arrive."""
    return Tone.WARNING if any(severity.rank >= Severity.WARNING.rank for severity in _severities(digest)) else Tone.INFO


def _counts(digest: Digest) -> Iterator[str]:
    """The worst first; only what there is."""
    held = sum(one.count for one in digest.held)
    found = (
        (len(digest.open), "broken"),
        (sum(one.times for one in digest.over if not _is_event(one)), "recovered"),
        (_ended(digest, {None}), "lost"),
        (_ended(digest, _FAILED), "failed"),
        (_ended(digest, {Kind.SESSION_ORPHANED}), "orphaned"),
        (_ended(digest, {Kind.SESSION_FINISHED}), "finished"),
        (sum(one.times for one in digest.over if _is_event(one)), "restarted"),
        (sum(count for _, count in digest.undelivered), "undelivered"),
        (held, "not told"),
    )
    yield from (f"{count} {words}" for count, words in found if count)
    blind = sum(gap.lasted for gap in digest.gaps if gap.why != SLEPT)
    if blind >= MINUTE:
        yield f"blind {span(blind)}"


def _ended(digest: Digest, kinds: Iterable[Kind | None]) -> int:
    wanted = frozenset(kinds)
    return sum(tally.count for tally in digest.sessions if tally.kind in wanted)


def _first(page: Page, digest: Digest) -> str:
    """Which time it is about, and whether anything waits for somebody; that all is well only if somebody watches to know that."""
    since = clock_time(digest.since, page.now.wall, page.place.zone)
    watched = not any(gap.lasts for gap in digest.gaps)
    waiting = sum(not one.hidden_by for one in digest.open)
    now = " Nothing is broken now." if watched and not digest.open else ""
    now = f" {waiting} {'waits' if waiting == 1 else 'wait'} for you." if waiting else now
    return f"Since {since} ({span(digest.until - digest.since)}).{now}"


def _troubles(page: Page, digest: Digest) -> Iterator[str]:
    for one in digest.open[:_STILL]:
        hit = f" · {counted(one.hit, 'session')} hit" if one.hit else ""
        hit += f" · {one.times} times" if one.times > 1 else ""
        hidden = f" · {_PROCESS.sub('', one.hidden_by)}" if one.hidden_by else ""
        yield _line(
            f"{_MARKS[one.severity]} {_where(page, one)}{one.what}, since {_at(page, one.began_at)}: {one.why}{hit}{hidden}"
        )

    for one in digest.over[:_OVER]:
        yield _line(f"{_over_mark(one)} {_where(page, one)}{one.what} {_when(page, one)}: {one.why}{_cost(one)}")


def _go_on(digest: Digest) -> Iterator[str]:
    """Where to read how to go on with what was lost."""
    costly = [one.incident for one in digest.over[:_OVER] if one.lost]
    if costly:
        yield f"How to go on: coven-watchdog incidents show {costly[0]} ({EFFECTS[Effect.READS]})"


def _over_mark(one: Trouble) -> str:
    return "!" if one.lost else "i" if _is_event(one) else "✔"


def _is_event(one: Trouble) -> bool:
    return CATALOGUE[one.kind].form is Form.EVENT


def _line(text: str) -> str:
    return one_line(text, _LINE)


def _where(page: Page, trouble: Trouble) -> str:
    """Which home, where there are several."""
    several = len(page.settings.watched) > 1 and trouble.home
    return f"{page.settings.home(trouble.home).name or page.place.short(trouble.home)}: " if several else ""


def _at(page: Page, wall: int) -> str:
    return clock_time(wall, page.now.wall, page.place.zone)


def _when(page: Page, one: Trouble) -> str:
    """When it was, or how often."""
    last = _at(page, one.began_at)
    if one.times > 1:
        return f"{one.times} times ({span(one.lasted)}), last {last}" if one.lasted else f"{one.times} times, last {last}"

    return f"{last}–{_at(page, one.over_at)}" if one.lasted and one.over_at else last


def _cost(one: Trouble) -> str:
    return f" · {counted(one.lost, 'session')} lost" if one.lost else ""


def _sessions(digest: Digest) -> Iterator[str]:
    """One line for each way to end."""
    for kind, group in groupby(digest.sessions, key=lambda tally: tally.kind):
        tallies = list(group)
        total = sum(tally.count for tally in tallies)
        yield _line(
            f"{_MARKS[tallies[0].severity]} {counted(total, 'session')} {ENDINGS[kind]}: {' · '.join(_tallied(tallies))}"
        )


def _tallied(tallies: Sequence[Tally]) -> Iterator[str]:
    named = [tally for tally in tallies if tally.harness][:_NAMED]
    for tally in named:
        yield f"{tally.harness} in {tally.project}{f' ×{tally.count}' if tally.count > 1 else ''}"

    rest = sum(tally.count for tally in tallies) - sum(tally.count for tally in named)
    if rest:
        yield f"+ {rest} more"


def _kept_back(digest: Digest) -> Iterator[str]:
    """What was not told, and what did not arrive."""
    if digest.held:
        told = _PROCESS.sub("", " · ".join(map(kept, digest.held[:_HELD])))
        yield one_line(f"Not told: {told}", 2 * _LINE)

    if digest.undelivered:
        yield _line(f"Not delivered: {', '.join(f'{count} on {channel}' for channel, count in digest.undelivered)}")


def kept(held: Held) -> str:
    """How many, why, and who wanted it."""
    return f"{held.count} {KEPT.get(held.suppression, held.suppression.value)}{f' by {held.by}' if held.by else ''}"


def _gaps(digest: Digest) -> Iterator[str]:
    """For how long nobody watched, and why."""
    long = [gap for gap in digest.gaps if gap.lasted >= MINUTE]
    if long:
        yield _line(f"Not watched: {', '.join(map(_gap, long))}")


def _gap(gap: Gap) -> str:
    times = f", {gap.times} times" if gap.times > 1 else ""
    return f"{span(gap.lasted)} ({gap.why}{times}{', still' if gap.lasts else ''})"


def _more(digest: Digest) -> Iterator[str]:
    """What found no room, and where to read it."""
    count = sum(max(0, len(part) - room) for part, room in ((digest.open, _STILL), (digest.over, _OVER), (digest.held, _HELD)))
    hours = -(-(digest.until - digest.since) // HOUR)
    since = f" --since {hours}h" if digest.until - digest.since > DAY else ""
    if count + digest.more:
        yield f"+ {count + digest.more} more: coven-watchdog digest{since} ({EFFECTS[Effect.READS]})"
