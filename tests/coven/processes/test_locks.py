"""Tests of `coven.processes.locks`, on real locks of real processes."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from coven_watchdog.coven.processes import linux, locks
from coven_watchdog.coven.processes.locks import lock_owners
from programs import as_nobody, needs_root, program
from raw_server import short_directory
from waiting import until

HOLD = """
keep = open(sys.argv[1], "w")
fcntl.flock(keep, fcntl.LOCK_EX)
rest()
"""


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    """A lock file as Coven leaves it."""
    path = tmp_path / "daemon-serve.lock"
    path.touch()
    return path


@pytest.mark.parametrize("name", ["coven", "coven-dev"])
def test_the_holder_is_found_whatever_it_is_called(lock: Path, name: str) -> None:
    """And nobody once it is gone."""
    with program([name, "daemon", str(lock)], HOLD, lock.parent) as daemon:
        assert lock_owners(lock) == (linux.identity(daemon.pid),)

    assert lock_owners(lock) == ()


def test_looking_takes_no_lock(lock: Path) -> None:
    """An exclusive lock can be had before and after: a lock of ours would break `coven daemon start`."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        assert lock_owners(lock) == (linux.identity(os.getpid()),)
        fcntl.flock(file, fcntl.LOCK_UN)
        assert lock_owners(lock) == ()
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_shared_lock_and_an_open_file_own_nothing(lock: Path) -> None:
    """Only an exclusive one serves."""
    with lock.open("w") as file:
        assert lock_owners(lock) == ()
        fcntl.flock(file, fcntl.LOCK_SH)
        assert lock_owners(lock) == ()


def test_a_posix_lock_is_another_thing(lock: Path) -> None:
    """The ledger is full of them."""
    with lock.open("w") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
        assert lock_owners(lock) == ()


def test_one_that_waits_owns_nothing(lock: Path) -> None:
    """The table shows it below the one that holds."""
    daemon = program(["coven", "daemon", str(lock)], HOLD, lock.parent)
    with daemon as holding, subprocess.Popen(["flock", str(lock), "true"]) as waiting:
        try:
            until(lambda: b" -> FLOCK" in (linux.read_proc("locks") or b""))
            assert lock_owners(lock) == (linux.identity(holding.pid),)
        finally:
            waiting.kill()


def test_a_deleted_lock_still_has_its_owner(lock: Path) -> None:
    """A daemon whose home was deleted lives on; a second one may hold a new file of that name."""
    with program(["coven", "daemon", str(lock)], HOLD, lock.parent) as first:
        lock.unlink()
        assert lock_owners(lock) == (linux.identity(first.pid),)
        with program(["coven", "daemon", str(lock)], HOLD, lock.parent) as second:
            assert set(lock_owners(lock) or ()) == {linux.identity(first.pid), linux.identity(second.pid)}


def test_a_deleted_lock_of_another_program_is_not_looked_at(lock: Path) -> None:
    """Only Coven's own descriptors are read without an inode that says whose they are."""
    with program(["other", "daemon", str(lock)], HOLD, lock.parent):
        lock.unlink()
        assert lock_owners(lock) == ()


def test_another_homes_daemon_is_not_ours(lock: Path) -> None:
    """Its lock has the same name and another inode."""
    other = lock.parent / "other" / lock.name
    other.parent.mkdir()
    with program(["coven", "daemon", str(other)], HOLD, lock.parent) as daemon:
        assert lock_owners(lock) == ()
        assert lock_owners(other) == (linux.identity(daemon.pid),)


def test_no_lock_and_no_home_have_no_owner(tmp_path: Path) -> None:
    """A home that never served."""
    (tmp_path / "file").touch()
    assert lock_owners(tmp_path / "none" / "daemon-serve.lock") == ()
    assert lock_owners(tmp_path / "file" / "daemon-serve.lock") == ()


def test_a_file_that_cannot_be_looked_at_is_not_known(tmp_path: Path) -> None:
    """A loop of links says nothing about owners."""
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    assert lock_owners(loop / "daemon-serve.lock") is None


@needs_root
def test_a_holder_whose_descriptors_are_hidden_is_known_by_device_and_inode() -> None:
    """The table itself is open to all."""
    with short_directory() as directory:
        directory.chmod(0o755)
        lock = directory / "daemon-serve.lock"
        with program(["coven", "daemon", str(lock)], HOLD, directory) as daemon, as_nobody():
            assert lock_owners(lock) == (linux.identity(daemon.pid),)


def test_the_same_inode_on_another_device_is_not_confirmed(lock: Path, tmp_path: Path) -> None:
    """Inode numbers repeat from file system to file system: the descriptors decide."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.touch()
    with elsewhere.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        held = next(one for one in locks._held(linux.read_proc("locks") or b"") if one.inode == elsewhere.stat().st_ino)
        mistaken = locks._Lock(held.pid, held.device, lock.stat().st_ino)
        assert locks._owner(mistaken, lock, lock.stat()) == ()


def test_a_holder_that_vanishes_meanwhile_owns_nothing(lock: Path) -> None:
    """Between the table and the look at the process."""
    gone = locks._Lock(2**22 + 5, (0, 0), lock.stat().st_ino)
    assert locks._owner(gone, lock, lock.stat()) == ()


def test_a_descriptor_that_vanishes_meanwhile_confirms_nothing(lock: Path) -> None:
    """Between its link and the file behind it."""
    assert not locks._is(f"/elsewhere/{lock.name}", "self/fd/99999", lock, lock.stat())


@needs_root
def test_without_a_lock_table_nothing_is_known(lock: Path) -> None:
    """Some containers hide it; that is no proof that nobody serves."""
    code = "import sys; from pathlib import Path; from coven_watchdog.coven import processes; print(processes.lock_owners(Path(sys.argv[1])))"
    hidden = f'mount -t tmpfs none /proc && exec {sys.executable} -c "$0" {lock}'
    command = ["unshare", "--mount", "sh", "-c", hidden, code]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert done.stdout == "None\n", done.stderr


def test_odd_lines_of_the_table_are_passed_over() -> None:
    """Other kinds of locks, and kinds to come."""
    table = (
        b"1: POSIX  ADVISORY  WRITE 11 fe:00:5 0 EOF\n2: OFDLCK ADVISORY  READ -1 fe:00:5 0 EOF\n"
        b"3: FLOCK  ADVISORY  READ 12 fe:00:5 0 EOF\n3: -> FLOCK  ADVISORY  WRITE 13 fe:00:5 0 EOF\n"
        b"4: LEASE  ACTIVE    WRITE 14 fe:00:5 0 EOF\n5: FLOCK  ADVISORY  WRITE 15 fe:01:77 0 EOF\ngarbage\n6: FLOCK"
    )
    assert list(locks._held(table)) == [locks._Lock(15, (0xFE, 1), 77)]
