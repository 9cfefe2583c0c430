"""A notification and its incidents in, the message as a person reads it out. Pure: times, zone and names are arguments.

The first body line stands alone on a phone; the last line is `<kind> <incident>.<n>`, the same on duplicates.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from coven_watchdog.catalogue import EFFECTS
from coven_watchdog.decide import phrases
from coven_watchdog.decide.body import Page, recovery_lines, trouble_lines
from coven_watchdog.decide.changes import spell
from coven_watchdog.decide.text import one_line
from coven_watchdog.decide.words import clock_time, counted, span
from coven_watchdog.model.incidents import Incident
from coven_watchdog.model.telling import Member, Message
from coven_watchdog.model.time import MINUTE
from coven_watchdog.model.words import Effect, Kind, Priority, Reason, Severity, Tone, Transition

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
    """The message for one channel, as it is true for the snapshots in `page.members`. `note`: a sentence to add to any message."""
    if page.notification.reason is Reason.TEST:
        return _with(_test(page), note)

    message = _single(page, page.members[0]) if len(page.members) == 1 else _group(page)
    return _with(message, _lateness(page), note)


def _test(page: Page) -> Message:
    title = one_line(f"i Test from coven-watchdog on {page.place.host}", TITLE_LIMIT)
    first = f"{clock_time(page.now.wall, page.now.wall, page.place.zone)} · channel {page.channel.name} works."
    lines = (first, "Alerts about Coven will arrive like this.", f"test {page.notification.id}")
    return Message(title, lines, Tone.INFO, Priority.DEFAULT, page.notification.id)


def _single(page: Page, member: Member) -> Message:
    incident = member.snapshot
    over = incident.resolved_at is not None
    lines = recovery_lines(page, incident) if over else trouble_lines(page, incident, member.role)
    title = _over_title(page, incident) if over else _title(page, incident, member.role)
    token = page.notification.id
    body = (*(line for line in lines if line), f"{incident.kind} {token}")
    return Message(title, body, _tone(incident), _priority(incident), token)


def _title(page: Page, incident: Incident, role: Reason) -> str:
    again = {Reason.REMINDER: " · still", Reason.UNSTABLE: " · unstable"}.get(role, "")
    cost = phrases.cost(incident)
    tail = again + (f" · {cost}" if cost else "")
    return _fitted(page, incident, lambda limit: phrases.headline(incident, limit), tail)


def _over_title(page: Page, incident: Incident) -> str:
    """What is well again, and what it cost: sessions, else time."""
    lost = len(incident.facts.lost)
    times = len(incident.reopenings) if incident.chapters and incident.chapters[-1].transition is Transition.CALMED else 0
    tail = f" · {span((incident.resolved_at or page.now.wall) - incident.fact_at)}"
    if lost:
        tail = f" · {counted(lost, 'session')} lost"
    elif times:
        tail = f" · {times} times"
    elif incident.withdrawn or phrases.ended_unseen(incident):
        tail = ""

    stories = frozenset(chapter.kind for chapter in spell(incident))
    return _fitted(page, incident, lambda limit: _back(incident, stories, limit), tail)


def _back(incident: Incident, stories: frozenset[Kind], limit: int) -> str:
    if incident.withdrawn:
        return f"No longer watched: {phrases.name(incident.subject, limit)}"

    return phrases.recovered(incident, stories, limit)


def _fitted(page: Page, incident: Incident, words: Callable[[int], str], tail: str) -> str:
    """Mark, what, where, cost; names are shortened before anything else has to be."""
    made = [f"{_mark(incident)} {words(limit)} on {page.where(incident)}" for limit in _NAMES]
    room = TITLE_LIMIT - len(tail)
    return one_line(next((title for title in made if len(title) <= room), made[-1]), room) + tail


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


def _group(page: Page) -> Message:
    """Several at once: how many, the worst first, the first few named. The token is that of the one which opened the group."""
    latest = {member.incident: member.snapshot for member in page.members}
    incidents = sorted(latest.values(), key=_weight, reverse=True)
    worst, token = incidents[0], page.notification.id
    lines = [_group_line(page, incident) for incident in incidents[:_GROUP_LINES]]
    if len(incidents) > _GROUP_LINES:
        lines.append(f"+ {len(incidents) - _GROUP_LINES} more: coven-watchdog incidents ({EFFECTS[Effect.READS]})")

    opener = latest.get(page.notification.incident, worst)
    title = one_line(f"{_mark(worst)} {_group_words(incidents)} on {page.where(worst)}", TITLE_LIMIT)
    return Message(title, (*lines, f"{opener.kind} {token}"), _tone(worst), _priority(worst), token)


def _weight(incident: Incident) -> tuple[bool, int]:
    """What is still so before what is over; what is over and cost something before what did not."""
    still = incident.resolved_at is None
    return still, incident.severity.rank if still else len(incident.facts.lost)


def _group_words(incidents: Sequence[Incident]) -> str:
    """`12 sessions failed`, when all are of one kind; else `12 alerts`."""
    kinds = {incident.kind for incident in incidents}
    only = next(iter(kinds)) if len(kinds) == 1 else None
    if only in _GROUPED:
        return f"{counted(len(incidents), 'session')} {_GROUPED[only]}"

    over = all(incident.resolved_at is not None for incident in incidents)
    return f"{counted(len(incidents), 'alert')}{' over' if over else ''}"


_GROUPED = {
    Kind.SESSION_CRASHED: "crashed",
    Kind.SESSION_FAILED: "failed",
    Kind.SESSION_LAUNCH_FAILED: "never started",
    Kind.SESSION_ORPHANED: "lost their owner",
    Kind.SESSION_KILLED: "were killed",
    Kind.SESSION_FINISHED: "finished",
}


def _group_line(page: Page, incident: Incident) -> str:
    now, place = page.now.wall, page.place
    if incident.resolved_at is not None:
        back = _back(incident, frozenset(chapter.kind for chapter in spell(incident)), _NAMES[0])
        return one_line(f"{_mark(incident)} {back}: {phrases.lasted(incident, now, place)}", _GROUP_LINE)

    said = f"{_mark(incident)} {phrases.when(incident, now, place)} {phrases.headline(incident)}: {phrases.cause(incident)}"
    return one_line(said, _GROUP_LINE)


def _lateness(page: Page) -> str:
    """A message that could not go out in time says how late it is; one that stands for the first word, since that was due."""
    late = page.notification.reason is Reason.LATE
    due = min(member.snapshot.fact_at for member in page.members) if late else page.notification.due_at
    behind = page.now.wall - due
    return f"Told {span(behind)} late." if behind >= _LATE_AFTER else ""


def _with(message: Message, *said: str) -> Message:
    """The message with these sentences before its token."""
    return replace(message, lines=(*message.lines[:-1], *(words for words in said if words), message.lines[-1]))
