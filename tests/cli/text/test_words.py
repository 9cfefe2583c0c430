"""Times, sizes and signs."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from coven_watchdog.cli.text.words import BAD, GOOD, WITHHELD, Here, milliseconds, sign, size
from coven_watchdog.model.words import IncidentState, Severity, Suppression

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
CET = timezone(timedelta(hours=1), "CET")
HERE = Here(NOW, CET, "/home/ada")


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (NOW, "13:00:00 CET"),
        (NOW - timedelta(hours=13), "00:00:00 CET"),
        (NOW - timedelta(hours=14), "Feb 28 23:00:00 CET"),
        (NOW - timedelta(days=365), "2025 Mar 1 13:00:00 CET"),
    ],
)
def test_local_times_have_their_zone(moment: datetime, shown: str) -> None:
    """The date is shown when it is not today's, the year when it is not this one."""
    assert HERE.time(moment) == shown


def test_what_is_planned_is_told_to_the_minute() -> None:
    """Seconds would say nothing; the date and the year are shown as always."""
    assert HERE.minute(NOW + timedelta(hours=2)) == "15:00 CET"
    assert HERE.minute(NOW + timedelta(days=1)) == "Mar 2 13:00 CET"


def test_every_suppression_has_words() -> None:
    """No reader of a log has to guess what a word of ours means."""
    assert set(WITHHELD) == set(Suppression)
    assert all("_" not in words.partition("(")[0] for words in WITHHELD.values())


def test_how_long() -> None:
    """Ages and spans; a clock that is ahead gives none below zero."""
    assert HERE.ago(NOW - timedelta(minutes=4)) == "4 min ago"
    assert HERE.lasted(NOW - timedelta(hours=2), NOW) == "2 h"
    assert HERE.ago(NOW + timedelta(minutes=4)) == "0 s ago"


def test_the_user_s_home_is_a_tilde() -> None:
    """Only a path inside it, or itself."""
    assert HERE.path("/home/ada/x") == "~/x"
    assert HERE.path("/home/ada") == "~"
    assert HERE.path("/home/adam") == "/home/adam"
    assert Here(NOW).path("/home/ada") == "/home/ada"


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (12_582_912, "12 MiB"), (85_899_345_920, "80 GiB"), (5 << 40, "5.0 TiB")],
)
def test_sizes(number: int, shown: str) -> None:
    """As much as a glance needs."""
    assert size(number) == shown


def test_milliseconds() -> None:
    """Seconds from a second on."""
    assert (milliseconds(26.4), milliseconds(1200)) == ("26 ms", "1.2 s")


def test_signs() -> None:
    """How bad it is while it is open; that it is over."""
    assert sign(Severity.CRITICAL, IncidentState.OPEN) == BAD
    assert sign(Severity.CRITICAL, IncidentState.RESOLVED) == GOOD
