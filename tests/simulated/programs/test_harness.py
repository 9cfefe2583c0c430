"""The harness program, as a child on pipes."""

import os
import signal
import subprocess
import sys

import pytest

from coven_watchdog.simulated.programs import harness


def _run(prompt: str, *, by_input: bool = False) -> tuple[int, list[str]]:
    argument, content = ("-", prompt) if by_input else (prompt, None)
    done = subprocess.run(
        [sys.executable, "-m", harness.__name__, argument], input=content, stdout=subprocess.PIPE, text=True, check=False
    )
    return done.returncode, done.stdout.splitlines()[1:]


@pytest.mark.parametrize(
    ("prompt", "code", "output"),
    [
        ("hello", 0, ["done"]),
        ("fail", 3, ["provider said no"]),
        ("please fail=7 now", 7, ["provider said no"]),
        ("sleep=0.01", 0, []),
        ("after=0.01,4", 4, []),
        ("crash", -signal.SIGSEGV, []),
        ("crash=KILL", -signal.SIGKILL, []),
        ("tick=0.4", 0, ["tick 0", "tick 1"]),
        ("stubborn=0.01", 0, []),
        ("fork=0", 0, []),
        ("failing asleep", 0, ["done"]),
    ],
)
def test_words(prompt: str, code: int, output: list[str]) -> None:
    """The prompt's word says what happens; half a word is none."""
    assert _run(prompt) == (code, output)


def test_spew() -> None:
    """A flood is as long as asked."""
    code, lines = _run("spew=50")
    assert (code, len(lines), lines[-1][:8]) == (0, 50, "line 49 ")


def test_the_prompt_by_input() -> None:
    """A dash means that the prompt comes by standard input."""
    assert _run("fail=9", by_input=True) == (9, ["provider said no"])


def test_a_closing_terminal_ends_it() -> None:
    """It takes its terminal, so the closing of the other end is a hang-up."""
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", harness.__name__, "sleep"], stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    os.close(theirs)
    assert os.read(ours, 100).startswith(b"harness ")
    os.close(ours)
    assert process.wait() == -signal.SIGHUP
