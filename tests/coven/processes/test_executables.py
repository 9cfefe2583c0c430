"""The file that a process runs."""

import os
import sys
from pathlib import Path

from coven_watchdog.coven.processes import executable


def test_our_own() -> None:
    """It is the interpreter; of a process that is not there nothing is known."""
    assert executable(os.getpid()) == str(Path(sys.executable).resolve())
    assert executable(2**31 - 2) == ""
