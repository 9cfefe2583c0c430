"""Makes a directory of harness commands (`codex`, `claude`, …), each running `programs/harness.py` in a bare interpreter."""

import shlex
import sys
from collections.abc import Iterable
from pathlib import Path

_PROGRAM = Path(__file__).parent / "programs" / "harness.py"


def install(directory: Path, names: Iterable[str]) -> None:
    """Write one executable per name; the directory is made when missing, and belongs first on the daemon's PATH."""
    directory.mkdir(parents=True, exist_ok=True)
    command = shlex.join([sys.executable, "-S", "-I", str(_PROGRAM)])
    for name in names:
        script = directory / name
        script.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
        script.chmod(0o755)
