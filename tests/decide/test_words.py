"""Times, spans and names as people read them."""

from datetime import UTC, timedelta, timezone

import pytest

from coven_watchdog.decide.words import Place, clock_time, counted, local, span
from coven_watchdog.model.time import DAY, HOUR, MINUTE, SECOND

NOON = 1_795_000_000 * SECOND
EAST = timezone(timedelta(hours=5, minutes=30))


@pytest.mark.parametrize(
    ("micros", "words"),
    [
        (-5 * SECOND, "0 s"),
        (0, "0 s"),
        (999_999, "0 s"),
        (8 * SECOND, "8 s"),
        (MINUTE - 1, "59 s"),
        (MINUTE, "1 min"),
        (41 * MINUTE + 59 * SECOND, "41 min"),
        (HOUR, "1 h"),
        (2 * HOUR + 5 * MINUTE, "2 h 5 min"),
        (10 * HOUR + 5 * MINUTE, "10 h"),
        (DAY - 1, "23 h"),
        (DAY, "1 d"),
        (DAY + HOUR, "1 d 1 h"),
        (10 * DAY + HOUR, "10 d"),
        (400 * DAY, "400 d"),
    ],
)
def test_spans(micros: int, words: str) -> None:
    """As much as a glance needs, never negative."""
    assert span(micros) == words


def test_clock_times() -> None:
    """The hour where it was, with the date when that is not today's there."""
    assert clock_time(NOON, NOON, UTC) == "11:06"
    assert clock_time(NOON, NOON, EAST) == "16:36"
    assert clock_time(NOON, NOON + 13 * HOUR, UTC) == "Nov 18 11:06"
    assert clock_time(NOON - 10 * DAY, NOON, UTC) == "Nov 8 11:06"
    assert clock_time(NOON - 10 * DAY - 4 * HOUR, NOON, UTC) == "Nov 8 07:06"
    assert clock_time(NOON, NOON + 8 * HOUR, EAST) == "Nov 18 16:36"


def test_the_zone_of_the_system() -> None:
    """Without a zone it is the machine's own."""
    assert local(NOON, None) == local(NOON, UTC)
    assert local(0, UTC).isoformat() == "1970-01-01T00:00:00+00:00"


def test_counts() -> None:
    """One session, no sessions, three sessions."""
    assert [counted(number, "session") for number in (0, 1, 3)] == ["0 sessions", "1 session", "3 sessions"]


def test_short_paths() -> None:
    """The user's home is ~, and only that one."""
    place = Place("devbox", UTC, user_home="/home/ada")
    paths = ("/home/ada/.coven", "/home/ada", "/home/adam/x", "/srv/home/ada")
    assert [place.short(path) for path in paths] == ["~/.coven", "~", "/home/adam/x", "/srv/home/ada"]
    assert Place("devbox").short("/home/ada") == "/home/ada"
