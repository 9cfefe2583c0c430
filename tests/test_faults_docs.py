"""docs/faults.md shows every kind, in the order of the catalogue."""

import re
from pathlib import Path

from coven_watchdog.model.words import Kind

TEXT = (Path(__file__).parent.parent / "docs" / "faults.md").read_text(encoding="utf-8")


def test_every_kind_is_shown() -> None:
    """None is missing, none is foreign; one that was produced in several ways has several rows, side by side."""
    assert list(dict.fromkeys(re.findall(r"^\| `([^`]+)` \|", TEXT, re.MULTILINE))) == list(Kind)
