"""The command line."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from coven_watchdog.simulated.__main__ import main
from waiting import until

COMMAND = [sys.executable, "-m", "coven_watchdog.simulated", "serve", "--home"]


def test_serving_by_hand(home: Path) -> None:
    """Without commands it serves until a signal, whatever its input is."""
    process = subprocess.Popen([*COMMAND, str(home)], stdin=subprocess.DEVNULL)
    until((home / "daemon.json").exists)
    os.kill(process.pid, signal.SIGTERM)
    assert process.wait() == 0


def test_a_second_one_is_refused(home: Path) -> None:
    """Two on one home: the second says so and exits 1, as Coven's does."""
    process = subprocess.Popen([*COMMAND, str(home)], stdin=subprocess.DEVNULL)
    until((home / "daemon.json").exists)
    second = subprocess.run([*COMMAND, str(home)], capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert second.stderr.startswith("coven daemon: another Coven daemon is already serving this home")
    process.terminate()
    assert process.wait() == 0


@pytest.mark.parametrize("arguments", [[], ["serve"], ["dance"]])
def test_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be understood is a usage error."""
    with pytest.raises(SystemExit, match="2"):
        main(arguments)

    assert "usage: python -m coven_watchdog.simulated" in capsys.readouterr().err
