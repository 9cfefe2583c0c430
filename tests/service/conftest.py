"""Programs of the system that are little scripts: they write down how they were called, and answer what a file says."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from coven_watchdog.model.words import Packaging
from coven_watchdog.service.program import Program

_SCRIPT = """#!/bin/sh
# Answers with the file NAME.N, where N is the number of the first pattern in `answers` that the words match.
here={folder}
echo "{name} $*" >>"$here/calls"
while IFS='|' read -r pattern code answer; do
  case "$*" in
    $pattern)
      [ "$code" = 0 ] || exec >&2
      while IFS= read -r line || [ -n "$line" ]; do printf '%s\\n' "$line"; done <"$here/$answer"
      exit "$code";;
  esac
done <"$here/{name}.answers"
exit 0
"""


@dataclass
class Programs:
    """A folder of such scripts, alone on PATH."""

    folder: Path

    def add(self, name: str, *answers: tuple[str, int, str]) -> None:
        """A program. `answers`: (shell pattern of its words, exit code, what it says); other words are answered by silence."""
        script = self.folder / name
        script.write_text(_SCRIPT.format(folder=self.folder, name=name), encoding="utf-8")
        script.chmod(0o755)
        lines = []
        for number, (pattern, code, said) in enumerate(answers):
            (self.folder / f"{name}.{number}").write_text(said, encoding="utf-8")
            lines.append(f"{pattern}|{code}|{name}.{number}\n")

        (self.folder / f"{name}.answers").write_text("".join(lines), encoding="utf-8")

    @property
    def calls(self) -> list[str]:
        """How they were called, in order."""
        path = self.folder / "calls"
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    def env(self, home: Path, **more: str) -> dict[str, str]:
        """The environment of a shell that finds only these."""
        return {"HOME": str(home), "PATH": str(self.folder), "XDG_RUNTIME_DIR": str(home), **more}


@pytest.fixture
def programs(tmp_path: Path) -> Programs:
    """No program yet."""
    folder = tmp_path / "programs"
    folder.mkdir()
    return Programs(folder)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The home of whoever installs; it is this user's."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    assert folder.stat().st_uid == os.geteuid()
    return folder


def python() -> Program:
    """The program that a service starts."""
    return Program(("/opt/python", "-P", "-m", "coven_watchdog"), Packaging.PIPX)
