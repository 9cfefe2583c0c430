"""A notification and its incidents in, the message as a person reads it out. Pure: times, zone and names are arguments.

The first body line stands alone on a phone; the last line is `<kind> <incident>.<n>`, the same on duplicates.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from coven_watchdog.catalogue import CATALOGUE
from coven_watchdog.decide import phrases
from coven_watchdog.decide.text import one_line
from coven_watchdog.decide.words import Place, clock_time, counted, span
from coven_watchdog.model.incidents import Incident
from coven_watchdog.model.telling import Member, Message, Notification
from coven_watchdog.model.time import MINUTE, Instant
from coven_watchdog.model.words import Kind, Priority, Reason, Severity, Tone, Transition
from coven_watchdog.settings import Channel, Settings

_TITLE = 50
_GROUP_LINES = 5
_LATE_AFTER = MINUTE
_MARKS = {Severity.CRITICAL: "✖", Severity.WARNING: "!", Severity.INFO: "i", Severity.OFF: "i"}
_TONES = {Severity.CRITICAL: Tone.FAILURE, Severity.WARNING: Tone.WARNING, Severity.INFO: Tone.INFO, Severity.OFF: Tone.INFO}
_PRIORITIES = {Severity.CRITICAL: Priority.URGENT, Severity.WARNING: Priority.DEFAULT}
_OVER = frozenset({Reason.RESOLVED, Reason.LATE})


@dataclass(frozen=True, slots=True)
class Page:
    """What one message is made from: the row, its incidents as they stood, the channel it goes to."""

    notification: Notification
    members: Sequence[Member]
    channel: Channel
    settings: Settings
    now: Instant
    place: Place

    @property
    def titles(self) -> bool:
        """Whether sessions may be called by their titles here."""
        return self.settings.shows_titles(self.channel)


def render(page: Page, note: str = "") -> Message:
    """The message for one channel, as it is true for the snapshots in `page.members`. `note`: a sentence to add to any message."""
    if page.notification.reason is Reason.TEST:
        return _with(_test(page), note)

    message = _single(page, page.members[0]) if len(page.members) == 1 else _group(page)
    return _with(message, _lateness(page), note)


def _test(page: Page) -> Message:
    title = one_line(f"i Test from coven-watchdog on {page.place.host}", _TITLE)
    first = f"{clock_time(page.now.wall, page.now.wall, page.place.zone)} · channel {page.channel.name} works."
    lines = (first, "Alerts about Coven will arrive like this.", f"test {page.notification.id}")
    return Message(title, lines, Tone.INFO, Priority.DEFAULT, page.notification.id)


def _single(page: Page, member: Member) -> Message:
    incident = member.snapshot
    over = incident.resolved_at is not None
    lines = _recovery(page, incident) if over else _trouble(page, incident, member.role)
    token = page.notification.id
    last = f"{incident.kind} {token}"
    title = _over_title(page, incident) if over else _title(page, incident, member.role)
    body = tuple(line for line in lines if line)
    return Message(title, (*body, last), _tone(incident), _priority(incident), token)


def _where(page: Page, incident: Incident) -> str:
    """The machine, and the home's name when it has one."""
    home = page.settings.home(incident.home).name if incident.home else ""
    return f"{page.place.host}/{home}" if home else page.place.host


def _title(page: Page, incident: Incident, role: Reason) -> str:
    mark = _MARKS[incident.severity]
    cost = phrases.cost(incident)
    again = {Reason.REMINDER: " still", Reason.UNSTABLE: " unstable"}.get(role, "")
    words = f"{mark} {phrases.headline(incident)} on {_where(page, incident)}"
    tail = f"{again and ' ·' + again}{' · ' + cost if cost else ''}"
    return f"{one_line(words, max(20, _TITLE - len(tail)))}{tail}"


def _trouble(page: Page, incident: Incident, role: Reason) -> tuple[str, ...]:
    """Why, when, what it hit, what to do."""
    now, place = page.now.wall, page.place
    since = {Reason.REMINDER: "since ", Reason.CHANGED: ""}.get(role, "")
    first = f"{since}{phrases.when(incident, now, place)} · {phrases.cause(incident)}."
    return (
        first,
        _role_line(page, incident, role),
        _story(incident) if role is Reason.CHANGED else "",
        _hit(page, incident),
        phrases.sessions(incident.facts.lost, titles=page.titles, label="Lost: "),
        _survivors(page, incident),
        *phrases.go_on(incident, place),
        _advice(incident, place),
    )


def _role_line(page: Page, incident: Incident, role: Reason) -> str:
    if role is Reason.UNSTABLE:
        return (
            f"{counted(len(incident.reopenings), 'time')} within 15 minutes. Quiet now until it has not changed for 15 minutes."
        )

    if role is not Reason.REMINDER:
        return ""

    lasts = f"It has lasted {span(page.now.wall - incident.fact_at)}."
    last = incident.reminders >= page.settings.alerts.max_reminders
    return f"{lasts} This is the last reminder." if last else lasts


def _story(incident: Incident) -> str:
    """What it was before, when that was something else."""
    before = [chapter.kind for chapter in incident.chapters if chapter.kind is not incident.kind]
    return f"Before: {CATALOGUE[before[-1]].headline.lower()}." if before else ""


def _hit(page: Page, incident: Incident) -> str:
    if incident.subject.startswith("session:"):
        brief = incident.facts.sessions[0] if incident.facts.sessions else None
        return phrases.session(brief, title=page.titles, short_id=True) if brief else ""

    if incident.subject == "daemon" and not incident.facts.sessions_known and incident.kind is not Kind.DAEMON_RECORD_INVALID:
        return "Which sessions it hit is not known."

    return phrases.sessions(incident.facts.sessions, titles=page.titles)


def _survivors(page: Page, incident: Incident) -> str:
    return phrases.sessions(incident.facts.survivors, titles=page.titles, label="Lives on: ")


def _advice(incident: Incident, place: Place) -> str:
    step = phrases.next_step(incident, place)
    saved = "Evidence is saved. " if incident.kind is Kind.DAEMON_CRASHED and incident.scene is not None else ""
    return f"{saved}{step}" if step else saved.strip()


def _over_title(page: Page, incident: Incident) -> str:
    lasted = span((incident.resolved_at or page.now.wall) - incident.fact_at)
    lost = len(incident.facts.lost)
    tail = f" · {counted(lost, 'session')} lost" if lost else f" · {lasted}"
    words = f"{'!' if lost else '✔'} {_back(incident)} on {_where(page, incident)}"
    return f"{one_line(words, max(20, _TITLE - len(tail)))}{tail}"


def _back(incident: Incident) -> str:
    if incident.withdrawn:
        return f"No longer watched: {incident.subject}"

    return _RECOVERED.get(incident.subject.partition(":")[0], "Over: " + phrases.headline(incident))


_RECOVERED = {
    "daemon": "Coven is back",
    "store": "Coven's ledger can be read",
    "home": "Coven's home is well",
    "channel": "Delivers again",
}


def _recovery(page: Page, incident: Incident) -> tuple[str, ...]:
    """How long, what it was, what it cost, how to go on."""
    place, facts = page.place, incident.facts
    end = incident.resolved_at or page.now.wall
    began, over = (clock_time(wall, page.now.wall, place.zone) for wall in (incident.fact_at, end))
    late = page.notification.reason is Reason.LATE
    was = f"{'was ' if late else ''}{began}–{over} ({span(end - incident.fact_at)}): {_whole_story(incident)}."
    times = f"{counted(len(incident.reopenings), 'time')} in all." if len(incident.reopenings) > 1 else ""
    return (
        was,
        times,
        _unknown_cost(incident),
        phrases.sessions(facts.lost, titles=page.titles, label="Lost: "),
        _survivors(page, incident),
        *phrases.go_on(incident, place),
    )


def _whole_story(incident: Incident) -> str:
    """Every kind it went through, in order, then how the last one came about."""
    kinds = list(dict.fromkeys(chapter.kind for chapter in incident.chapters if chapter.transition is not Transition.RESOLVED))
    words = [CATALOGUE[kind].headline.removeprefix("Coven ").lower() for kind in kinds]
    why = phrases.cause(incident)
    return f"{', then '.join(words)}: {why}" if why else ", then ".join(words)


def _unknown_cost(incident: Incident) -> str:
    if incident.subject != "daemon" or incident.facts.sessions_known or incident.withdrawn:
        return ""

    return "What became of its sessions is not known yet."


def _tone(incident: Incident) -> Tone:
    if incident.resolved_at is None:
        return _TONES[incident.severity]

    return Tone.WARNING if incident.facts.lost else Tone.SUCCESS


def _priority(incident: Incident) -> Priority:
    if incident.resolved_at is not None:
        return Priority.DEFAULT if incident.facts.lost else Priority.LOW

    return _PRIORITIES.get(incident.severity, Priority.LOW)


def _group(page: Page) -> Message:
    """Several at once: how many, the worst first, the first few named."""
    latest = {member.incident: member for member in page.members}
    members = sorted(latest.values(), key=lambda member: -_weight(member.snapshot))
    worst = members[0].snapshot
    lines = [_group_line(page, member) for member in members[:_GROUP_LINES]]
    if len(members) > _GROUP_LINES:
        lines.append(f"+ {len(members) - _GROUP_LINES} more: coven-watchdog incidents")

    mark = "✔" if worst.resolved_at is not None else _MARKS[worst.severity]
    title = one_line(f"{mark} {_group_words(members)} on {_where(page, worst)}", _TITLE)
    token = page.notification.id
    return Message(title, (*lines, f"{worst.kind} {token}"), _tone(worst), _priority(worst), token)


def _weight(incident: Incident) -> int:
    return incident.severity.rank if incident.resolved_at is None else -1


def _group_words(members: Sequence[Member]) -> str:
    """`12 sessions failed`, when all are of one kind; else `12 alerts`."""
    kinds = {member.snapshot.kind for member in members}
    only = next(iter(kinds)) if len(kinds) == 1 else None
    if only is None or not only.startswith("session."):
        return counted(len(members), "alert")

    return f"{counted(len(members), 'session')} {_GROUPED.get(only, 'ended')}"


_GROUPED = {
    Kind.SESSION_CRASHED: "crashed",
    Kind.SESSION_FAILED: "failed",
    Kind.SESSION_LAUNCH_FAILED: "never started",
    Kind.SESSION_ORPHANED: "lost their owner",
    Kind.SESSION_FINISHED: "finished",
}


def _group_line(page: Page, member: Member) -> str:
    incident = member.snapshot
    now, zone = page.now.wall, page.place.zone
    if incident.resolved_at is not None:
        return f"✔ {clock_time(incident.fact_at, now, zone)}–{clock_time(incident.resolved_at, now, zone)} {phrases.headline(incident)}"

    return f"{_MARKS[incident.severity]} {phrases.when(incident, now, page.place)} {phrases.headline(incident)}: {phrases.cause(incident)}"


def _lateness(page: Page) -> str:
    """A message that could not go out in time says how late it is."""
    late = page.now.wall - page.notification.due_at
    return f"Told {span(late)} late." if late >= _LATE_AFTER else ""


def _with(message: Message, *said: str) -> Message:
    """The message with these sentences before its token."""
    return replace(message, lines=(*message.lines[:-1], *(words for words in said if words), message.lines[-1]))
