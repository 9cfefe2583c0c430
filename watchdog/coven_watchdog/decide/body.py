"""One incident as it stood in, the lines that tell it out: of a trouble, and of its end. Counterpart: `render` adds the title.

Pure: times, zone and names are arguments. The first line stands alone on a phone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from coven_watchdog.catalogue import CATALOGUE, STORY_KINDS
from coven_watchdog.decide import phrases
from coven_watchdog.decide.changes import spell, went_through
from coven_watchdog.decide.text import one_line, sentence
from coven_watchdog.decide.words import Place, clock_time, counted, span
from coven_watchdog.model.digests import Digest
from coven_watchdog.model.incidents import Incident
from coven_watchdog.model.telling import Member, Notification
from coven_watchdog.model.time import MINUTE, Instant
from coven_watchdog.model.words import Form, Kind, Reason, Transition
from coven_watchdog.settings import Channel, Settings

_SINCE_AFTER = MINUTE
_PLACE_LIMIT = 64
_HIDDEN_LIMIT = 200
_DEATHS = frozenset({Kind.DAEMON_CRASHED, Kind.DAEMON_STOPPED})


@dataclass(frozen=True, slots=True)
class Page:
    """What one message is made from: the row, its incidents as they stood (or the digest that it is), the channel it goes to."""

    notification: Notification
    members: Sequence[Member]
    channel: Channel
    settings: Settings
    now: Instant
    place: Place
    digest: Digest | None = None
    kinds: Mapping[Kind, int] = field(default_factory=dict)
    """How many incidents of each kind stand in the message, when `members` are only the worst of them."""

    @property
    def titles(self) -> bool:
        """Whether sessions may be called by their titles here."""
        return self.settings.shows_titles(self.channel)

    def where(self, incident: Incident) -> str:
        """The machine, and the home's name when it has one."""
        home = self.settings.home(incident.home).name if incident.home else ""
        return one_line(f"{self.place.host}/{home}" if home else self.place.host, _PLACE_LIMIT)


def trouble_lines(page: Page, incident: Incident, role: Reason) -> tuple[str, ...]:
    """When, why, what it hit, what to do. Some are empty."""
    return (
        _hidden_line(page, incident) if role is Reason.HIDDEN else "",
        sentence(f"{_when(page, incident, role)} · {phrases.cause(incident)}"),
        _role_line(page, incident, role),
        _hit(page, incident),
        phrases.sessions(incident.facts.lost, titles=page.titles, label="Lost: "),
        _survivors(page, incident),
        *phrases.go_on(incident, page.place),
        _advice(incident, page.place),
    )


def _when(page: Page, incident: Incident, role: Reason) -> str:
    """The moment of what is told: of the change, or since when it is so."""
    last = incident.chapters[-1] if incident.chapters else None
    if role is Reason.CHANGED and last is not None and last.transition is Transition.CHANGED:
        return clock_time(last.at, page.now.wall, page.place.zone)

    moment = phrases.when(incident, page.now.wall, page.place)
    told_after_all = role is Reason.FIRST and page.notification.committed_at - incident.fact_at >= _SINCE_AFTER
    lasts = role in {Reason.REMINDER, Reason.HIDDEN} or (told_after_all and incident.form is Form.STATE)
    return f"since {moment}" if lasts and incident.facts.between is None else moment


def _role_line(page: Page, incident: Incident, role: Reason) -> str:
    """What makes this message another one than the first."""
    if role is Reason.UNSTABLE:
        return f"{_times(incident)} within 15 minutes. Quiet now until it has not changed for 15 minutes."

    if role is Reason.REMINDER:
        last = " This is the last reminder." if incident.reminders >= page.settings.alerts.max_reminders else ""
        return f"It has lasted {span(page.now.wall - incident.fact_at)}.{last}"

    if role is Reason.FIRST and page.channel.after and incident.form is Form.STATE:
        return f"Nobody has acknowledged it for {span(page.channel.after)}."

    if role is Reason.HIDDEN:
        return (
            "You hear of it again when it gets worse, and when it is over." if incident.ack else "Its end is told all the same."
        )

    return _turn(page, incident) if role is Reason.CHANGED else ""


def _hidden_line(page: Page, incident: Incident) -> str:
    """Who took it in hand, or does not want to hear of it: the first line, which stands alone."""
    done = [chapter for chapter in incident.chapters if chapter.transition in {Transition.ACKNOWLEDGED, Transition.SILENCED}]
    if not done:
        return ""

    last, now, zone = done[-1], page.now.wall, page.place.zone
    until = f" until {clock_time(last.until, now, zone)}" if last.until is not None else ""
    words = f"{last.transition.value.capitalize()} at {clock_time(last.at, now, zone)}{until} by {last.note}"
    return sentence(one_line(words, _HIDDEN_LIMIT))


def _turn(page: Page, incident: Incident) -> str:
    """How it came to be what it is: again, for good, or from something else."""
    last = incident.chapters[-1].transition if incident.chapters else None
    if last is Transition.CALMED:
        return "It has stopped changing: no longer unstable."

    if last is Transition.REOPENED:
        ends = [chapter.at for chapter in incident.chapters if chapter.transition is Transition.RESOLVED]
        return f"Again: it was well for {span(incident.fact_at - ends[-1])}." if ends else "Again."

    return _before(page, incident)


def _before(page: Page, incident: Incident) -> str:
    """What it was since when, if that was something else."""
    others = [chapter for chapter in spell(incident) if chapter.kind is not incident.kind]
    if not others:
        return ""

    was = CATALOGUE[others[-1].kind].ending[0]
    return f"Before: {was} since {clock_time(others[-1].at, page.now.wall, page.place.zone)}."


def _times(incident: Incident) -> str:
    return counted(len(incident.reopenings), "time")


def _hit(page: Page, incident: Incident) -> str:
    facts = incident.facts
    if incident.form is Form.EVENT and facts.sessions:
        return phrases.session(facts.sessions[0], title=page.titles, identified=True)

    if incident.kind in STORY_KINDS and not facts.sessions_known:
        return "Which sessions it hit is not known."

    return phrases.sessions(facts.sessions, titles=page.titles)


def _survivors(page: Page, incident: Incident) -> str:
    return phrases.sessions(incident.facts.survivors, titles=page.titles, label="Lives on: ")


def _advice(incident: Incident, place: Place) -> str:
    step = phrases.next_step(incident, place)
    saved = "Evidence is saved." if incident.kind is Kind.DAEMON_CRASHED and incident.scene is not None else ""
    return f"{saved} {step}".strip()


def recovery_lines(page: Page, incident: Incident) -> tuple[str, ...]:
    """How long, what it was, what it cost, how to go on. Some are empty."""
    if incident.withdrawn:
        since = phrases.when(incident, page.now.wall, page.place)
        return (sentence(f"since {since} · {_story(incident)}"), "It is not watched any more, so how it goes on is not known.")

    return (
        sentence(f"{_was(page, incident)}{phrases.lasted(incident, page.now.wall, page.place)}: {_story(incident)}"),
        _count(page, incident),
        _cost(incident),
        phrases.sessions(incident.facts.lost, titles=page.titles, label="Lost: "),
        _survivors(page, incident),
        *phrases.go_on(incident, page.place),
    )


def _was(page: Page, incident: Incident) -> str:
    """`Down ` for a daemon out of service; in the past where nobody was told of it before."""
    late = page.notification.reason is Reason.LATE
    down = incident.subject == "daemon" and not STORY_KINDS.isdisjoint(went_through(incident))
    return ("Was down " if late else "Down ") if down else ("Was so " if late else "")


def _story(incident: Incident) -> str:
    """Every kind it went through this time, in order, then how the last one came about."""
    words = ", then ".join(CATALOGUE[kind].ending[0] for kind in went_through(incident))
    why = phrases.why(incident)
    return f"{words}; {why}" if why else words


def _count(page: Page, incident: Incident) -> str:
    if len(incident.reopenings) <= 1:
        return ""

    calm = " It has not changed for 15 minutes." if incident.chapters[-1].transition is Transition.CALMED else ""
    return f"{_times(incident)} since {clock_time(incident.reopenings[0], page.now.wall, page.place.zone)}.{calm}"


def _cost(incident: Incident) -> str:
    """What is not to be read from a list of what was lost."""
    facts = incident.facts
    if incident.subject != "daemon" or facts.lost:
        return ""

    if not facts.sessions_known:
        return "What became of its sessions is not known yet."

    died = facts.old_identity is not None or not _DEATHS.isdisjoint(went_through(incident))
    return "No session was lost." if facts.sessions and not died else ""
