"""A notification and its incidents in, the message as a person reads it out. Pure: times, zone and names are arguments.

The first body line stands alone on a phone; the last line is `<kind> <incident>.<n>`, the same on duplicates.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from coven_watchdog.catalogue import EFFECTS
from coven_watchdog.decide import phrases
from coven_watchdog.decide.body import Page, hidden_by, hiding_words, recovery_lines, trouble_lines
from coven_watchdog.decide.digest_text import digest_message
from coven_watchdog.decide.text import one_line
from coven_watchdog.decide.words import clock_time, counted, span
from coven_watchdog.model.incidents import Chapter, Incident
from coven_watchdog.model.telling import Member, Message
from coven_watchdog.model.time import MINUTE
from coven_watchdog.model.words import Effect, Form, Kind, Priority, Reason, Severity, Tone, Transition
from coven_watchdog.redact import redact

__all__ = ["TITLE_LIMIT", "Page", "render"]

TITLE_LIMIT = 50
_NAMES = (24, 16, 10)
"""Lengths to which names in a title are cut, until it fits."""
_GROUP_LINES = 5
_GROUP_LINE = 120
_LATE_AFTER = MINUTE
_MARKS = {Severity.CRITICAL: "✖", Severity.WARNING: "!", Severity.INFO: "i", Severity.OFF: "i"}
_TONES = {Severity.CRITICAL: Tone.FAILURE, Severity.WARNING: Tone.WARNING, Severity.INFO: Tone.INFO, Severity.OFF: Tone.INFO}
_PRIORITIES = {Severity.CRITICAL: Priority.URGENT, Severity.WARNING: Priority.DEFAULT}


def render(page: Page, note: str = "") -> Message:
    """The message for one channel, as it is true for the snapshots in `page.members`. `note`: a sentence to add to any message.

    What the user's own patterns match is masked in it, whatever it comes from; the last line, which names it, stays.
    """
    message, patterns = _rendered(page, note), page.settings.privacy.patterns
    if not patterns:
        return message

    lines = tuple(redact(line, patterns) for line in message.lines[:-1])
    return replace(message, title=redact(message.title, patterns), lines=(*lines, *message.lines[-1:]))


def _rendered(page: Page, note: str) -> Message:
    if page.notification.reason is Reason.TEST:
        return _with(_test(page), note)

    if page.notification.reason is Reason.DIGEST:
        return _with(digest_message(page), _lateness(page), note)

    members = tuple({member.incident: member for member in page.members}.values())
    message = _single(page, members[0]) if len(members) == 1 else _group(page, members)
    return _with(message, _lateness(page), note)


def _test(page: Page) -> Message:
    title = one_line(f"i Test from coven-watchdog on {page.place.host}", TITLE_LIMIT)
    works = one_line(f"channel {page.channel.name} works.", _GROUP_LINE)
    first = f"{clock_time(page.now.wall, page.now.wall, page.place.zone)} · {works}"
    lines = (first, "Alerts about Coven will arrive like this.", f"test {page.notification.id}")
    return Message(title, lines, Tone.INFO, Priority.DEFAULT, page.notification.id)


def _single(page: Page, member: Member) -> Message:
    """One incident with its whole story."""
    incident, token = member.snapshot, page.notification.id
    return Message(
        title=_headed(page, member),
        lines=(*_story(page, member), f"{incident.kind} {token}"),
        tone=_tone(incident),
        priority=_urgency(member),
        token=token,
    )


def _headed(page: Page, member: Member) -> str:
    over = member.snapshot.resolved_at is not None
    return _over_title(page, member.snapshot) if over else _title(page, member.snapshot, member.role)


def _story(page: Page, member: Member) -> tuple[str, ...]:
    over = member.snapshot.resolved_at is not None
    lines = recovery_lines(page, member.snapshot) if over else trouble_lines(page, member.snapshot, member.role)
    return tuple(line for line in lines if line)


def _title(page: Page, incident: Incident, role: Reason) -> str:
    again = _hidden(incident) if role is Reason.HIDDEN else _AGAIN.get(role, "")
    cost = f" · {words}" if (words := phrases.cost(incident)) else ""
    return _fitted(page, incident, lambda limit: phrases.headline(incident, limit), again + cost, again or cost)


_AGAIN = {Reason.REMINDER: " · still", Reason.UNSTABLE: " · unstable"}


def _hidden(incident: Incident) -> str:
    """Which of the two somebody did last."""
    return f" · {last.transition}" if (last := hidden_by(incident)) else ""


def _over_title(page: Page, incident: Incident) -> str:
    """What is well again, and what it cost: sessions, else time."""
    lost = len(incident.facts.lost)
    times = len(incident.reopenings) if incident.chapters and incident.chapters[-1].transition is Transition.CALMED else 0
    tails: tuple[str, ...] = (f" · {span((incident.resolved_at or page.now.wall) - incident.fact_at)}", "")
    if lost:
        tails = (f" · {counted(lost, 'session')} lost",)
    elif times:
        tails = (f" · {times} times",)
    elif incident.withdrawn or phrases.ended_unseen(incident):
        tails = ("",)

    return _fitted(page, incident, lambda limit: _back(incident, limit), *tails)


def _back(incident: Incident, limit: int) -> str:
    if incident.withdrawn:
        return f"No longer watched: {_SUBJECTS.get(incident.subject) or phrases.name(incident.subject, limit)}"

    return phrases.recovered(incident, limit)


_SUBJECTS = {"daemon": "Coven", "home": "Coven's home", "store": "Coven's ledger"}


def _fitted(page: Page, incident: Incident, words: Callable[[int], str], *tails: str) -> str:
    """Mark, what, where, cost; names are shortened first, then the longer tail is left out, and at last the place is cut."""
    made = [f"{_mark(incident)} {words(limit)} on {page.where(incident)}{tail}" for tail in tails for limit in _NAMES]
    shortest = made[-1].removesuffix(tails[-1])
    cut = one_line(shortest, TITLE_LIMIT - len(tails[-1])) + tails[-1]
    return next((title for title in made if len(title) <= TITLE_LIMIT), cut)


def _mark(incident: Incident) -> str:
    if incident.resolved_at is None:
        return _MARKS[incident.severity]

    return "!" if incident.facts.lost else "i" if incident.withdrawn else "✔"


def _tone(incident: Incident) -> Tone:
    if incident.resolved_at is None:
        return _TONES[incident.severity]

    return Tone.WARNING if incident.facts.lost else Tone.INFO if incident.withdrawn else Tone.SUCCESS


def _priority(incident: Incident) -> Priority:
    if incident.resolved_at is not None:
        return Priority.DEFAULT if incident.facts.lost else Priority.LOW

    return _PRIORITIES.get(incident.severity, Priority.LOW)


def _urgency(member: Member) -> Priority:
    """What somebody has taken in hand wakes nobody."""
    return Priority.DEFAULT if member.role is Reason.HIDDEN else _priority(member.snapshot)


def _group(page: Page, told: Sequence[Member]) -> Message:
    """Several at once, the worst first. The token is that of the one which opened the group.

    The daemon's own story is told whole, and the others below it; else it is said how many, and the first few are named.
    """
    members = sorted(told, key=_weight, reverse=True)
    worst, total = members[0].snapshot, sum(page.kinds.values()) or len(members)
    if worst.subject == "daemon":
        title = _headed(page, members[0])
        also = f"Also {counted(total - 1, 'alert')}:"
        lines = (*_story(page, members[0]), also, *_named(page, members[1:], total - 1))
    else:
        title = one_line(f"{_mark(worst)} {_group_words(page, members)} on {page.where(worst)}", TITLE_LIMIT)
        limit = f"Held back by this channel's limit of {counted(page.channel.max_per_hour, 'message')} an hour:"
        lines = (*((limit,) if _held_back(page) else ()), *_named(page, members, total))

    opener = next((member.snapshot for member in told if member.incident == page.notification.incident), worst)
    token = page.notification.id
    return Message(title, (*lines, f"{opener.kind} {token}"), _tone(worst), _urgency(members[0]), token)


def _held_back(page: Page) -> bool:
    return page.notification.reason is Reason.HELD_MORE


def _named(page: Page, members: Sequence[Member], total: int) -> tuple[str, ...]:
    """The first few, a line each, and where to read of the rest of `total`."""
    lines = [line for member in members[:_GROUP_LINES] for line in _group_lines(page, member)]
    if total > _GROUP_LINES:
        lines.append(f"+ {total - _GROUP_LINES} more: coven-watchdog incidents ({EFFECTS[Effect.READS]})")

    return tuple(lines)


def _weight(member: Member) -> tuple[bool, bool, int]:
    """What is still so before what is over, news before what is hidden; what is over and cost something before what did not."""
    incident, still = member.snapshot, member.snapshot.resolved_at is None
    return still, member.role is not Reason.HIDDEN, incident.severity.rank if still else len(incident.facts.lost)


def _group_words(page: Page, members: Sequence[Member]) -> str:
    """`12 sessions failed`, when all are of one kind; else `12 alerts`."""
    kinds = page.kinds or Counter(member.snapshot.kind for member in members)
    total = sum(kinds.values())
    if _held_back(page):
        return f"{total} more held back"

    only = next(iter(kinds)) if len(kinds) == 1 else None
    if only in _GROUPED:
        return f"{counted(total, 'session')} {_GROUPED[only]}"

    over = all(member.snapshot.resolved_at is not None for member in members)
    return f"{counted(total, 'alert')}{' over' if over else _all_hidden(members)}"


def _all_hidden(members: Sequence[Member]) -> str:
    """` silenced`, when the same was done about all of them."""
    done = {last.transition if (last := _hiding(member)) else "" for member in members}
    return f" {done.pop()}" if len(done) == 1 and "" not in done else ""


def _hiding(member: Member) -> Chapter | None:
    """What somebody did about it, where that is what is told."""
    return hidden_by(member.snapshot) if member.role is Reason.HIDDEN else None


_GROUPED = {
    Kind.SESSION_CRASHED: "crashed",
    Kind.SESSION_FAILED: "failed",
    Kind.SESSION_LAUNCH_FAILED: "never started",
    Kind.SESSION_ORPHANED: "lost their owner",
    Kind.SESSION_KILLED: "were killed",
    Kind.SESSION_FINISHED: "finished",
}


def _group_lines(page: Page, member: Member) -> tuple[str, ...]:
    """One of several: when, what, why (or who hid it); or that it is over, and where to read how to go on with what was lost."""
    incident, now, place = member.snapshot, page.now.wall, page.place
    if incident.resolved_at is None:
        moment, headline, hiding = phrases.became(incident, now, place), phrases.headline(incident), _hiding(member)
        why = hiding_words(page, hiding) if hiding else phrases.cause(incident)
        said = f"{_mark(incident)} {moment} {headline}{_short(incident)}: {why}"
        return (one_line(said, _GROUP_LINE),)

    back = _back(incident, _NAMES[0])
    lost = len(incident.facts.lost)
    cost = f" · {counted(lost, 'session')} lost" if lost else ""
    over = one_line(f"{_mark(incident)} {back}: {phrases.lasted(incident, now, place)}{cost}", _GROUP_LINE)
    show = f"How to go on: coven-watchdog incidents show {incident.id} ({EFFECTS[Effect.READS]})"
    return (over, show) if lost else (over,)


def _short(incident: Incident) -> str:
    """Which of several sessions of one project it is."""
    sessions = incident.facts.sessions if incident.form is Form.EVENT else ()
    return f" ({phrases.short_id(sessions[0])})" if sessions else ""


def _lateness(page: Page) -> str:
    """A message that could not go out in time says how late it is; one that stands for the first word, since that was due."""
    late = page.notification.reason is Reason.LATE
    due = min(member.snapshot.fact_at for member in page.members) if late else page.notification.due_at
    behind = page.now.wall - due
    return f"Told {span(behind)} late." if behind >= _LATE_AFTER else ""


def _with(message: Message, *said: str) -> Message:
    """The message with these sentences before its token."""
    return replace(message, lines=(*message.lines[:-1], *(words for words in said if words), message.lines[-1]))
