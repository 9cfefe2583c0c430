"""What the home's owner told Coven to mask."""

import os
from pathlib import Path

import pytest

from coven_watchdog.coven.paths import HomePaths
from coven_watchdog.coven.privacy import extra_patterns


def written(home: Path, text: str) -> tuple[str, ...]:
    """What is read of that file."""
    (home / "privacy.toml").write_text(text, encoding="utf-8")
    return extra_patterns(HomePaths(home))


def test_its_patterns(tmp_path: Path) -> None:
    """As Coven reads them; its other keys are its own."""
    text = "log_retention_days = 41\nextra_patterns = ['custom-[0-9]+', '(?i)acme']\n"
    assert written(tmp_path, text) == ("custom-[0-9]+", "(?i)acme")


def test_what_is_no_pattern_is_left_out(tmp_path: Path) -> None:
    """Coven does so as well; what would mask everything is left out here, and there are no more than two hundred."""
    assert written(tmp_path, "extra_patterns = ['(', 'a*', 5, 'x', '(?=y)z']") == ("x",)
    assert len(written(tmp_path, f"extra_patterns = {['x'] * 300}")) == 200


@pytest.mark.parametrize(
    "text", ["", "extra_patterns = 'x'", "not toml", "a = [" * 3000, "#" * 70_000 + "\nextra_patterns=['x']"]
)
def test_what_says_nothing(tmp_path: Path, text: str) -> None:
    """Neither a broken file nor one beyond all measure."""
    assert written(tmp_path, text) == ()


def test_no_plain_file_is_read(tmp_path: Path) -> None:
    """Nothing there, a link, a FIFO, a directory, bytes that are no text: no patterns, and nobody waits."""
    paths = HomePaths(tmp_path)
    place = tmp_path / "privacy.toml"
    assert extra_patterns(paths) == ()
    (tmp_path / "other").write_text("extra_patterns = ['x']", encoding="utf-8")
    place.symlink_to(tmp_path / "other")
    assert extra_patterns(paths) == ()
    place.unlink()
    os.mkfifo(place)
    assert extra_patterns(paths) == ()
    place.unlink()
    place.mkdir()
    assert extra_patterns(paths) == ()
    place.rmdir()
    place.write_bytes(b"\xff\xfe")
    assert extra_patterns(paths) == ()
