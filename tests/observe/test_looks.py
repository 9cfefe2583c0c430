"""Looks in flight: equal ones are one, and an answer made before the question answers nothing."""

import pytest

from coven_watchdog.model.facts import (
    Asked,
    EventsSeen,
    FilesSeen,
    LockSeen,
    Observation,
    Scene,
    SceneSeen,
    SessionSeen,
    SessionsListed,
    Slept,
)
from coven_watchdog.model.incidents import LookRequest
from coven_watchdog.model.time import MILLISECOND, SECOND, Instant
from coven_watchdog.model.words import Look, Outcome, Route
from coven_watchdog.observe.looks import Looks, answers, patience
from coven_watchdog.settings import Duration, Probe

AT = Instant(0, 100 * SECOND)
FILES = LookRequest("h", Look.FILES)


def later(micros: int) -> Instant:
    """So much after AT."""
    return Instant(0, AT.awake + micros)


def test_equal_looks_are_one() -> None:
    """A look that is in flight is not made twice; once answered it may be asked again."""
    looks = Looks()
    assert looks.add(FILES, AT)
    assert not looks.add(FILES, AT)
    assert looks.add(LookRequest("h", Look.SESSION, "a"), AT)
    assert looks.add(LookRequest("h", Look.SESSION, "b"), AT)
    looks.settle(FilesSeen("h", AT))
    assert looks.add(FILES, AT)


def test_an_older_observation_answers_nothing() -> None:
    """What was seen before the question came is no answer to it."""
    looks = Looks()
    looks.add(FILES, AT)
    settled = looks.pending[FILES]
    looks.settle(FilesSeen("h", later(-1)))
    assert not settled.is_set()
    looks.settle(FilesSeen("h", AT))
    assert settled.is_set()
    assert not looks.pending


def test_one_answer_for_questions_of_different_patience() -> None:
    """Health looks with different time-outs are answered by the same answer."""
    looks = Looks()
    for timeout in (None, 500 * MILLISECOND):
        looks.add(LookRequest("h", Look.HEALTH, timeout=timeout), AT)

    looks.settle(Asked("h", AT, Route.HEALTH, Outcome.TIMED_OUT))
    assert not looks.pending


def test_an_answer_about_another_session_is_none() -> None:
    """Rows and events answer the look at their own session only."""
    looks = Looks()
    looks.add(LookRequest("h", Look.EVENTS, "a"), AT)
    looks.settle(EventsSeen("h", AT, "b", any=True))
    looks.settle(Asked("h", AT, Route.EVENTS, Outcome.RESET, session="b"))
    assert looks.pending
    looks.settle(Asked("h", AT, Route.EVENTS, Outcome.RESET, session="a"))
    assert not looks.pending


def test_a_question_asked_again_at_once_waits_a_little() -> None:
    """Equal looks are at least 50 ms apart, so that judging and looking never make a busy loop."""
    looks = Looks()
    assert looks.pause(FILES, AT) == 0
    assert looks.pause(FILES, later(20 * MILLISECOND)) == 30 * MILLISECOND
    assert looks.pause(FILES, later(60 * MILLISECOND)) == 40 * MILLISECOND
    assert looks.pause(LookRequest("h", Look.DAEMON), AT) == 0
    assert looks.pause(FILES, later(SECOND)) == 0


def test_memory_of_looks_is_bounded() -> None:
    """Ten thousand sessions looked at leave no ten thousand notes."""
    looks = Looks()
    for number in range(10_000):
        looks.pause(LookRequest("h", Look.EVENTS, str(number)), AT)

    assert len(looks._asked_at) <= 1_000


@pytest.mark.parametrize(
    ("observation", "answered"),
    [
        (LockSeen("h", AT), ((Look.DAEMON, ""),)),
        (SceneSeen("h", AT, None, Scene(0)), ((Look.SCENE, ""),)),
        (SessionsListed("h", AT, (), complete=False), ((Look.SESSIONS, ""),)),
        (Asked("h", AT, Route.SESSIONS, Outcome.RESET), ((Look.SESSIONS, ""),)),
        (SessionSeen("h", AT, "a", None), ((Look.SESSION, "a"),)),
        (Slept("h", AT, 0), ()),
    ],
)
def test_what_answers_what(observation: Observation, answered: tuple[tuple[Look, str], ...]) -> None:
    """Each look is answered by its own kind of observation."""
    assert answers(observation) == answered


@pytest.mark.parametrize(
    ("request_", "seconds"),
    [
        (FILES, 0.25),
        (LookRequest("h", Look.DAEMON), 0.25),
        (LookRequest("h", Look.SCENE), 0.25),
        (LookRequest("h", Look.HEALTH), 4.0),
        (LookRequest("h", Look.HEALTH, timeout=SECOND // 2), 1.5),
        (LookRequest("h", Look.SESSIONS), 20.0),
    ],
)
def test_patience(request_: LookRequest, seconds: float) -> None:
    """What lies on this machine is looked at within 250 ms, a request within its time-out and a little."""
    assert patience(request_, Probe(health_timeout=Duration(3 * SECOND))) == seconds
