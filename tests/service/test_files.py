"""Whose file it is, whether it was changed, and that it is there whole or not at all."""

import stat
from pathlib import Path

import pytest

from coven_watchdog.errors import WatchdogError
from coven_watchdog.service import files

REST = "[Unit]\nDescription=x\n"
OURS = f"# {files.mark(REST)}.\n{REST}"


def test_ours() -> None:
    """The mark tells that we wrote it, and what it was then; it does not count itself."""
    assert files.is_ours(OURS)
    assert not files.is_edited(OURS)
    assert files.unmarked(OURS) == REST


def test_edited_and_foreign() -> None:
    """A changed line shows; a file without a mark is nobody's of ours, and cannot have been edited."""
    assert files.is_edited(OURS + "Nice=5\n")
    assert not files.is_ours(REST)
    assert not files.is_edited(REST)


def test_what_stays() -> None:
    """Nothing, and what we wrote, may be overwritten; what somebody wrote or changed may not, and it says what to do."""
    path = Path("/x/y.service")
    files.refuse_foreign(path, None)
    files.refuse_foreign(path, OURS)
    for text, said in ((REST, "was not written by this command"), (OURS + "Nice=5\n", "was changed by hand")):
        with pytest.raises(WatchdogError, match=said) as raised:
            files.refuse_foreign(path, text)

        assert raised.value.where == str(path)
        assert raised.value.next_step


def test_current() -> None:
    """It is current when it is what would be written now; what cannot be written now is not."""
    assert files.is_current(OURS, lambda: OURS)
    assert not files.is_current(OURS, lambda: REST)

    def impossible() -> str:
        message = "no"
        raise WatchdogError(message)

    assert not files.is_current(OURS, impossible)


def test_reading(tmp_path: Path) -> None:
    """Nothing is None; a link, as of a masked unit, is a foreign file wherever it leads; a folder is an error."""
    assert files.read(tmp_path / "no" / "no") is None
    (tmp_path / "link").symlink_to("/dev/null")
    assert not files.is_ours(files.read(tmp_path / "link") or "")
    with pytest.raises(WatchdogError, match="cannot be read"):
        files.read(tmp_path)


def test_writing(tmp_path: Path) -> None:
    """The folders are made, everybody may read, nothing is left beside it, and it replaces what was there."""
    path = tmp_path / "a" / "b" / "x.service"
    for text in ("one\n", "ü\n"):
        files.write(path, text)
        assert path.read_text(encoding="utf-8") == text

    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert list(path.parent.iterdir()) == [path]


def test_what_cannot_be_written(tmp_path: Path) -> None:
    """A folder that is a file, and a path that is a folder: a sentence with where to look, and no half file."""
    (tmp_path / "file").write_text("")
    with pytest.raises(WatchdogError, match="cannot be written") as raised:
        files.write(tmp_path / "file" / "x.service", "text")

    assert raised.value.next_step == f"ls -ld {tmp_path / 'file'}"
    (tmp_path / "taken").mkdir()
    with pytest.raises(WatchdogError, match="cannot be written"):
        files.write(tmp_path / "taken", "text")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "taken"]
    with pytest.raises(WatchdogError, match="cannot be written"):
        files.make_folder(tmp_path / "file" / "logs")
