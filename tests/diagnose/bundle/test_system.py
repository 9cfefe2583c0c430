"""The machine."""

import os
import platform
from dataclasses import replace
from pathlib import Path

from coven_watchdog.diagnose.bundle.system import System, look, system
from diagnose.bundle.bench import case, stopped


def test_this_machine(tmp_path: Path) -> None:
    """System, kernel, file system, free space and inodes, limits and memory of the daemon's process."""
    found = look(case(tmp_path))
    assert found.kernel == platform.release()
    assert found.home_on
    assert (found.free_bytes or 0) > 0
    assert (found.free_inodes or 0) > 0
    assert found.home_customised
    assert found.limits["Max open files"].count(" / ") == 1
    assert "MemTotal" in found.memory
    assert (found.limits_of, found.cpus) == ("the daemon's process", os.cpu_count())


def test_without_daemon_and_home(tmp_path: Path) -> None:
    """The nearest directory above counts; the limits are ours, and said to be."""
    made = stopped(tmp_path)
    made.paths.root.rmdir()
    place = replace(made.asked.place, user_home=str(tmp_path))
    found = look(replace(made, asked=replace(made.asked, place=place)))
    assert (found.free_bytes or 0) > 0
    assert "no daemon runs" in found.limits_of
    assert isinstance(system(made).data, System)
