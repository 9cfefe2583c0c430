"""What people did, as steps of the story: each thing once, with who and why."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from coven_watchdog.decide.by_hand import done_by_hand
from coven_watchdog.decide.changes import changed, created, reopened, resolved
from coven_watchdog.model.incidents import Ack, Incident, Step
from coven_watchdog.model.telling import Silence
from coven_watchdog.model.time import MINUTE, Instant
from coven_watchdog.model.words import IncidentState, Kind, Transition
from decide.verdicts import CRASHED, CRITICAL, HUNG, START, WALL, WARNING, WELL, bad

OPEN = created(CRASHED, "a", IncidentState.OPEN, START)
ACK = Ack(WALL + MINUTE, "ada", "on it", WALL + 90 * MINUTE)
SILENCE = Silence("s", WALL + 60 * MINUTE, by="bob", reason="upgrading")


def at(minutes: int) -> Instant:
    """So long after it opened."""
    return Instant(WALL + minutes * MINUTE, START.awake + minutes * MINUTE)


def done(incident: Incident, silences: Sequence[Silence] = (), minutes: int = 2) -> list[Step]:
    """What is new."""
    return list(done_by_hand(incident, silences, at(minutes)))


def after(incident: Incident, silences: Sequence[Silence] = (), minutes: int = 2) -> Incident:
    """The incident with what is new in its story."""
    return [*done(incident, silences, minutes)][-1].incident


def words(steps: list[Step]) -> list[str]:
    """What happened, and by whom."""
    return [f"{step.transition}: {step.note}" for step in steps]


def test_nothing_was_done() -> None:
    """Without an acknowledgement or a silence there is no step."""
    assert done(OPEN) == []


def test_an_acknowledgement_is_a_chapter_once() -> None:
    """From when it was given, by whom, why and for how long; and then it is known."""
    (step,) = done(replace(OPEN, ack=ACK))
    chapter = step.incident.chapters[-1]
    assert (step.transition, step.note, step.at) == (Transition.ACKNOWLEDGED, "ada: on it", at(2))
    assert (chapter.at, chapter.until, chapter.note) == (WALL + MINUTE, WALL + 90 * MINUTE, "ada: on it")
    assert (chapter.kind, chapter.severity) == (Kind.DAEMON_CRASHED, CRITICAL)
    assert done(step.incident) == []


def test_another_acknowledgement_is_another_chapter() -> None:
    """Who acknowledges again does so with other words, or for longer."""
    first = after(replace(OPEN, ack=ACK))
    again = replace(first, ack=Ack(WALL + 5 * MINUTE, "bob"))
    assert words(done(again)) == ["acknowledged: bob"]
    assert done(after(again)) == []


def test_an_acknowledgement_is_taken_back_once() -> None:
    """And can be given anew."""
    undone = replace(after(replace(OPEN, ack=ACK)), ack=None, unacknowledged_by="bob")
    (step,) = done(undone, minutes=5)
    assert (step.transition, step.note, step.incident.chapters[-1].at) == (Transition.UNACKNOWLEDGED, "bob", WALL + 5 * MINUTE)
    assert done(step.incident) == []
    assert words(done(replace(step.incident, ack=replace(ACK, at=WALL + 6 * MINUTE)))) == ["acknowledged: ada: on it"]


def test_what_was_acknowledged_before_it_opened_again() -> None:
    """An opening begins with nobody's word, and nothing of the one before has to be taken back."""
    over = resolved(after(replace(OPEN, ack=ACK)), WELL, at(3)).incident
    assert done(reopened(over, CRASHED, at(4)).incident) == []


@pytest.mark.parametrize(
    ("silences", "said"),
    [
        ((), []),
        ((SILENCE,), ["silenced: bob: upgrading"]),
        ((replace(SILENCE, reason=""),), ["silenced: bob"]),
        ((replace(SILENCE, kind="session.*"),), []),
        ((replace(SILENCE, until=WALL + 2 * MINUTE),), []),
        ((SILENCE, Silence("t", WALL + 70 * MINUTE, by="eve"), Silence("u", WALL + 5 * MINUTE, by="max")), ["silenced: eve"]),
    ],
)
def test_a_silence_is_a_chapter_of_what_is_critical(silences: tuple[Silence, ...], said: list[str]) -> None:
    """Of those that mean it, the longest; with who and why."""
    assert words(done(OPEN, silences)) == said


def test_a_silence_is_told_of_what_is_critical_only() -> None:
    """What is milder is hidden without a word, until it is critical."""
    mild = created(bad(Kind.DAEMON_CRASHED, WARNING), "a", IncidentState.OPEN, START)
    assert done(mild, [SILENCE]) == []
    worse = changed(mild, CRASHED, at(1))
    assert worse is not None
    assert words(done(worse.incident, [SILENCE])) == ["silenced: bob: upgrading"]


def test_a_silence_is_a_chapter_of_each_opening() -> None:
    """Once while it is open, whichever silence comes next; once more when it opens anew."""
    hidden = after(OPEN, [SILENCE])
    assert hidden.chapters[-1].until == SILENCE.until
    assert done(hidden, [SILENCE, Silence("t", WALL + 80 * MINUTE)]) == []
    again = reopened(resolved(hidden, WELL, at(3)).incident, HUNG, at(4)).incident
    assert words(done(again, [SILENCE])) == ["silenced: bob: upgrading"]


def test_a_silence_is_one_chapter_of_what_flaps() -> None:
    """An unstable incident is one story, however often it opens."""
    flapping = replace(after(OPEN, [SILENCE]), unstable=True)
    again = reopened(resolved(flapping, WELL, at(3)).incident, CRASHED, at(4)).incident
    assert done(again, [SILENCE]) == []


def test_both_at_once() -> None:
    """The silence's step knows of the acknowledgement's."""
    steps = done(replace(OPEN, ack=ACK), [SILENCE])
    assert words(steps) == ["acknowledged: ada: on it", "silenced: bob: upgrading"]
    assert [one.transition for one in steps[-1].incident.chapters] == [
        Transition.OPENED,
        Transition.ACKNOWLEDGED,
        Transition.SILENCED,
    ]
