"""The program under test as a user has it: `coven-watchdog` in processes of its own, with a configuration and a state directory of its own."""

import json
import os
import shlex
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from rigs.coven import Done, RealCoven
from rigs.inbox import Inbox
from waiting import until

COMMAND = (sys.executable, "-m", "coven_watchdog")
_PATIENCE = 60
_ARMED = 20


def channel(inbox: Inbox, name: str = "sink", **keys: object) -> str:
    """One `[[channels]]` table for an inbox; further keys are written as they stand in TOML."""
    lines = [f'name = "{name}"', f'url = "{inbox.url}"', *(f"{key} = {json.dumps(value)}" for key, value in keys.items())]
    return "\n".join(["", "[[channels]]", *lines, ""])


class Program:
    """One configuration and one state directory, the service on them, and the commands that look at them.

    Args:
        base: a directory that exists and is removed by somebody else.
        config: the text of config.toml.
        env: variables on top of the inherited ones.
    """

    def __init__(self, base: Path, config: str, env: Mapping[str, str] | None = None) -> None:
        self.base = base
        self.state = base / "state"
        self.config = base / "config.toml"
        self.log = base / "watchdog.log"
        self.env = {name: value for name, value in os.environ.items() if not name.startswith(("COVEN_", "DBUS_", "DISPLAY"))}
        self.env |= {
            "COVEN_WATCHDOG_CONFIG": str(self.config),
            "COVEN_WATCHDOG_STATE_DIR": str(self.state),
            "HOME": str(base),
            "NO_COLOR": "1",
            "XDG_RUNTIME_DIR": str(base),
            **(env or {}),
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._apart = False
        self.write(config)

    @property
    def pid(self) -> int:
        """The service's pid."""
        assert self._process is not None
        return self._process.pid

    @property
    def said(self) -> str:
        """What the service wrote to its log so far, all lives together."""
        return self.log.read_text(encoding="utf-8") if self.log.exists() else ""

    def write(self, config: str) -> None:
        """Replace the configuration, as an editor would."""
        new = self.config.with_suffix(".new")
        new.write_text(config, encoding="utf-8")
        new.chmod(0o600)
        new.rename(self.config)

    def start(self, *options: str, armed: bool = True, before: str = "") -> None:
        """`run` in the background.

        Args:
            options: further options of `run`.
            armed: return only once it has looked at each home.
            before: shell commands that prepare a mount namespace for it and its commands alone (needs root).
        """
        command = [*COMMAND, "--debug", "run", *options]
        self._apart = bool(before)
        if before:
            command = ["unshare", "--mount", "sh", "-euc", f"{before}\nexec {shlex.join(command)}"]

        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, env=self.env, cwd=self.base, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )

        if armed:
            self.until_armed()

    def until_armed(self) -> None:
        """Wait until this life of the service has looked at every home.

        Raises:
            AssertionError: it has not in time, or it ended; with its log.
        """

        def looked() -> bool:
            assert self._process is None or self._process.poll() is None, f"it ended: {self.said}"
            status = self.try_status()
            watchdog = status.get("watchdog", {})
            return (
                watchdog.get("pid") == self.pid
                and watchdog["running"]
                and all(self._looked_at(home) for home in status["homes"])
            )

        until(looked, _PATIENCE)

    def wait(self, seconds: float = _PATIENCE) -> int:
        """Its exit code, once it has ended by itself."""
        assert self._process is not None
        return self._process.wait(seconds)

    def stop(self, number: signal.Signals = signal.SIGTERM, seconds: float = _PATIENCE) -> int:
        """Send it a signal; its exit code."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(number)

        return self._process.wait(seconds)

    def kill(self) -> None:
        """SIGKILL, as the power button does."""
        self.stop(signal.SIGKILL)

    def close(self) -> None:
        """End it, whatever state it is in."""
        if self._process is not None:
            self.kill()

    def cli(self, *arguments: str, **env: str) -> Done:
        """Run a command to its end, in the service's mount namespace if it has one."""
        place = ["nsenter", "--mount", f"--target={self.pid}"] if self._apart else []
        done = subprocess.run(
            [*place, *COMMAND, *arguments],
            env=self.env | env,
            cwd=self.base,
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def json(self, *arguments: str) -> dict[str, Any]:
        """Run a command with `--json`; its document."""
        done = self.cli(*arguments, "--json")
        assert done.out, done
        return dict(json.loads(done.out))

    def try_status(self) -> dict[str, Any]:
        """`status --json`, or {} while it cannot be had."""
        done = self.cli("status", "--json")
        return dict(json.loads(done.out)) if done.code == 0 and done.out else {}

    def incidents(self, *options: str) -> list[dict[str, Any]]:
        """`incidents --all --json`, or with other options."""
        return list(self.json("incidents", *(options or ("--all",)))["incidents"])

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the database says, read behind the service's back."""
        database = sqlite3.connect(f"file:{self.state}/watchdog.sqlite3?mode=ro", uri=True)
        try:
            return database.execute(query).fetchall()
        finally:
            database.close()

    def try_rows(self, query: str) -> list[tuple[Any, ...]]:
        """`rows`, or [] while the database is not complete yet."""
        try:
            return self.rows(query)
        except sqlite3.Error:
            return []

    @staticmethod
    def _looked_at(home: dict[str, Any]) -> bool:
        state = (home.get("daemon") or {}).get("state", "unknown")
        return state != "unknown" and (state != "running" or home.get("complete") is True)


def watch(coven: RealCoven, inbox: Inbox, config: str = "", *, channels: str | None = None, **env: str) -> Program:
    """A program that watches this Coven and tells the inbox everything from info up; not started yet."""
    tables = channel(inbox, min_severity="info") if channels is None else channels
    base = coven.base / "watchdog"
    base.mkdir(mode=0o700, exist_ok=True)
    return Program(base, f'homes = ["{coven.home}"]\nname = "devbox"\n{config}\n{tables}', env)


class Watch(Protocol):
    """Starts the program on a Coven; it is ended after the test."""

    def __call__(
        self, coven: RealCoven, config: str = "", *, channels: str | None = None, start: bool = True, **env: str
    ) -> Program:
        """The program, armed unless it is not to be started."""
        ...
