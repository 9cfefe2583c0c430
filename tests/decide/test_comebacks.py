"""Why another daemon came, and what changed with it."""

import pytest

from coven_watchdog.decide.comebacks import comeback, exit_words, restarted
from coven_watchdog.model.facts import ExitStatus
from coven_watchdog.model.incidents import Facts
from coven_watchdog.model.words import Comeback
from decide.test_phrases import incident


def test_how_it_ended() -> None:
    """A signal, an error, a clean stop; nothing when nobody knows."""
    assert [exit_words(Facts(exit=one)) for one in (ExitStatus(signal=9), ExitStatus(code=3), ExitStatus(code=0), None)] == [
        *("killed by signal 9", "exit code 3", "a clean stop", "")
    ]


def test_a_clean_end_that_was_a_crash_is_not_called_a_clean_stop() -> None:
    """The log's panic made it one."""
    assert (
        restarted(Facts(comeback=Comeback.CRASH, exit=ExitStatus(code=0))) == "the one before crashed; a new daemon took over"
    )


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({}, ""),
        ({"version": "2", "old_version": "1"}, ""),
        ({"comeback": Comeback.CRASH}, ""),
        ({"comeback": Comeback.CRASH, "version": "2", "old_version": "1"}, "version 1 became 2"),
        ({"comeback": Comeback.UPGRADE}, "came back upgraded"),
        ({"comeback": Comeback.UPGRADE, "version": "2", "old_version": "1"}, "came back upgraded, version 1 became 2"),
        ({"comeback": Comeback.REBOOT}, "came back with the machine"),
    ],
)
def test_what_came_after(facts: dict[str, object], words: str) -> None:
    """Only what is remarkable about the next daemon is told at the end of a story."""
    assert comeback(incident(**facts)) == words  # type: ignore[arg-type]
