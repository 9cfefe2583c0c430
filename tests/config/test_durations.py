"""Durations as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coven_watchdog.config.durations import written
from coven_watchdog.settings import Duration


@pytest.mark.parametrize(
    ("text", "shown"), [("90s", "1m30s"), ("1h30m", "1h30m"), ("500ms", "500ms"), ("48h", "2d"), ("0s", "0s")]
)
def test_large_units_first(text: str, shown: str) -> None:
    """A span is written in the largest units that fit."""
    assert written(Duration.parse(text)) == shown


@given(st.integers(0, 10**12))
def test_what_is_written_reads_back(milliseconds: int) -> None:
    """Writing and parsing are each other's opposite, to the millisecond."""
    assert Duration.parse(written(milliseconds * 1000)) == milliseconds * 1000
