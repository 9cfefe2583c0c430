"""docs/channels.md says which channels prove little, and which words for priorities each service gets: neither more nor less."""

import re
from pathlib import Path

from coven_watchdog.config.schemes import UNPROVEN
from coven_watchdog.deliver.priority import _LEVELS

TEXT = (Path(__file__).parent.parent / "docs" / "channels.md").read_text(encoding="utf-8")


def _rows(title: str) -> list[list[str]]:
    """The cells of the table in this section, without their marks."""
    section = TEXT.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| `")]
    return [[re.sub(r"^–$|`", "", cell) for cell in row] for row in rows]


def test_unproven_channels() -> None:
    """Each scheme whose success proves little stands there, with the reason that the program gives."""
    assert dict(_rows("Channels that prove little")) == UNPROVEN


def test_priorities() -> None:
    """Each service with priorities stands there, with its parameter and the words for the three priorities."""
    assert {name: tuple(words) for name, *words in _rows("Priorities")} == {name: tuple(one) for name, one in _LEVELS.items()}
