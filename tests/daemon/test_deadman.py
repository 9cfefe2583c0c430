"""An event loop that hangs ends the process. Each in a process of its own."""

import signal
import subprocess
import sys

from coven_watchdog import clock
from coven_watchdog.daemon.deadman import WITHIN
from coven_watchdog.model.time import SECOND
from waiting import until

PROGRAM = """
import sys, time
import anyio
from coven_watchdog.daemon.deadman import Deadman

async def main():
    deadman = Deadman(float(sys.argv[1]), lambda: {words}, patience=0.5)
    deadman.start()
    for lap in range(30):
        deadman.alive()
        await anyio.sleep(0.02)
        if lap == 3:
            {act}

    deadman.stop()
    print("over", flush=True)

anyio.run(main)
"""
SAY = "print('last words', flush=True)"


def end(act: str, within: float = 1, words: str = SAY) -> tuple[int, str]:
    """Its exit code and what it said."""
    code = PROGRAM.format(act=act, words=words)
    done = subprocess.run([sys.executable, "-c", code, str(within)], capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout


def test_who_gives_signs_lives() -> None:
    """Signs of life keep it alive, and when no more are wanted it is left alone."""
    assert end("pass") == (0, "over\n")


def test_a_hanging_loop() -> None:
    """Nothing but its last words are said, and it ends with 1."""
    assert end("time.sleep(60)") == (1, "last words\n")


def test_last_words_that_hang() -> None:
    """They do not keep it."""
    assert end("time.sleep(60)", words="time.sleep(60)") == (1, "")


def test_a_process_that_was_stopped() -> None:
    """What was stopped for longer than its patience gives its sign first: a pause of the machine looks the same."""
    code = PROGRAM.format(act="print('armed', flush=True)", words=SAY)
    with subprocess.Popen([sys.executable, "-c", code, "1.5"], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "armed\n"
        running.send_signal(signal.SIGSTOP)
        began = clock.now().awake
        until(lambda: clock.now().awake - began > 2 * SECOND)
        running.send_signal(signal.SIGCONT)
        assert running.stdout.readline() == "over\n"
        assert running.wait(30) == 0


def test_it_is_patient() -> None:
    """A machine that swaps may keep a loop waiting for seconds; this is a minute."""
    assert WITHIN >= 60
