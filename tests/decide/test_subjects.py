"""Subjects, and which sessions nobody will say anything of any more."""

from dataclasses import replace
from itertools import count

from coven_watchdog.decide.incidents import advance
from coven_watchdog.decide.memory import Advance, Incidents
from coven_watchdog.decide.subjects import by_subject, gone
from coven_watchdog.model.incidents import Judgement, Verdict
from coven_watchdog.model.time import SECOND, Instant
from coven_watchdog.model.words import Kind, Transition
from decide.verdicts import AWAKE, CRASHED, DESK, HOME, WALL, bad, well

GHOST = bad(Kind.SESSION_GHOST, subject="session:a")


def step(before: Incidents, second: int, *verdicts: Verdict, followed: tuple[frozenset[str], ...] = ()) -> Advance:
    """One judgement at that second."""
    now = Instant(WALL + second * SECOND, AWAKE + second * SECOND)
    names = (f"i{number}" for number in count(second))
    return advance(before, Judgement(verdicts, followed=followed), DESK, now, home=HOME, names=names)


def test_verdicts_by_subject() -> None:
    """What is known already stands among them, also when nothing is said of it; events are no states."""
    known = step(Incidents(), 0, CRASHED, GHOST).incidents
    said = Judgement((well(), bad(Kind.SESSION_FAILED)))
    assert by_subject(said, known, HOME) == {"daemon": [well()], "session:a": []}
    assert by_subject(Judgement(), known, "/other") == {}


def test_gone() -> None:
    """Only sessions, only of this home, only what none of the places has."""
    keys = [(HOME, "session:a"), (HOME, "session:b"), (HOME, "session:c"), (HOME, "daemon"), ("/other", "session:a")]
    assert gone(keys, HOME, ({"b"}, {"c": 1})) == ((HOME, "session:a"),)


def test_a_session_that_is_gone_is_withdrawn() -> None:
    """Sacrificed, or archived: how it went on is not known."""
    known = step(Incidents(), 0, GHOST).incidents
    assert step(known, 1, followed=(frozenset("a"),)).steps == ()
    assert step(known, 1).steps == ()
    left = step(known, 2, followed=(frozenset(), frozenset("b")))
    assert [one.transition for one in left.steps] == [Transition.WITHDRAWN]
    assert left.steps[0].incident.withdrawn
    assert not left.incidents.open
    assert step(left.incidents, 3, followed=(frozenset(),)).steps == ()


def test_one_that_was_over_owes_nothing_unless_it_was_unstable() -> None:
    """What is withdrawn then is the promise of one word at the end."""
    over = well(Kind.SESSION_GHOST, subject="session:a")
    known = step(step(Incidents(), 0, GHOST).incidents, 1, over).incidents
    assert step(known, 2, followed=(frozenset(),)).steps == ()
    (key,) = known.closed
    unstable = replace(known, closed={key: replace(known.closed[key], unstable=True)})
    assert [one.transition for one in step(unstable, 2, followed=(frozenset(),)).steps] == [Transition.WITHDRAWN]
