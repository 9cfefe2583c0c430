"""Parameter types."""

import click
import pytest

from coven_watchdog.cli.parameters import DURATION
from coven_watchdog.settings import Duration


def test_durations_are_read() -> None:
    """`90s` is a duration; one that is read already stays."""
    assert DURATION.convert("1h30m", None, None) == Duration(5_400_000_000)
    assert DURATION.convert(Duration(5), None, None) == 5


def test_nonsense_is_a_usage_error() -> None:
    """The error shows what a duration looks like."""
    with pytest.raises(click.BadParameter, match="write it like 90s"):
        DURATION.convert("soon", None, None)
