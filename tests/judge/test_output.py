"""What is said of a session's output beside its trouble."""

from dataclasses import replace
from typing import Any

import pytest

from coven_watchdog.model.facts import EventsSeen, EventWriter
from coven_watchdog.model.processes import TailSeen
from coven_watchdog.model.words import Look
from coven_watchdog.settings import Privacy, Settings
from tale import GOOD, HOME, Tale, row

WANTED = Settings(homes=(HOME,), privacy=Privacy(output_lines=3))
FAILED = "session.failed"


def ended(settings: Settings | None = None, dropped: int = 0, **more: Any) -> Tale:  # noqa: ANN401 - any field of a row
    """A session of the daemon's own gave up at second 10."""
    health = replace(GOOD, event_writer=EventWriter("healthy", dropped, 7))
    tale = Tale(settings).served(0, row()).harness(1, "s1", 50).health(2, health=health)
    return tale.listed(10, row("s1", "failed", ended=10, **({"exit_code": 3} | more)))


def printed(tale: Tale, second: float, *lines: str, **more: Any) -> Tale:  # noqa: ANN401 - any field of it
    """Its last lines were read."""
    return tale.see(second, TailSeen(HOME, tale.now, "s1", lines, **more))


def test_nobody_wants_output() -> None:
    """Then it is told at once, and not asked for."""
    tale = ended()
    assert (tale.presents, tale.looks) == ((FAILED,), ())
    assert tale.verdict(FAILED).facts.output == ()


@pytest.mark.parametrize(("more", "kind"), [({}, FAILED), ({"exit_code": None}, "session.crashed")])
def test_the_last_lines_are_waited_for(more: dict[str, Any], kind: str) -> None:
    """Where they are wanted: ten seconds at most; what could not be read is not asked for again."""
    tale = ended(WANTED, **more)
    tale.see(10.1, EventsSeen(HOME, tale.now, "s1", any=True)).wait(11)
    assert (tale.presents, tale.looks) == ((), (Look.TAIL,))
    assert tale.wait(20.1).presents == (kind,)
    printed(tale, 21, "one", "two", dropped=4)
    assert (tale.verdict(kind).facts.output, tale.verdict(kind).facts.dropped) == (("one", "two"), 4)
    unread = ended(WANTED)
    assert printed(unread, 11, known=False).verdict(FAILED).facts.output == ()
    assert unread.looks == ()


def test_output_that_was_dropped() -> None:
    """While the daemon has dropped some of anybody's, this one's events are asked for; they say whether it was its own."""
    tale = ended(dropped=5)
    assert (tale.presents, tale.looks) == (("event_writer.pressured",), (Look.EVENTS,))
    tale.see(11, EventsSeen(HOME, tale.now, "s1", any=True, dropped=2))
    assert tale.verdict(FAILED).facts.dropped == 2
    tale = ended(dropped=5)
    assert tale.see(11, EventsSeen(HOME, tale.now, "s1", any=True)).verdict(FAILED).facts.dropped == 0
