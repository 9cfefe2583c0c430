"""Who runs a command."""

import os
import pwd
import subprocess
import sys

import pytest

from coven_watchdog.cli.asker import asked_by
from coven_watchdog.coven import processes
from programs import needs_root

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
