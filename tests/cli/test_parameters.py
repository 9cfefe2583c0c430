"""Parameter types."""

import click
import pytest

from coven_watchdog.cli.parameters import DURATION, bounded
from coven_watchdog.errors import UsageError
from coven_watchdog.model.time import DAY, HOUR
from coven_watchdog.settings import Duration


def test_durations_are_read() -> None:
    """`90s` is a duration; one that is read already stays."""
    assert DURATION.convert("1h30m", None, None) == Duration(5_400_000_000)
    assert DURATION.convert(Duration(5), None, None) == 5


def test_nonsense_is_a_usage_error() -> None:
    """The error shows what a duration looks like."""
    with pytest.raises(click.BadParameter, match="write it like 90s"):
        DURATION.convert("soon", None, None)


def test_a_bounded_duration() -> None:
    """Anything from a moment to a year."""
    assert bounded("1h", "it", "x") == HOUR
    assert bounded("366d", "it", "x") == 366 * DAY


@pytest.mark.parametrize(
    ("text", "said", "next_step"),
    [
        ("0", "it of 0 is over at once", "do that instead"),
        ("0s", "it of 0s is over at once", "do that instead"),
        ("8784h1s", "it lasts 366d at most, and 8784h1s is longer", "severity.KIND"),
        ("99999999999999999999d", "is longer", "severity.KIND"),
        ("lst", "'lst' is no duration; write it like 90s, 5m or 1h30m; did you mean list?", ""),
        ("", "'' is no duration", ""),
        ("-5m", "'-5m' is no duration", ""),
    ],
)
def test_a_duration_out_of_bounds(text: str, said: str, next_step: str) -> None:
    """Nothing, too much, or nonsense: each says what to do."""
    with pytest.raises(UsageError) as caught:
        bounded(text, "it", "do that instead", "; did you mean list?" if text == "lst" else "", where="--for")

    assert said in caught.value.message
    assert next_step in caught.value.next_step
    assert caught.value.where == "--for"
