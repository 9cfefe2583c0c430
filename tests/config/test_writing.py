"""Writing a private file."""

from pathlib import Path

import pytest

from coven_watchdog.config.writing import write_private
from coven_watchdog.errors import WatchdogError


def test_a_new_file(tmp_path: Path) -> None:
    """It, and the folder that is made for it, are for this user alone; no other file is left."""
    path = tmp_path / "a" / "config.toml"
    write_private(path, "x = 1\r\n")
    assert path.read_bytes() == b"x = 1\r\n"
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert list(path.parent.iterdir()) == [path]


def test_in_place_of_another(tmp_path: Path) -> None:
    """What others could read becomes private, as an address may stand in it now; a link stays a link."""
    real, link = tmp_path / "real.toml", tmp_path / "config.toml"
    real.write_text("old", encoding="utf-8")
    real.chmod(0o644)
    link.symlink_to(real)
    write_private(link, "new")
    assert link.is_symlink()
    assert real.read_text(encoding="utf-8") == "new"
    assert real.stat().st_mode & 0o777 == 0o600


def test_what_cannot_be_written(tmp_path: Path) -> None:
    """A folder that is a file, and text that no file can hold, leave everything as it was."""
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(WatchdogError, match="cannot be written") as caught:
        write_private(tmp_path / "file" / "config.toml", "x")

    assert caught.value.next_step.startswith("ls -ld ")
    path = tmp_path / "config.toml"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(UnicodeEncodeError):
        write_private(path, "\udc80")

    assert path.read_text(encoding="utf-8") == "old"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["config.toml", "file"]
