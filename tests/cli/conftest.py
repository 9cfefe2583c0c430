"""The command as a user has it: a process of its own, in a home of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest


@dataclass(frozen=True)
class Done:
    """A finished command."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """Standard output as the one JSON document it must be."""
        decoded: dict[str, Any] = msgspec.json.decode(self.out)
        return decoded


@dataclass(frozen=True)
class Cli:
    """Runs `coven-watchdog` with an environment that has nothing of this machine's user."""

    home: Path
    env: Mapping[str, str]

    @property
    def command(self) -> list[str]:
        """The beginning of a command line."""
        return [sys.executable, "-m", "coven_watchdog"]

    @property
    def database(self) -> Path:
        """Where the watchdog remembers."""
        return self.home / "state" / "watchdog.sqlite3"

    @property
    def config(self) -> Path:
        """The configuration in its usual place."""
        return self.home / ".config" / "coven-watchdog" / "config.toml"

    def __call__(self, *arguments: str, env: Mapping[str, str] | None = None, given: str = "") -> Done:
        """Run to the end."""
        done = subprocess.run(
            [*self.command, *arguments],
            env={**self.env, **(env or {})},
            input=given,
            capture_output=True,
            text=True,
            cwd=self.home,
            check=False,
            timeout=60,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def configure(self, text: str) -> Path:
        """Write the configuration."""
        self.config.parent.mkdir(parents=True, exist_ok=True)
        self.config.write_text(text, encoding="utf-8")
        self.config.chmod(0o600)
        return self.config


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """The command in an empty home, in UTC."""
    kept = {
        name: os.environ[name] for name in ("PATH", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG") if name in os.environ
    }
    env = {**kept, "HOME": str(tmp_path), "TZ": "UTC", "LANG": "C.UTF-8", "COVEN_WATCHDOG_STATE_DIR": str(tmp_path / "state")}
    return Cli(tmp_path, env)
