"""Harness commands on a PATH."""

import subprocess
from pathlib import Path

from coven_watchdog.simulated.harnesses import install


def test_install(tmp_path: Path) -> None:
    """Each name is a command that runs the harness in one process."""
    install(tmp_path / "bin", ["codex", "claude"])
    assert sorted(path.name for path in (tmp_path / "bin").iterdir()) == ["claude", "codex"]
    process = subprocess.Popen([tmp_path / "bin" / "claude", "--", "fail=5"], stdout=subprocess.PIPE, text=True)
    output, _ = process.communicate()
    assert (output, process.returncode) == (f"harness {process.pid}\nprovider said no\n", 5)
