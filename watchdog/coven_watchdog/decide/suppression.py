"""Why something is not told on one channel: an ordered list of questions, the first yes decides. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from coven_watchdog.catalogue import STORY_KINDS
from coven_watchdog.decide.hiding import hiding, holds
from coven_watchdog.model.incidents import Incident, Step
from coven_watchdog.model.telling import Silence
from coven_watchdog.model.time import DAY, Instant
from coven_watchdog.model.words import Form, Found, Kind, Reason, Severity, Suppression, Transition
from coven_watchdog.settings import Channel

_LOUDER = frozenset({Transition.CHANGED, Transition.REOPENED})
_STORY_SUBJECTS = ("session:", "store", "event_writer", "capability:", "harness:")


@dataclass(frozen=True, slots=True)
class Question:
    """One step, one channel: is it told?"""

    step: Step
    reason: Reason
    channel: Channel
    open: tuple[Incident, ...]
    """Every open incident of the homes in question, after what was decided so far."""
    before: tuple[Incident, ...]
    """The same, before this transaction."""
    silences: tuple[Silence, ...]
    now: Instant
    heard: bool = False
    """This channel was told of the incident since it opened."""
    home: str = ""
    """The name of the incident's home."""
    quiet: bool = False
    """It lies in quiet hours."""
    missing: int = 0
    """What the channel's bucket lacks for this message; 0 when it may go, or joins one that goes anyway."""

    @property
    def incident(self) -> Incident:
        """The incident in question."""
        return self.step.incident

    @property
    def waits(self) -> int:
        """µs that are left before this channel is told, if nobody has acknowledged it by then."""
        return self.channel.after - (self.now.awake - self.incident.opened_awake) if self.channel.after else 0


def withheld(question: Question) -> Suppression | None:
    """The first reason not to tell, or None. A recovery passes all but its own switch."""
    if question.reason in {Reason.RESOLVED, Reason.LATE}:
        return None

    return next((suppression for suppression, holds in _QUESTIONS if holds(question)), None)


def inhibited(incident: Incident, open_now: Iterable[Incident], before: Iterable[Incident] = ()) -> bool:
    """Whether an open trouble of the daemon, or of the home, tells this as part of its own story.

    A restart belongs to the story that it ends, also when that has just been resolved; a loop tells of its restarts, unless
    one has cost sessions.
    """
    others = [other for other in open_now if other.home == incident.home and other.id != incident.id]
    if incident.kind is Kind.DAEMON_SOCKET_LOST:
        return any(other.kind is Kind.HOME_MISSING for other in others)

    if incident.kind is Kind.DAEMON_RESTARTED:
        ended = [other for other in before if other.home == incident.home]
        loop = any(other.kind is Kind.DAEMON_RESTART_LOOP for other in others)
        two = any(other.kind is Kind.DAEMON_DUPLICATE for other in (*others, *ended))
        return two or any(map(_is_story, (*others, *ended))) or (loop and not incident.facts.lost)

    return incident.subject.startswith(_STORY_SUBJECTS) and any(map(_is_story, others))


def _is_story(other: Incident) -> bool:
    return other.subject == "daemon" and other.kind in STORY_KINDS


def _off(question: Question) -> bool:
    return question.incident.severity is Severity.OFF


def _not_routed(question: Question) -> bool:
    """A failing channel cannot tell of its own failure; what is told once cannot still be open after a while."""
    name = question.channel.name
    own = question.incident.subject in {f"channel:{name}", f"self:config.channel.{name}"}
    never_open = question.channel.after > 0 and question.incident.form is Form.EVENT
    return own or never_open or not routed(question.incident, question.channel, question.home)


def routed(incident: Incident, channel: Channel, home: str) -> bool:
    """Whether the channel is there for this kind, and for the home of that name. The watchdog's own troubles are of no home."""
    return channel.is_for(incident.kind) and (
        not incident.home or any(fnmatchcase(name, glob) for name in (home, incident.home) for glob in channel.homes)
    )


def _below(question: Question) -> bool:
    """Too quiet for this channel; who was told of a crash hears all the same that it was none."""
    corrects = question.step.transition is Transition.CHANGED and question.step.worse
    return not (question.heard and corrects) and not _reaches(question.incident, question.channel)


def _reaches(incident: Incident, channel: Channel) -> bool:
    return channel.singles_out(incident.kind) or incident.severity.rank >= channel.min_severity.rank


def _too_old(question: Question) -> bool:
    return question.incident.found is Found.CATCH_UP and question.now.wall - question.incident.fact_at > DAY


def _inhibited(question: Question) -> bool:
    """A story that this channel does not tell cannot tell anything else either."""
    told, ended = ([other for other in side if _tells(question, other)] for side in (question.open, question.before))
    return inhibited(question.incident, told, ended)


def _tells(question: Question, other: Incident) -> bool:
    loud = other.severity is not Severity.OFF and _reaches(other, question.channel)
    return loud and routed(other, question.channel, question.home)


def _milder(question: Question) -> bool:
    """Who was told of the worse is not troubled with the milder."""
    return question.heard and question.step.transition is Transition.CHANGED and not question.step.worse


def _unstable(question: Question) -> bool:
    """An unstable incident is told of once, and then when it has calmed down; between them only if it is louder than ever."""
    step = question.step
    now = step.incident.severity.rank
    before = max((chapter.severity.rank for chapter in step.incident.chapters[:-1]), default=now)
    louder = step.transition in _LOUDER and now > before
    return question.heard and step.incident.unstable and step.transition is not Transition.BECAME_UNSTABLE and not louder


def _acknowledged(question: Question) -> bool:
    return holds(question.incident.ack, question.now.wall) and not question.step.worse


def _silenced(question: Question) -> bool:
    return bool(hiding(question.silences, question.incident, question.now.wall))


def _waiting(question: Question) -> bool:
    """An escalation: only what nobody has acknowledged for a while."""
    return question.waits > 0


def _quiet(question: Question) -> bool:
    return question.quiet and question.incident.severity is not Severity.CRITICAL


def _rate_limited(question: Question) -> bool:
    return question.missing > 0


_QUESTIONS: tuple[tuple[Suppression, Callable[[Question], bool]], ...] = (
    (Suppression.OFF, _off),
    (Suppression.NOT_ROUTED, _not_routed),
    (Suppression.BELOW_SEVERITY, _below),
    (Suppression.TOO_OLD, _too_old),
    (Suppression.INHIBITED, _inhibited),
    (Suppression.MILDER, _milder),
    (Suppression.UNSTABLE, _unstable),
    (Suppression.ACKNOWLEDGED, _acknowledged),
    (Suppression.SILENCED, _silenced),
    (Suppression.WAITING_AFTER, _waiting),
    (Suppression.QUIET_HOURS, _quiet),
    (Suppression.RATE_LIMITED, _rate_limited),
)
"""The bucket is asked last: nothing takes a token that would not be told anyway."""
