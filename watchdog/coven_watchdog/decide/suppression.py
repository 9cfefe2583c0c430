"""Why something is not told on one channel: an ordered list of questions, the first yes decides. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from coven_watchdog.catalogue import STORY_KINDS
from coven_watchdog.model.incidents import Incident, Step
from coven_watchdog.model.telling import Silence
from coven_watchdog.model.time import DAY, Instant
from coven_watchdog.model.words import Found, Kind, Reason, Severity, Suppression, Transition
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

    @property
    def incident(self) -> Incident:
        """The incident in question."""
        return self.step.incident


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
        return any(map(_is_story, (*others, *ended))) or (loop and not incident.facts.lost)

    return incident.subject.startswith(_STORY_SUBJECTS) and any(map(_is_story, others))


def _is_story(other: Incident) -> bool:
    return other.subject == "daemon" and other.kind in STORY_KINDS


def _off(question: Question) -> bool:
    return question.incident.severity is Severity.OFF


def _not_routed(question: Question) -> bool:
    """A failing channel cannot tell of its own failure."""
    return question.incident.subject == f"channel:{question.channel.name}"


def _below(question: Question) -> bool:
    """Too quiet for this channel; who was told of a crash hears all the same that it was none."""
    corrects = question.step.transition is Transition.CHANGED and question.step.worse
    return not (question.heard and corrects) and not _reaches(question.incident, question.channel)


def _reaches(incident: Incident, channel: Channel) -> bool:
    named = any(fnmatchcase(incident.kind, glob) for glob in channel.also)
    return named or incident.severity.rank >= channel.min_severity.rank


def _too_old(question: Question) -> bool:
    return question.incident.found is Found.CATCH_UP and question.now.wall - question.incident.fact_at > DAY


def _inhibited(question: Question) -> bool:
    """A story that this channel does not tell cannot tell anything else either."""
    told = [other for other in question.open if _reaches(other, question.channel)]
    return inhibited(question.incident, told, [other for other in question.before if _reaches(other, question.channel)])


def _milder(question: Question) -> bool:
    """Who was told of the worse is not troubled with the milder."""
    return question.heard and question.step.transition is Transition.CHANGED and not question.step.worse


def _unstable(question: Question) -> bool:
    """An unstable incident is told of once, and then when it has calmed down; between them only if it is louder than ever."""
    step = question.step
    now = step.incident.severity.rank
    before = max((chapter.severity.rank for chapter in step.incident.chapters[:-1]), default=now)
    louder = step.transition in _LOUDER and now > before
    return step.incident.unstable and step.transition is not Transition.BECAME_UNSTABLE and not louder


def _acknowledged(question: Question) -> bool:
    ack = question.incident.ack
    held = ack is not None and (ack.until is None or question.now.wall < ack.until)
    return held and not question.step.worse


def _silenced(question: Question) -> bool:
    return any(_matches(silence, question.incident, question.now) for silence in question.silences)


def _matches(silence: Silence, incident: Incident, now: Instant) -> bool:
    return (
        now.wall < silence.until
        and fnmatchcase(incident.kind, silence.kind)
        and silence.session in {"", incident.subject.removeprefix("session:")}
        and silence.home in {"", incident.home}
    )


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
)
