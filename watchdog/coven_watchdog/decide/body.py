"""One incident as it stood in, the lines that tell it out: of a trouble, and of its end. Counterpart: `render` adds the title.

Pure: times, zone and names are arguments. The first line stands alone on a phone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from coven_watchdog.catalogue import CATALOGUE, STORY_KINDS
from coven_watchdog.decide import phrases
from coven_watchdog.decide.changes import became_at, spell, went_through
from coven_watchdog.decide.comebacks import comeback
from coven_watchdog.decide.hiding import holds
from coven_watchdog.decide.text import one_line, said, sentence
from coven_watchdog.decide.words import Place, clock_time, counted, span
from coven_watchdog.model.digests import Digest
from coven_watchdog.model.incidents import Chapter, Facts, Incident
from coven_watchdog.model.telling import Member, Notification
from coven_watchdog.model.time import MINUTE, SECOND, Instant
from coven_watchdog.model.words import Form, Kind, Reason, Transition
from coven_watchdog.settings import Channel, Settings

_SINCE_AFTER = MINUTE
_PLACE_LIMIT = 64
_HIDDEN_LIMIT = 200
_PRINTED_LIMIT = 200
_HIDINGS = frozenset({Transition.ACKNOWLEDGED, Transition.SILENCED})
_BESIDE = _HIDINGS | {Transition.UNACKNOWLEDGED, Transition.REMINDED}
"""What stands in a story without any change of the trouble itself."""
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
        _before(page, incident) if role is not Reason.CHANGED else "",
        _beside(page, incident, role),
        _hit(page, incident),
        *_printed(incident.facts),
        phrases.sessions(incident.facts.lost, titles=page.titles, label="Lost: "),
        _survivors(page, incident),
        *phrases.go_on(incident, page.place),
        _advice(incident, page.place),
    )


def _when(page: Page, incident: Incident, role: Reason) -> str:
    """The moment of what is told: of the change, or since when it is so."""
    last = _turned(incident)
    if role is Reason.CHANGED and last is not None and last.transition is Transition.CHANGED:
        return clock_time(last.at, page.now.wall, page.place.zone)

    moment = phrases.became(incident, page.now.wall, page.place)
    told_after_all = role is Reason.FIRST and page.notification.committed_at - became_at(incident) >= _SINCE_AFTER
    lasts = role in {Reason.REMINDER, Reason.HIDDEN} or (told_after_all and incident.form is Form.STATE)
    return f"since {moment}" if lasts and incident.facts.between is None else moment


def _turned(incident: Incident) -> Chapter | None:
    """The last change of the trouble itself."""
    return next((one for one in reversed(incident.chapters) if one.transition not in _BESIDE), None)


def _role_line(page: Page, incident: Incident, role: Reason) -> str:
    """What makes this message another one than the first."""
    if role is Reason.UNSTABLE:
        return f"{_times(incident)} within 15 minutes. Quiet now until it has not changed for 15 minutes."

    if role is Reason.REMINDER:
        last = " This is the last reminder." if incident.reminders >= page.settings.alerts.max_reminders else ""
        return f"It has lasted {span(page.now.wall - incident.fact_at)}.{last}"

    if role is Reason.FIRST and incident.unstable:
        return f"{_times(incident)} within {_since_first(page, incident)}. Quiet now until it has not changed for 15 minutes."

    if role is Reason.FIRST and page.channel.after and incident.form is Form.STATE and not holds(incident.ack, page.now.wall):
        return _unanswered(page, incident)

    if role is Reason.HIDDEN:
        return _nevertheless(incident)

    return _turn(page, incident) if role is Reason.CHANGED else ""


def _since_first(page: Page, incident: Incident) -> str:
    """In how long it opened so often."""
    return span(page.now.wall - incident.reopenings[0])


def _nevertheless(incident: Incident) -> str:
    """What is told of it although it is hidden."""
    done = hidden_by(incident)
    if done is not None and done.transition is Transition.SILENCED:
        return "Its end is told all the same."

    return "You hear of it again when it gets worse, and when it is over."


def _unanswered(page: Page, incident: Incident) -> str:
    """Why somebody else is told now: nobody has answered for it, or not for long."""
    answer = next((one for one in reversed(spell(incident)) if one.transition in _ANSWERS), None)
    if answer is None:
        waited = max(page.channel.after, page.notification.committed_at - incident.fact_at)
        return f"Nobody has acknowledged it for {span(waited)}."

    if answer.transition is Transition.UNACKNOWLEDGED:
        return f"It was acknowledged; {f'{answer.note} took that' if answer.note else 'that was taken'} back."

    return sentence(f"It was {hiding_words(page, answer)}")


_ANSWERS = frozenset({Transition.ACKNOWLEDGED, Transition.UNACKNOWLEDGED})


def hidden_by(incident: Incident) -> Chapter | None:
    """Which acknowledgement or silence came last."""
    return next((one for one in reversed(incident.chapters) if one.transition in _HIDINGS), None)


def hiding_words(page: Page, chapter: Chapter) -> str:
    """Who took it in hand, or does not want to hear of it, why, and for how long. A silence may be older than the trouble."""
    now, zone = page.now.wall, page.place.zone
    at = f" at {clock_time(chapter.at, now, zone)}" if chapter.transition is Transition.ACKNOWLEDGED else ""
    until = f" until {clock_time(chapter.until, now, zone)}" if chapter.until is not None else ""
    by = f" by {chapter.note}" if chapter.note else ""
    return one_line(f"{chapter.transition}{at}{until}{by}", _HIDDEN_LIMIT)


def _hidden_line(page: Page, incident: Incident) -> str:
    """The first line, which stands alone."""
    last = hidden_by(incident)
    return "" if last is None else _said(hiding_words(page, last))


def _said(words: str) -> str:
    return sentence(words[0].upper() + words[1:])


def _beside(page: Page, incident: Incident, role: Reason) -> str:
    """That somebody has it in hand already, in a word that is told all the same."""
    done = _standing(page, incident) if role is not Reason.HIDDEN else None
    return "" if done is None else _said(hiding_words(page, done))


def _standing(page: Page, incident: Incident) -> Chapter | None:
    """The acknowledgement that holds; a silence only while this message waited: it may have been removed before."""
    now, decided = page.now.wall, page.notification.committed_at
    acked = holds(incident.ack, now)
    return next(
        (
            one
            for one in reversed(spell(incident))
            if (one.transition is Transition.ACKNOWLEDGED and acked)
            or (one.transition is Transition.SILENCED and one.at >= decided and (one.until or 0) > now)
        ),
        None,
    )


def _turn(page: Page, incident: Incident) -> str:
    """How it came to be what it is: again, for good, or from something else."""
    last = _turned(incident)
    turn = None if last is None else last.transition
    if turn is Transition.CALMED:
        return "It has stopped changing: no longer unstable."

    if turn is Transition.REOPENED:
        ends = [chapter.at for chapter in incident.chapters if chapter.transition is Transition.RESOLVED]
        well = incident.fact_at - ends[-1] if ends else 0
        return f"Again: it was well for {span(well)}." if well >= SECOND else "Again."

    return _before(page, incident)


def _before(page: Page, incident: Incident) -> str:
    """What it was since when, if that was something else."""
    others = [chapter for chapter in spell(incident) if chapter.kind is not incident.kind]
    if not others:
        return ""

    was = others[-1].kind
    began = [*takewhile(lambda chapter: chapter.kind is was, reversed(others))][-1]
    return f"Before: {CATALOGUE[was].ending[0]} since {clock_time(began.at, page.now.wall, page.place.zone)}."


def _times(incident: Incident) -> str:
    return counted(len(incident.reopenings), "time")


def _hit(page: Page, incident: Incident) -> str:
    facts = incident.facts
    if incident.form is Form.EVENT and facts.sessions:
        return phrases.session(facts.sessions[0], title=page.titles, identified=True)

    if incident.kind in STORY_KINDS and not facts.sessions_known:
        return "Which sessions it hit is not known."

    return phrases.sessions(facts.sessions, titles=page.titles)


def _printed(facts: Facts) -> tuple[str, ...]:
    """What the session printed last, and whether that is all of it."""
    gaps = f"Its recorded output has gaps: {counted(facts.dropped, 'piece')} dropped." if facts.dropped else ""
    lines = tuple(f"> {said(text, _PRINTED_LIMIT)}" for text in facts.output)
    return (gaps, "Printed last:" if lines else "", *lines)


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
    return "; ".join(part for part in (words, phrases.why(incident), comeback(incident)) if part)


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
