"""What people do not want to hear: which silence means what, and how long it holds."""

from dataclasses import replace
from typing import Any

import pytest

from coven_watchdog.decide.changes import created
from coven_watchdog.decide.hiding import hiding, holds, matches
from coven_watchdog.model.incidents import Ack, Incident
from coven_watchdog.model.telling import Silence
from coven_watchdog.model.words import IncidentState, Kind
from decide.verdicts import CRASHED, HOME, START, WALL, bad

CRASH = created(CRASHED, "a", IncidentState.OPEN, START)
FAILURE = created(bad(Kind.SESSION_FAILED, subject="session:3f0c"), "b", IncidentState.NOTED, START)
OWN = replace(created(bad(Kind.WATCHDOG_BLIND), "c", IncidentState.OPEN, START), home="")


@pytest.mark.parametrize(
    ("matchers", "crash", "failure", "own"),
    [
        ({}, True, True, True),
        ({"kind": "daemon.*"}, True, False, False),
        ({"kind": "daemon.crashed"}, True, False, False),
        ({"kind": "*.fail*"}, False, True, False),
        ({"kind": "Daemon.*"}, False, False, False),
        ({"session": "3f0c"}, False, True, False),
        ({"session": "3f0"}, False, False, False),
        ({"home": HOME}, True, True, False),
        ({"home": "/other"}, False, False, False),
        ({"home": HOME, "kind": "session.*"}, False, True, False),
        ({"home": HOME, "session": "other"}, False, False, False),
        ({"kind": "daemon.*", "session": "3f0c"}, False, False, False),
    ],
)
def test_what_a_silence_means(matchers: dict[str, Any], *, crash: bool, failure: bool, own: bool) -> None:
    """Without matchers everything; every matcher that is given must match, and a session is meant by its whole id."""
    silence = Silence("s", WALL, **matchers)
    found: list[bool] = [matches(silence, one) for one in (CRASH, FAILURE, OWN)]
    assert found == [crash, failure, own]


def test_the_longest_last() -> None:
    """Those that hold now and mean it, by their ends; one that ends at this moment holds no more."""
    ends = {"over": 0, "long": 50, "short": 10, "middle": 20}
    silences = [Silence(name, WALL + end) for name, end in ends.items()] + [Silence("other", WALL + 90, kind="session.*")]

    def names(incident: Incident, now: int) -> list[str]:
        return [one.id for one in hiding(silences, incident, now)]

    assert names(CRASH, WALL) == ["short", "middle", "long"]
    assert names(CRASH, WALL + 19) == ["middle", "long"]
    assert names(CRASH, WALL + 50) == []
    assert names(FAILURE, WALL + 50) == ["other"]


@pytest.mark.parametrize(
    ("ack", "now", "held"),
    [
        (None, WALL, False),
        (Ack(WALL, "ada"), WALL, True),
        (Ack(WALL, "ada"), WALL + (1 << 60), True),
        (Ack(WALL, "ada", until=WALL + 5), WALL + 4, True),
        (Ack(WALL, "ada", until=WALL + 5), WALL + 5, False),
    ],
)
def test_how_long_an_acknowledgement_holds(ack: Ack | None, now: int, *, held: bool) -> None:
    """For as long as it was given, else until it is over."""
    assert holds(ack, now) is held
