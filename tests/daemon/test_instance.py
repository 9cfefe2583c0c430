"""One watchdog per state directory."""

import fcntl
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from coven_watchdog.daemon.instance import single_instance
from coven_watchdog.errors import AlreadyRunningError

HOLD = """
import sys
from pathlib import Path
from coven_watchdog.daemon.instance import single_instance
with single_instance(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_second_names_the_first(tmp_path: Path) -> None:
    """The error says which process holds the directory; when that is killed, the lock is free at once."""
    state = tmp_path / "state"
    with subprocess.Popen([sys.executable, "-c", HOLD, state], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == b"held\n"
        with (
            pytest.raises(AlreadyRunningError, match=re.escape(f"already runs as process {first.pid}")) as caught,
            single_instance(state),
        ):
            pytest.fail("there are two")

        assert caught.value.where == str(state / "watchdog.lock")
        first.kill()

    with single_instance(state):
        assert (state / "watchdog.lock").read_text(encoding="ascii") == f"{os.getpid()}\n"


def test_a_shorter_pid_leaves_nothing_of_a_longer_one(tmp_path: Path) -> None:
    """What the last holder wrote is gone."""
    (tmp_path / "watchdog.lock").write_text("123456789\n", encoding="ascii")
    with single_instance(tmp_path):
        assert (tmp_path / "watchdog.lock").read_text(encoding="ascii") == f"{os.getpid()}\n"


def test_private(tmp_path: Path) -> None:
    """Directory and lock are the user's alone."""
    state = tmp_path / "deep" / "state"
    with single_instance(state):
        assert state.stat().st_mode & 0o777 == 0o700
        assert (state / "watchdog.lock").stat().st_mode & 0o777 == 0o600


def test_a_holder_that_could_not_say_who_it_is(tmp_path: Path) -> None:
    """An empty lock file (its holder's disk is full, or it is just starting) is still a lock."""
    descriptor = os.open(tmp_path / "watchdog.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        with pytest.raises(AlreadyRunningError, match=r"already runs$"), single_instance(tmp_path):
            pytest.fail("there are two")
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("kind", ["file", "under a file", "symlink"])
def test_a_directory_that_cannot_be_used(tmp_path: Path, kind: str) -> None:
    """Without a place for the lock it watches all the same: the store says why nothing is recorded."""
    place = tmp_path / "state"
    if kind == "file":
        place.touch()
    elif kind == "under a file":
        (tmp_path / "file").touch()
        place = tmp_path / "file" / "state"
    else:
        place.mkdir()
        (tmp_path / "elsewhere").touch()
        (place / "watchdog.lock").symlink_to(tmp_path / "elsewhere")

    with single_instance(place):
        assert not (tmp_path / "elsewhere").exists() or (tmp_path / "elsewhere").read_bytes() == b""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_lock_of_somebody_elses_keeps_nobody_out(tmp_path: Path) -> None:
    """Who may make files in the directory could hold it for ever, and nothing would be watched."""
    descriptor = os.open(tmp_path / "watchdog.lock", os.O_RDWR | os.O_CREAT, 0o666)
    try:
        os.fchown(descriptor, 65534, 65534)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        with single_instance(tmp_path):
            assert os.pread(descriptor, 10, 0) == b""
    finally:
        os.close(descriptor)


def test_a_disk_that_takes_no_pid(tmp_path: Path) -> None:
    """The lock holds although nothing can be written into it."""
    program = f"""
import resource, signal
from pathlib import Path
from coven_watchdog.daemon.instance import single_instance
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
with single_instance(Path({str(tmp_path)!r})):
    print("held", flush=True)
    input()

resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
"""
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == b"held\n"
        with pytest.raises(AlreadyRunningError, match=r"already runs$"), single_instance(tmp_path):
            pytest.fail("there are two")

        first.communicate(b"\n")
