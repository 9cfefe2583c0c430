"""The first file."""

from collections.abc import Callable, Mapping
from pathlib import Path

from coven_watchdog.config import TEMPLATE, Loaded, load
from coven_watchdog.settings import BUILT_IN_CHANNEL


def test_it_is_short_and_changes_nothing(loaded: Callable[[str], Loaded]) -> None:
    """At most 15 lines, valid, and the same as no file."""
    assert len(TEMPLATE.splitlines()) <= 15
    assert loaded(TEMPLATE).settings.channels == (BUILT_IN_CHANNEL,)


def test_its_commented_lines_are_valid_too(write: Callable[..., Path], env: Mapping[str, str]) -> None:
    """With the comment signs of its examples removed it still loads, with two channels."""
    lines = [
        line.removeprefix("# ") if "=" in line.partition(" · ")[0][:20] or "[[" in line else line
        for line in TEMPLATE.splitlines()
    ]
    assert [channel.name for channel in load(write("\n".join(lines)), env).settings.channels] == ["desktop", "phone"]
