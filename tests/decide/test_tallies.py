"""Ended sessions, counted."""

from dataclasses import replace

from coven_watchdog.decide.tallies import ended, is_session, lost, lost_ids
from coven_watchdog.model.digests import Tally
from coven_watchdog.model.incidents import Facts
from coven_watchdog.model.time import HOUR
from coven_watchdog.model.words import Kind, Severity
from decide.mornings import CRASH, ENDS, NOW, OPEN, RESTART
from decide.mornings import ended as end
from store.builders import brief


def test_by_harness_and_project() -> None:
    """The worst ends first, in each the most first."""
    assert list(ended(ENDS))[:5] == [
        Tally(Kind.SESSION_FAILED, Severity.WARNING, "claude", "api", 1),
        Tally(Kind.SESSION_FAILED, Severity.WARNING, "codex", "shop", 1),
        Tally(Kind.SESSION_ORPHANED, Severity.WARNING, "claude", "api", 1),
        Tally(Kind.SESSION_FINISHED, Severity.INFO, "codex", "p0", 3),
        Tally(Kind.SESSION_FINISHED, Severity.INFO, "codex", "p1", 3),
    ]


def test_the_rest_is_one_tally() -> None:
    """Twenty projects are named, whatever comes."""
    many = [end(f"e{n}", Kind.SESSION_FAILED, project=f"p{n}") for n in range(500)]
    found = list(ended(many))
    assert len(found) == 21
    assert found[-1] == Tally(Kind.SESSION_FAILED, Severity.WARNING, "", "", 480)


def test_lost_sessions_are_counted_once() -> None:
    """The crash and the restart that ended it both speak of them; a loss of before does not count."""
    again = replace(RESTART, facts=Facts(lost=(brief(id="1"),)))
    assert lost([CRASH, again], NOW - 24 * HOUR) == (
        Tally(None, Severity.WARNING, "codex", "shop", 2),
        Tally(None, Severity.WARNING, "codex", "api", 1),
    )
    assert lost([CRASH], NOW - HOUR) == ()
    assert len(set(lost_ids([CRASH, again]))) == 3


def test_what_is_a_session() -> None:
    """Its end; not what happens to the daemon."""
    assert [is_session(one) for one in (ENDS[0], OPEN, RESTART)] == [True, False, False]
