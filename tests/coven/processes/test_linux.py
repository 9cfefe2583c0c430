"""Tests of `coven.processes.linux`, on real processes."""

import os
import pty
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coven_watchdog import clock
from coven_watchdog.coven.processes import linux
from coven_watchdog.model.facts import Identity
from coven_watchdog.model.time import MILLISECOND, SECOND
from coven_watchdog.model.words import Holder, ProcessState
from programs import OWN_PIDS, as_nobody, needs_root, program
from raw_server import short_directory
from waiting import until

ME = os.getpid()
NEVER = 2**22 + 5
"""No pid of Linux is that large."""


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A child that does nothing."""
    with subprocess.Popen(["sleep", "60"]) as child:
        until(lambda: linux.program(child.pid) == "sleep")
        yield child
        child.kill()


def of(pid: int) -> Identity:
    """The identity of a process that is there."""
    found = linux.identity(pid)
    assert found is not None
    return found


def test_an_identity_is_pid_and_start(sleeper: subprocess.Popen[bytes]) -> None:
    """It stays the same, and another process has another."""
    assert of(sleeper.pid) == of(sleeper.pid)
    assert of(sleeper.pid).pid == sleeper.pid
    assert of(sleeper.pid).started >= of(ME).started
    assert linux.identity(NEVER) is None
    assert linux.identity(0) is None
    assert linux.identity(-1) is None
    assert linux.identity(2**70) is None


def test_the_states_of_a_life(sleeper: subprocess.Popen[bytes]) -> None:
    """Alive, stopped, alive again, a zombie, gone."""
    life = of(sleeper.pid)
    assert linux.state(life)[0] is ProcessState.ALIVE
    sleeper.send_signal(signal.SIGSTOP)
    until(lambda: linux.state(life)[0] is ProcessState.STOPPED)
    sleeper.send_signal(signal.SIGCONT)
    until(lambda: linux.state(life)[0] is ProcessState.ALIVE)
    sleeper.kill()
    until(lambda: linux.state(life)[0] is ProcessState.ENDED)
    assert linux.identity(sleeper.pid) == life
    sleeper.wait()
    assert linux.state(life) == (ProcessState.ENDED, 0)
    assert linux.identity(sleeper.pid) is None


def test_a_later_process_of_the_pid_is_not_the_same(sleeper: subprocess.Popen[bytes]) -> None:
    """The one that was recorded has ended."""
    assert linux.state(Identity(sleeper.pid, of(sleeper.pid).started - 1)) == (ProcessState.ENDED, 0)


def test_cpu_grows_with_work() -> None:
    """It tells a live-lock from a hang."""
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as busy:
        try:
            life = of(busy.pid)
            until(lambda: linux.state(life)[1] > 3)
        finally:
            busy.kill()


@pytest.mark.parametrize("name", ["a b", "x) S 1 (y", "((", "))) 1 2 3", "tab\there", "line\nbreak", "é"])
def test_a_program_may_be_called_anything(tmp_path: Path, name: str) -> None:
    """Spaces, parentheses and line breaks in a name shift no field."""
    link = tmp_path / name
    link.symlink_to("/bin/sleep")
    with subprocess.Popen([link, "60"]) as odd:
        try:
            until(lambda: linux.program(odd.pid) == name)
            assert linux.parent(odd.pid) == ME
            assert linux.state(of(odd.pid))[0] is ProcessState.ALIVE
            assert of(odd.pid).started >= of(ME).started
        finally:
            odd.kill()


@given(st.binary(max_size=300))
def test_no_stat_raises(content: bytes) -> None:
    """Half a line, no parenthesis, words for numbers."""
    linux._parsed(content)
    linux._parsed(b"1 (a) S " + content)


def test_when_it_started_is_told_in_wall_time() -> None:
    """Within the ticks of the kernel's clock."""
    before = clock.now().wall
    with subprocess.Popen(["sleep", "60"]) as child:
        after = clock.now().wall
        started = linux.started_wall(of(child.pid))
        child.kill()

    assert started is not None
    assert before - 30 * MILLISECOND <= started <= after + 30 * MILLISECOND


def test_a_start_that_lies_ahead_is_of_another_boot() -> None:
    """It cannot be told in today's time."""
    ahead = (clock.now().awake + clock.slept() + 60 * SECOND) * os.sysconf("SC_CLK_TCK") // SECOND
    assert linux.started_wall(Identity(ME, ahead)) is None


def test_children_are_found_whichever_thread_started_them(tmp_path: Path) -> None:
    """A daemon starts sessions from its handler threads; ended and grandchildren do not count."""
    code = """
kids = [subprocess.Popen(["sleep", "60"])]
thread = threading.Thread(target=lambda: (kids.append(subprocess.Popen(["sh", "-c", "sleep 60; true"])), threading.Event().wait()), daemon=True)
thread.start()
while len(kids) < 2:
    time.sleep(0.01)
dead = subprocess.Popen(["true"])
os.waitid(os.P_PID, dead.pid, os.WEXITED | os.WNOWAIT)
print(*(kid.pid for kid in kids), flush=True)
rest()
"""
    with program(["parent", "code"], code, tmp_path) as parent:
        until(lambda: len(linux.children(parent.pid)) == 2)
        found = linux.children(parent.pid)
        assert [linux.parent(child.pid) for child in found] == [parent.pid] * 2
        assert sorted(found) == list(found)
        assert [linux.identity(child.pid) for child in found] == list(found)

    assert linux.children(parent.pid) == ()


def test_who_is_gone_has_nothing() -> None:
    """Every question has an answer."""
    assert linux.program(NEVER) == ""
    assert linux.parent(NEVER) is None
    assert linux.terminal(NEVER) is False
    assert linux.cwd(NEVER) is None
    assert linux.environ(NEVER, ("PATH",)) is None
    assert linux.children(NEVER) == ()
    assert linux.is_coven(NEVER) is False
    assert linux.is_run(NEVER) is False
    assert linux.binary_replaced(NEVER) is False
    assert linux.links_of(NEVER) is None
    assert linux._uid(NEVER) is None
    assert not linux.exists(NEVER)
    assert linux.exists(ME)


def test_what_cannot_be_read_is_nothing() -> None:
    """A file that opens may still refuse: a process ends in between, or it is a directory."""
    assert linux.read_proc("self/task") is None
    assert linux.read_proc("self/none") is None
    assert linux.list_proc("self/stat") is None
    assert linux.link_proc("self/stat") is None
    assert len(linux.read_proc("self/status", 10) or b"") == 10


def test_a_terminal_is_seen(tmp_path: Path) -> None:
    """A `coven run` that a person looks at has one."""
    leader, follower = pty.openpty()
    try:
        with program(["coven", "run"], "rest()", tmp_path, terminal=follower) as on_terminal:
            assert linux.terminal(on_terminal.pid)
    finally:
        os.close(leader)
        os.close(follower)

    with program(["coven", "run"], "rest()", tmp_path) as without:
        assert not linux.terminal(without.pid)


def test_where_it_works_is_told_even_when_deleted(tmp_path: Path) -> None:
    """The kernel's remark is cut off."""
    place = tmp_path / "a place"
    place.mkdir()
    with program(["coven", "run"], "rest()", tmp_path, cwd=place) as process:
        assert linux.cwd(process.pid) == str(place)
        (place / "run").unlink()
        place.rmdir()
        assert linux.cwd(process.pid) == str(place)


def test_of_an_environment_three_variables_are_copied_and_no_other(tmp_path: Path) -> None:
    """Whatever is asked for."""
    secret = {"PATH": "/usr/bin:/bin", "COVEN_HOME": "/h=x", "API_KEY": "sk-1", "COVEN_MAINTENANCE_PARTICIPANT": "{}"}
    with program(["coven", "run"], "rest()", tmp_path, environ=secret) as process:
        everything = linux.environ(process.pid, ("PATH", "COVEN_HOME", "COVEN_MAINTENANCE_PARTICIPANT", "API_KEY", "HOME"))
        one = linux.environ(process.pid, ("COVEN_HOME",))

    assert everything == {"PATH": "/usr/bin:/bin", "COVEN_HOME": "/h=x", "COVEN_MAINTENANCE_PARTICIPANT": "{}"}
    assert one == {"COVEN_HOME": "/h=x"}


def test_an_empty_environment_is_not_known() -> None:
    """In the middle of an exec it looks so: what it will hold cannot be said yet."""
    with subprocess.Popen(["/bin/sleep", "60"], env={}) as bare:
        try:
            until(lambda: linux.program(bare.pid) == "sleep")
            assert linux.environ(bare.pid, ("PATH",)) is None
        finally:
            bare.kill()


def test_coven_is_known_by_its_program_and_user(tmp_path: Path) -> None:
    """`coven run` by its word; another name is nobody of ours."""
    with program(["coven", "run", "codex", "hello"], "rest()", tmp_path) as run:
        assert linux.is_coven(run.pid)
        assert linux.is_run(run.pid)
        assert of(run.pid) in linux.coven_processes(os.geteuid())
        assert of(run.pid) not in linux.coven_processes(os.geteuid() + 1)

    with program(["coven", "daemon", "run"], "rest()", tmp_path) as daemon:
        assert linux.is_coven(daemon.pid)
        assert not linux.is_run(daemon.pid)

    with program(["coven-code", "run"], "rest()", tmp_path) as other:
        assert not linux.is_coven(other.pid)
        assert not linux.is_run(other.pid)
        assert of(other.pid) not in linux.coven_processes(os.geteuid())


def test_a_fork_is_its_parents_program_until_it_becomes_another(tmp_path: Path) -> None:
    """Whatever the thread was called that made it."""
    code = """
if not os.fork():
    open("/proc/self/comm", "w").write("coven-unix-api")
    time.sleep(60)
subprocess.Popen(["sleep", "60"])
rest()
"""
    with program(["coven", "daemon"], code, tmp_path) as parent:
        until(lambda: {linux.program(child.pid) for child in linux.children(parent.pid)} == {"coven-unix-api", "sleep"})
        forks = {linux.program(child.pid): linux.is_fork(child.pid, parent.pid) for child in linux.children(parent.pid)}

    assert forks == {"coven-unix-api": True, "sleep": False}
    assert not linux.is_fork(NEVER, NEVER)


def test_a_dead_coven_is_in_no_list(tmp_path: Path) -> None:
    """A zombie keeps its name."""
    with program(["coven", "run"], "rest()", tmp_path) as run:
        life = of(run.pid)
        run.kill()
        until(lambda: linux.state(life)[0] is ProcessState.ENDED)
        assert linux.program(run.pid) == "coven"
        assert life not in linux.coven_processes(os.geteuid())


def test_a_replaced_binary_is_seen(tmp_path: Path) -> None:
    """An upgrade puts a new file in its place."""
    binary = tmp_path / "coven"
    binary.write_bytes(Path("/bin/sleep").read_bytes())
    binary.chmod(0o755)
    with subprocess.Popen([binary, "60"]) as process:
        try:
            until(lambda: linux.program(process.pid) == "coven")
            assert not linux.binary_replaced(process.pid)
            binary.unlink()
            assert linux.binary_replaced(process.pid)
        finally:
            process.kill()


def test_the_peer_of_a_socket_is_told() -> None:
    """Pid and user of whoever is at the other end."""
    here, there = socket.socketpair()
    with here, there:
        assert linux.peer(here) == (ME, os.getuid())


@needs_root
def test_who_lives_in_a_pid_namespace_of_its_own_is_known(tmp_path: Path) -> None:
    """A container's processes are seen from outside, under other pids than their own."""
    with program(["coven", "daemon"], "rest()", tmp_path, before=OWN_PIDS) as started:
        (inside,) = linux.children(started.pid)
        assert [linux.apart(pid) for pid in (inside.pid, started.pid, ME, 2**31 - 1)] == [True, False, False, False]


def test_the_daemon_holds_its_own_record(sleeper: subprocess.Popen[bytes]) -> None:
    """By identity, whatever its program is called."""
    assert linux.holder(sleeper.pid, of(sleeper.pid)) == (Holder.DAEMON, "")


def test_a_strangers_program_is_named(sleeper: subprocess.Popen[bytes]) -> None:
    """After a reboot the recorded pid may be anybody's."""
    assert linux.holder(sleeper.pid, None) == (Holder.STRANGER, "sleep")
    assert linux.holder(sleeper.pid, of(ME)) == (Holder.STRANGER, "sleep")


def test_nobody_and_a_zombie_hold_nothing(sleeper: subprocess.Popen[bytes]) -> None:
    """A zombie keeps Coven from starting, though: it is told apart."""
    life = of(sleeper.pid)
    sleeper.kill()
    until(lambda: linux.state(life)[0] is ProcessState.ENDED)
    assert linux.holder(sleeper.pid, life) == (Holder.ZOMBIE, "")
    sleeper.wait()
    assert linux.holder(sleeper.pid, life) == (Holder.NOBODY, "")
    assert linux.holder(0, None) == (Holder.NOBODY, "")
    assert linux.holder(2**70, None) == (Holder.NOBODY, "")


def test_a_coven_that_serves_is_the_daemon_before_it_was_seen(tmp_path: Path) -> None:
    """It has its lock open; another home's lock does not count when ours is named."""
    lock = tmp_path / "daemon-serve.lock"
    with program(["coven", "daemon"], f"keep = open({str(lock)!r}, 'w')\nrest()", tmp_path) as daemon:
        assert linux.holder(daemon.pid, None) == (Holder.DAEMON, "")
        assert linux.holder(daemon.pid, None, lock) == (Holder.DAEMON, "")
        assert linux.holder(daemon.pid, None, tmp_path / "other" / "daemon-serve.lock") == (Holder.STRANGER, "coven")
        lock.unlink()
        assert linux.holder(daemon.pid, None, lock) == (Holder.DAEMON, "")


def test_a_coven_that_does_not_serve_is_a_stranger(tmp_path: Path) -> None:
    """A guardian, or a `coven run` that got the pid of a dead daemon."""
    with program(["coven", "run"], "rest()", tmp_path) as run:
        assert linux.holder(run.pid, None) == (Holder.STRANGER, "coven")


@needs_root
def test_what_is_not_for_us_is_not_known() -> None:
    """Of another user's process place and environment stay hidden, but not that it is there."""
    with short_directory() as directory, program(["coven", "daemon"], "rest()", directory) as other, as_nobody():
        assert linux.identity(other.pid) is not None
        assert linux.cwd(other.pid) is None
        assert linux.environ(other.pid, ("PATH",)) is None
        assert linux.links_of(other.pid) is None
        assert not linux.is_coven(other.pid)
        assert linux.exists(other.pid)
        assert linux._coven_holder(other.pid, None) is Holder.UNKNOWN


@needs_root
def test_a_process_that_proc_hides_is_a_stranger() -> None:
    """With hidepid=2 only kill(2) still tells that somebody has the pid."""
    code = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from coven_watchdog.coven import processes\n"
        "pid, lock = int(sys.argv[1]), Path(sys.argv[2])\n"
        "os.setgroups([])\n"
        "os.setegid(65534)\n"
        "os.seteuid(65534)\n"
        "print(processes.identity(pid), processes.holder(pid, None)[0].value, processes.lock_owners(lock))\n"
    )
    with short_directory() as directory:
        directory.chmod(0o755)
        lock = directory / "daemon-serve.lock"
        held = f"keep = open({str(lock)!r}, 'w')\nfcntl.flock(keep, fcntl.LOCK_EX)\nrest()"
        with program(["coven", "daemon"], held, directory) as other:
            hidden = f'mount -t proc -o hidepid=2 proc /proc && exec {sys.executable} -c "$0" {other.pid} {lock}'
            done = subprocess.run(
                ["unshare", "--mount", "sh", "-c", hidden, code], capture_output=True, text=True, check=False, timeout=30
            )

    assert done.stdout.split() == ["None", "stranger", "None"], done.stderr
