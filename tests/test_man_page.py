"""The manual page is the one that the commands make."""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "man" / "coven-watchdog.1"


def test_it_is_up_to_date() -> None:
    """What the generator prints is what is in the repository: python docs/man/generate.py > docs/man/coven-watchdog.1."""
    made = subprocess.run([sys.executable, ROOT / "docs" / "man" / "generate.py"], capture_output=True, text=True, check=True)
    assert made.stdout == PAGE.read_text(encoding="utf-8")


def test_it_is_shipped() -> None:
    """The wheel puts it where `man` looks."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    shared = project["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]
    assert shared == {"docs/man/coven-watchdog.1": "share/man/man1/coven-watchdog.1"}
