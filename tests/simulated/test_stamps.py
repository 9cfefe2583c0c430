"""Coven's moments."""

import re
from datetime import datetime

from coven_watchdog.simulated import stamps


def test_written() -> None:
    """Nine digits and `Z`, also for a whole second."""
    assert stamps.written(1_795_334_257_000_000) == "2026-11-22T07:57:37.000000000Z"
    assert stamps.written(1_795_334_257_309_922) == "2026-11-22T07:57:37.309922000Z"


def test_stamps_sort_as_text() -> None:
    """The order of the texts is the order of the moments, which paging relies on."""
    moments = [0, 999_999, 1_000_000, 1_795_334_257_000_001, 1_795_334_257_000_010]
    assert sorted(map(stamps.written, moments)) == [stamps.written(moment) for moment in moments]


def test_now_can_be_read_back() -> None:
    """What is written now is a moment that reads back as itself."""
    text = stamps.now()
    assert re.fullmatch(r"[-\d]{10}T[:\d]{8}\.\d{9}Z", text)
    assert stamps.written(round(datetime.fromisoformat(text).timestamp() * 1_000_000)) == text
