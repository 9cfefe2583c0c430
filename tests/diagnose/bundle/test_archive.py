"""The archive is the same for the same files, and on the disk whole or not at all."""

import errno
import io
import os
import resource
import signal
import stat
import tarfile
from pathlib import Path

import pytest

from coven_watchdog.diagnose.bundle.archive import packed, written
from coven_watchdog.errors import WatchdogError

FILES = {"b.txt": b"two", "a.txt": b"one"}


def test_the_same_comes_of_the_same() -> None:
    """Names sorted, in one folder, without owner and time, whatever order they come in."""
    content = packed("bundle", FILES)
    assert content == packed("bundle", dict(reversed(FILES.items())))
    assert content[4:8] == b"\0\0\0\0"
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        entries = tar.getmembers()

    assert [entry.name for entry in entries] == ["bundle/a.txt", "bundle/b.txt"]
    assert {(entry.mtime, entry.uid, entry.gid, entry.uname, entry.mode) for entry in entries} == {(0, 0, 0, "", 0o600)}


def test_it_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Whatever the umask says; nothing else is left."""
    path = tmp_path / "x.tar.gz"
    before = os.umask(0)
    try:
        written(path, b"content")
    finally:
        os.umask(before)

    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"content", 0o600)
    assert [one.name for one in tmp_path.iterdir()] == ["x.tar.gz"]


@pytest.mark.parametrize("what", ["file", "link", "directory"])
def test_what_is_there_stays(tmp_path: Path, what: str) -> None:
    """A file, a link that leads nowhere, a directory: none is written over."""
    path = tmp_path / "x.tar.gz"
    if what == "file":
        path.write_bytes(b"mine")
    elif what == "link":
        path.symlink_to(tmp_path / "nowhere")
    else:
        path.mkdir()

    with pytest.raises(WatchdogError, match="there already") as caught:
        written(path, b"content")

    assert caught.value.where == str(path)
    assert [one.name for one in tmp_path.iterdir()] == ["x.tar.gz"]
    assert what != "file" or path.read_bytes() == b"mine"


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    """It is said, and not made."""
    with pytest.raises(WatchdogError, match="directory is not there"):
        written(tmp_path / "missing" / "x", b"content")

    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_full(tmp_path: Path) -> None:
    """The system takes only a part: nothing of it is left behind."""
    limits, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(WatchdogError, match="nothing was left behind"):
            written(tmp_path / "x", b"a" * 10_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)

    assert list(tmp_path.iterdir()) == []


def _no_links(_waiting: Path, path: Path) -> None:
    """What a file system without links says."""
    raise OSError(errno.EPERM, "no links here", str(path))


def test_a_file_system_without_links(tmp_path: Path) -> None:
    """There it takes its name first; what is there already stays all the same."""
    path = tmp_path / "x"
    written(path, b"content", _no_links)
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"content", 0o600)
    with pytest.raises(WatchdogError, match="there already"):
        written(path, b"other", _no_links)

    assert path.read_bytes() == b"content"
    assert [one.name for one in tmp_path.iterdir()] == ["x"]
