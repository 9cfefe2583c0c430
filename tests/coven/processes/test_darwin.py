"""Tests of `coven.processes.darwin`: psutil speaks of Linux' processes too, so what does not depend on macOS is tried here."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from coven_watchdog import clock
from coven_watchdog.coven import processes
from coven_watchdog.model.facts import Identity
from coven_watchdog.model.time import SECOND
from coven_watchdog.model.words import Holder, ProcessState
from programs import program
from waiting import until

pytest.importorskip("psutil", reason="psutil is a dependency on macOS only, elsewhere of the lint group")
from coven_watchdog.coven.processes import darwin, linux

NEVER = 2**22 + 5


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A child that does nothing."""
    with subprocess.Popen(["sleep", "60"]) as child:
        until(lambda: linux.program(child.pid) == "sleep")
        yield child
        child.kill()


def test_both_ports_have_the_same_functions() -> None:
    """The switch takes the same names from either."""
    names = [
        name for name, value in vars(darwin).items() if callable(value) and getattr(value, "__module__", "") == darwin.__name__
    ]
    public = {name for name in names if not name.startswith("_")}
    assert public - {"executable", "lock_owners", "sockets", "terminals", "terminal_number", "tree_cpu"} <= set(vars(linux))
    assert public <= set(processes.__all__)
    assert {"holder", "identity", "lock_owners", "peer", "state"} <= public


def test_the_states_of_a_life(sleeper: subprocess.Popen[bytes]) -> None:
    """Alive, stopped, a zombie, gone."""
    life = darwin.identity(sleeper.pid)
    assert life is not None
    assert darwin.state(life)[0] is ProcessState.ALIVE
    assert darwin.state(Identity(life.pid, life.started - SECOND))[0] is ProcessState.ENDED
    sleeper.send_signal(signal.SIGSTOP)
    until(lambda: darwin.state(life)[0] is ProcessState.STOPPED)
    sleeper.kill()
    until(lambda: darwin.state(life)[0] is ProcessState.ENDED)
    assert darwin.holder(sleeper.pid, life) == (Holder.ZOMBIE, "")
    sleeper.wait()
    assert darwin.state(life)[0] is ProcessState.ENDED
    assert darwin.holder(sleeper.pid, life) == (Holder.NOBODY, "")


def test_what_is_told_of_a_process(sleeper: subprocess.Popen[bytes]) -> None:
    """Name, parent, place, start."""
    life = darwin.identity(sleeper.pid)
    assert life is not None
    assert darwin.program(sleeper.pid) == "sleep"
    assert darwin.parent(sleeper.pid) == os.getpid()
    assert life in darwin.children(os.getpid())
    assert darwin.cwd(sleeper.pid) == str(Path.cwd())
    started = darwin.started_wall(life)
    assert started is not None
    assert abs(started - clock.now().wall) < 60 * SECOND
    assert darwin.started_wall(Identity(1, clock.now().wall + 60 * SECOND)) is None
    assert darwin.holder(sleeper.pid, life) == (Holder.DAEMON, "")
    assert darwin.holder(sleeper.pid, None) == (Holder.STRANGER, "sleep")


def test_coven_and_its_daemon_are_known(tmp_path: Path) -> None:
    """By program, word and lock."""
    lock = tmp_path / "daemon-serve.lock"
    with program(["coven", "daemon"], f"keep = open({str(lock)!r}, 'w')\nrest()", tmp_path) as daemon:
        assert darwin.is_coven(daemon.pid)
        assert not darwin.is_run(daemon.pid)
        assert darwin.holder(daemon.pid, None, lock) == (Holder.DAEMON, "")
        assert darwin.holder(daemon.pid, None, tmp_path / "x") == (Holder.STRANGER, "coven")

    environ = {"COVEN_HOME": "/h", "API_KEY": "sk-1"}
    with program(["coven", "run", "codex"], "rest()", tmp_path, environ=environ) as run:
        assert darwin.is_run(run.pid)
        assert darwin.identity(run.pid) in darwin.coven_processes(os.geteuid())
        assert darwin.environ(run.pid, ("COVEN_HOME", "API_KEY")) == {"COVEN_HOME": "/h"}
        assert not darwin.terminal(run.pid)
        assert darwin.is_fork(run.pid, run.pid)
        assert not darwin.is_fork(run.pid, os.getpid())


def test_who_is_gone_has_nothing() -> None:
    """Every question has an answer."""
    assert darwin.identity(NEVER) is None
    assert darwin.identity(-1) is None
    assert darwin.program(NEVER) == ""
    assert darwin.parent(NEVER) is None
    assert darwin.terminal(NEVER) is False
    assert darwin.cwd(NEVER) is None
    assert darwin.environ(NEVER, ("PATH",)) is None
    assert darwin.children(NEVER) == ()
    assert darwin.is_run(NEVER) is False
    assert darwin.holder(NEVER, None) == (Holder.NOBODY, "")


def test_what_macos_does_not_tell_is_not_guessed(tmp_path: Path) -> None:
    """Unknown, not none."""
    assert darwin.lock_owners(tmp_path) is None
    assert darwin.binary_replaced(os.getpid()) is False
