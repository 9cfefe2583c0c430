"""The rig itself: what other system tests rely on holds for the real Coven."""

import os
import signal
from pathlib import Path

import pytest

from rigs.coven import RealCoven
from waiting import until


def test_it_starts_and_stops(coven: RealCoven) -> None:
    """A started daemon answers with the contract's version, a stopped one leaves neither socket nor record."""
    assert coven.start()["apiVersion"] == "coven.daemon.v1"
    assert coven.stop().code == 0
    assert not (coven.home / "coven.sock").exists()
    assert not (coven.home / "daemon.json").exists()


@pytest.mark.parametrize(
    ("prompt", "status", "code"), [("hello", "completed", 0), ("fail=7", "failed", 7), ("crash=KILL", "failed", 1)]
)
def test_the_harness_does_what_the_prompt_says(coven: RealCoven, prompt: str, status: str, code: int) -> None:
    """A session ends as its prompt says; of a death by signal Coven keeps only a 1."""
    coven.start()
    row = coven.wait_row(coven.launch(prompt))
    assert (row["status"], row["exit_code"]) == (status, code)


def test_a_killed_daemon_is_reaped_at_once(coven: RealCoven) -> None:
    """The supervisor tells the true wait status, and a new start works straight away."""
    coven.start()
    session = coven.launch("sleep")
    coven.harness("sleep")
    assert os.waitstatus_to_exitcode(coven.kill()) == -signal.SIGKILL
    assert (coven.home / "coven.sock").exists()
    coven.start()
    assert coven.row(session)["status"] == "orphaned"


def test_a_late_reaper_leaves_a_zombie(late_coven: RealCoven) -> None:
    """Until it is asked to reap, the dead daemon stands in /proc as a zombie and no new one can start."""
    late_coven.start()
    pid = late_coven.pid
    late_coven.kill()
    stat = Path(f"/proc/{pid}/stat")
    until(lambda: stat.read_text(encoding="ascii").rpartition(")")[2].split()[0] == "Z")
    assert late_coven.cli("daemon", "start").code == 1
    late_coven.reaper.reap()
    late_coven.start()


def test_a_session_in_a_terminal(coven: RealCoven) -> None:
    """`coven run` works in a terminal of its own, takes Ctrl-C, and records it as a failure."""
    coven.start()
    run = coven.run("tick=60")
    until(lambda: "tick" in run.terminal.shown)
    row = coven.api("GET", "/api/v1/sessions")[1][0]
    run.terminal.type("\x03")
    coven.reaper.wait(run.pid)
    row = coven.wait_row(row["id"])
    assert (row["status"], row["exit_code"]) == ("failed", 1)


def test_a_closed_terminal(coven: RealCoven) -> None:
    """Closing the terminal of a `coven run` ends it."""
    coven.start()
    run = coven.run("tick=60")
    run.terminal.close()
    coven.reaper.wait(run.pid)


def test_the_rig_leaves_nothing_behind(coven_program: Path) -> None:
    """Closing the rig ends the daemon, its sessions and stubborn harnesses, and removes the home."""
    rig = RealCoven(coven_program)
    rig.start()
    rig.launch("stubborn")
    pids = (rig.pid, rig.harness("stubborn"), rig.reaper.pid)
    rig.close()
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]
    assert not rig.base.exists()
