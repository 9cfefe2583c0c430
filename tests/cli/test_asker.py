"""Who runs a command."""

import os
import pwd
import subprocess
import sys

import pytest

from coven_watchdog.cli.asker import asked_by, reason_of
from coven_watchdog.coven import processes
from programs import needs_root
from rigs.absent import absent

USER = pwd.getpwuid(os.geteuid()).pw_name
ASK = "from coven_watchdog.cli.asker import asked_by; import os; os.setuid(43210); print(asked_by({}))"


def test_the_user_and_what_they_used() -> None:
    """The program that started the command, and its pid; of its arguments nothing."""
    parent = os.getppid()
    assert asked_by({}) == f"{USER} ({processes.program(parent)}, pid {parent})"


@pytest.mark.parametrize(
    ("behind", "person"), [("anna", f"anna as {USER}"), (USER, USER), ("", USER), ("an\x1b[2Jna", f"anna as {USER}")]
)
def test_behind_sudo_stands_somebody(behind: str, person: str) -> None:
    """Both are named, once; what the variable holds is one harmless line."""
    assert asked_by({"SUDO_USER": behind}).partition(" (")[0] == person


@needs_root
def test_a_user_without_a_name() -> None:
    """Their number stands for them."""
    asked = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True)
    assert asked.stdout.startswith("user 43210 (")


def test_a_user_in_a_namespace_of_their_own() -> None:
    """Where the parent cannot be seen, the user is all that is known."""
    asked = subprocess.run(
        ["unshare", "--pid", "--fork", sys.executable, "-c", ASK.replace("os.setuid(43210); ", "")],
        capture_output=True,
        text=True,
        check=False,
    )
    if asked.returncode:
        absent("private pid namespaces are not allowed", "run as root")

    assert asked.stdout == f"{USER}\n"


def test_a_reason_is_one_harmless_line() -> None:
    """It stands in messages and on terminals: no escapes, no secrets, no novel."""
    assert reason_of(None) == ""
    assert reason_of("up\x1b[2J\ngrading") == "up grading"
    assert "ghp_" not in reason_of("token ghp_abcdefghijklmnopqrstuvwxyz0123456789")
    assert len(reason_of("x" * 999)) == 200
