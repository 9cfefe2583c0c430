"""Files are opened so that nobody can tell afterwards."""

import os
import tempfile
from pathlib import Path

import pytest

from coven_watchdog.coven.opening import names_in, open_untouched


def test_no_trace(tmp_path: Path) -> None:
    """Reading a file that was never read since it was written leaves the time of its last access alone."""
    file = tmp_path / "file"
    file.write_text("text", encoding="utf-8")
    os.utime(file, ns=(1_000, 2_000))
    before = file.lstat()
    descriptor = open_untouched(file)
    assert os.read(descriptor, 10) == b"text"
    os.close(descriptor)
    assert file.lstat() == before


def test_a_file_of_somebody_else() -> None:
    """What belongs to another user is read all the same, where it may be read."""
    if os.getuid() != 0:
        pytest.skip("only root can give a file away")

    with tempfile.NamedTemporaryFile(dir="/tmp") as file:
        file.write(b"text")
        file.flush()
        os.fchmod(file.fileno(), 0o644)
        os.seteuid(65534)
        try:
            descriptor = open_untouched(Path(file.name))
        finally:
            os.seteuid(0)

        assert os.read(descriptor, 10) == b"text"
        os.close(descriptor)


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to("/etc/hostname")])
def test_it_waits_for_nothing_and_follows_nothing(tmp_path: Path, make: object) -> None:
    """A link is refused; a FIFO nobody writes to opens at once."""
    path = tmp_path / "thing"
    assert callable(make)
    make(path)
    if path.is_symlink():
        with pytest.raises(OSError, match="symbolic links"):
            open_untouched(path)
    else:
        os.close(open_untouched(path))


def test_a_directory(tmp_path: Path) -> None:
    """Listing a directory leaves the time of its last access alone; what is none is said to be so."""
    (tmp_path / "b").touch()
    (tmp_path / "a").touch()
    os.utime(tmp_path, ns=(1_000, 2_000))
    before = tmp_path.lstat()
    assert names_in(tmp_path) == ["a", "b"]
    assert tmp_path.lstat() == before
    with pytest.raises(NotADirectoryError):
        names_in(tmp_path / "a")
