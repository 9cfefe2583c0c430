"""Whether people have hidden something."""

import pytest

from coven_watchdog.decide.hiding import hiding, holds, matches
from coven_watchdog.model.incidents import Ack
from store.builders import HOME, START, at, event, incident, silence

CRASH, FAILED = incident(), event()


@pytest.mark.parametrize(
    ("matchers", "crash", "failed"),
    [
        ({}, True, True),
        ({"kind": "daemon.*"}, True, False),
        ({"kind": "session.failed"}, False, True),
        ({"session": "3f0c"}, False, True),
        ({"session": "3f0"}, False, False),
        ({"session": "daemon"}, False, False),
        ({"home": HOME}, True, True),
        ({"home": "/other"}, False, False),
        ({"kind": "session.*", "session": "3f0c", "home": HOME}, False, True),
        ({"kind": "daemon.*", "session": "3f0c"}, False, False),
    ],
)
def test_every_matcher_must_match(matchers: dict[str, str], *, crash: bool, failed: bool) -> None:
    """A kind by a glob, a session by its whole id, a home by its key; what is left out matches anything."""
    one = silence(**matchers)
    assert (matches(one, CRASH), matches(one, FAILED)) == (crash, failed)


def test_only_what_is_in_force_hides() -> None:
    """Up to the moment of its end and not a µs longer; of several the longest stands last."""
    short, long, other = silence("s-a", until=at(5).wall), silence("s-b", until=at(9).wall), silence("s-c", kind="session.*")
    assert hiding((long, short, other), CRASH, START) == (short, long)
    assert hiding((long, short, other), CRASH, at(5).wall - 1) == (short, long)
    assert hiding((long, short, other), CRASH, at(5).wall) == (long,)
    assert hiding((long, short, other), CRASH, at(9).wall) == ()


def test_an_acknowledgement_holds() -> None:
    """Until it is over, or until its time has come; without one there is none."""
    assert holds(Ack(START, "ada"), at(9_999_999).wall)
    assert holds(Ack(START, "ada", until=at(5).wall), at(5).wall - 1)
    assert not holds(Ack(START, "ada", until=at(5).wall), at(5).wall)
    assert not holds(None, START)
