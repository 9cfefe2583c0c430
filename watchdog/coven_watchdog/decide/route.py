"""Who would be told of something now: a kind and the world in, a word for each channel out, with why or why not. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo

from coven_watchdog.catalogue import CATALOGUE
from coven_watchdog.decide.bucket import refilled_in
from coven_watchdog.decide.hiding import hiding
from coven_watchdog.decide.listening import Listening
from coven_watchdog.decide.quiet import quiet_hours
from coven_watchdog.decide.suppression import Question, inhibited, withheld
from coven_watchdog.decide.words import clock_time, span
from coven_watchdog.model.facts import SELF_HOME
from coven_watchdog.model.incidents import Incident, Step
from coven_watchdog.model.telling import World
from coven_watchdog.model.time import Instant
from coven_watchdog.model.words import Form, IncidentState, Kind, Reason, Severity, Suppression, Transition
from coven_watchdog.settings import Channel, Settings

_SUBJECTS = {
    "daemon": "daemon",
    "home": "home",
    "socket": "home",
    "store": "store",
    "event_writer": "event_writer",
    "capability": "capability:",
    "harness": "harness:",
    "session": "session:",
    "watchdog": "self:",
}


@dataclass(frozen=True, slots=True)
class Route:
    """Whether one channel is told, and a part of a sentence that says why, or why not."""

    channel: str
    told: bool
    because: str


@dataclass(frozen=True, slots=True)
class _Case:
    """One channel's no."""

    question: Question
    settings: Settings
    zone: tzinfo | None

    def time(self, wall: int) -> str:
        return clock_time(wall, self.question.now.wall, self.zone)


def supposed(kind: Kind, severity: Severity | None, home: str, settings: Settings, now: Instant) -> Incident:
    """The incident that is asked about: of this kind, in this home, as bad as the settings say unless `severity` does."""
    event = CATALOGUE[kind].form is Form.EVENT
    own = kind.startswith("watchdog.") and kind is not Kind.WATCHDOG_BLIND
    return Incident(
        id="",
        home=SELF_HOME if own else home,
        subject=_SUBJECTS[kind.partition(".")[0]],
        kind=kind,
        form=CATALOGUE[kind].form,
        severity=settings.severity_of(kind, CATALOGUE[kind].severity) if severity is None else severity,
        state=IncidentState.NOTED if event else IncidentState.OPEN,
        opened_at=now.wall,
        changed_at=now.wall,
        fact_at=now.wall,
        opened_awake=now.awake,
    )


def routes(incident: Incident, world: World, settings: Settings, now: Instant, zone: tzinfo | None = None) -> tuple[Route, ...]:
    """What each channel would be told if this happened now.

    Args:
        incident: from `supposed`.
        world: silences, open incidents of its home and the channels' traffic.
        settings: channels and quiet hours.
        now: the moment.
        zone: of times; None is the zone of the system.

    Returns:
        one word a channel, in the order of the settings.
    """
    listening = Listening(world, settings, now, zone)
    step = Step(incident, Transition.NOTED if incident.form is Form.EVENT else Transition.OPENED, now)
    found = []
    for channel in settings.channels:
        question = listening.question(step, Reason.FIRST, channel, heard=False)
        suppression = withheld(question)
        because = _takes(incident, channel) if suppression is None else WHY_NOT[suppression](_Case(question, settings, zone))
        found.append(Route(channel.name, suppression is None, because))

    return tuple(found)


def _takes(incident: Incident, channel: Channel) -> str:
    """Why it is told."""
    if channel.singles_out(incident.kind):
        return f"{incident.kind} is named in also"

    worse = "" if channel.min_severity is Severity.CRITICAL else " and worse"
    return f"it takes {channel.min_severity}{worse}, and this is {_a(incident.severity)}"


def _a(severity: Severity) -> str:
    return "a warning" if severity is Severity.WARNING else severity.value


def _off(case: _Case) -> str:
    return f"{case.question.incident.kind} is off: it is recorded, and nobody is told"


def _not_routed(case: _Case) -> str:
    channel, incident = case.question.channel, case.question.incident
    if channel.after and incident.form is Form.EVENT:
        return f"it is told what is still open after {span(channel.after)}, and {incident.kind} happens once"

    if not channel.is_for(incident.kind):
        return f"it is for other kinds: {', '.join(channel.kinds) or 'none'}"

    return f"it is for other homes: {', '.join(channel.homes) or 'none'}"


def _below(case: _Case) -> str:
    channel, severity = case.question.channel, case.question.incident.severity
    worse = "only" if channel.min_severity is Severity.CRITICAL else "and worse"
    return f"it takes {channel.min_severity} {worse}, and this is {_a(severity)}"


def _inhibited(case: _Case) -> str:
    story = next((one for one in case.question.open if inhibited(case.question.incident, [one])), None)
    told = f"{story.kind} {story.id}" if story else "what has just ended"
    return f"it would be told as part of the story of {told}"


def _silenced(case: _Case) -> str:
    silence = hiding(case.question.silences, case.question.incident, case.question.now.wall)[-1]
    return f"{silence.id} silences it until {case.time(silence.until)} (by {silence.by.partition(' (')[0] or 'somebody'})"


def _waiting(case: _Case) -> str:
    return f"it is told what is still open, and not acknowledged, after {span(case.question.channel.after)}"


def _quiet(case: _Case) -> str:
    night = quiet_hours(case.settings.alerts.quiet_hours, case.question.now.wall, case.zone)
    until = f" until {case.time(night[1])}" if night else ""
    return f"quiet hours{until}: it is told then, if it is still worth it"


def _rate_limited(case: _Case) -> str:
    question = case.question
    at = case.time(question.now.wall + refilled_in(question.missing, question.channel.max_per_hour))
    return f"it has had its share ({question.channel.max_per_hour} an hour): it is told at {at}"


WHY_NOT: Mapping[Suppression, Callable[[_Case], str]] = {
    Suppression.OFF: _off,
    Suppression.NOT_ROUTED: _not_routed,
    Suppression.BELOW_SEVERITY: _below,
    Suppression.INHIBITED: _inhibited,
    Suppression.SILENCED: _silenced,
    Suppression.WAITING_AFTER: _waiting,
    Suppression.QUIET_HOURS: _quiet,
    Suppression.RATE_LIMITED: _rate_limited,
}
"""Everything that can stand in the way of a first word about something that has just begun."""
