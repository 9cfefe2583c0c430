"""What people did to an incident, as steps of its story: acknowledgements and silences in, the steps that are new out. Pure."""

from collections.abc import Iterator, Sequence

from coven_watchdog.decide.changes import spell, with_chapter
from coven_watchdog.decide.hiding import hiding
from coven_watchdog.model.incidents import Chapter, Incident, Step
from coven_watchdog.model.telling import Silence
from coven_watchdog.model.time import Instant
from coven_watchdog.model.words import Severity, Transition

_ANSWERS = frozenset({Transition.ACKNOWLEDGED, Transition.UNACKNOWLEDGED})


def done_by_hand(incident: Incident, silences: Sequence[Silence], now: Instant) -> Iterator[Step]:
    """What people have done to this open incident that its story does not tell yet.

    Args:
        incident: as stored.
        silences: those that hold now.
        now: wall time matters.
    """
    for step in _answer(incident, now):
        incident = step.incident
        yield step

    yield from _silence(incident, silences, now)


def _answer(incident: Incident, now: Instant) -> Iterator[Step]:
    """It was acknowledged, or is not any more. An older chapter may be of an opening before this one, which needs no undoing."""
    ack = incident.ack
    told = [chapter for chapter in spell(incident) if chapter.transition in _ANSWERS]
    if ack is not None and not any(chapter.at == ack.at for chapter in told):
        yield _step(incident, Transition.ACKNOWLEDGED, now, ack.at, _said(ack.by, ack.reason), ack.until)
    elif ack is None and told and told[-1].transition is Transition.ACKNOWLEDGED:
        yield _step(incident, Transition.UNACKNOWLEDGED, now, now.wall, incident.unacknowledged_by)


def _silence(incident: Incident, silences: Sequence[Silence], now: Instant) -> Iterator[Step]:
    """A silence hides something critical: once for each time that it opens, and once for all while it flaps."""
    if incident.severity is not Severity.CRITICAL:
        return

    chapters = incident.chapters if incident.unstable else spell(incident)
    known = any(chapter.transition is Transition.SILENCED for chapter in chapters)
    found = hiding(silences, incident, now.wall)
    if found and not known:
        longest = found[-1]
        yield _step(incident, Transition.SILENCED, now, now.wall, _said(longest.by, longest.reason), longest.until)


def _step(incident: Incident, transition: Transition, now: Instant, at: int, note: str = "", until: int | None = None) -> Step:
    chapter = Chapter(at, transition, incident.kind, incident.severity, note, until)
    return Step(with_chapter(incident, chapter), transition, now, note=note)


def _said(by: str, reason: str) -> str:
    return f"{by}: {reason}" if reason else by
