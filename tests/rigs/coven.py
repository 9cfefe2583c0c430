"""The real Coven on a private home, with a fake harness, below a supervisor that reaps: what system tests and benchmarks break."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rigs.reaper import Reaper
from rigs.terminal import Terminal
from waiting import until

_FAKE = Path(__file__).with_name("fake_codex.py")
_LIVE = frozenset({"created", "running"})
_NOT_READY = (OSError, http.client.HTTPException, json.JSONDecodeError, KeyError)


@dataclass(frozen=True)
class Done:
    """A finished command of Coven's."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class CovenRun:
    """A `coven run` in a terminal of its own."""

    pid: int
    terminal: Terminal


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("coven", timeout=30)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(str(self._path))


class RealCoven:
    """One Coven home and everything that runs on it.

    Args:
        program: the `coven` program, from `install_coven.install`.
        late: dead daemons stay zombies until `reap`, as below a slow PID 1.
    """

    def __init__(self, program: Path, *, late: bool = False) -> None:
        self.program = program
        self.base = Path(tempfile.mkdtemp(prefix="cw.", dir="/tmp"))  # short: a Unix socket's path has at most 107 bytes
        self.home = self.base / "h"
        self.reaper = Reaper(late=late)
        self._late = late
        self._terminals: list[Terminal] = []
        self._commands = 0
        self._harness_log = self.base / "codex.jsonl"
        self.fakebin = _fake_harness(self.base / "bin")
        self.env = {name: value for name, value in os.environ.items() if not name.startswith(("COVEN", "COVERAGE"))}
        self.env |= {
            "COVEN_HOME": str(self.home),
            "HOME": str(self.base),
            "PATH": f"{self.fakebin}:{os.environ['PATH']}",
            "FAKE_CODEX_LOG": str(self._harness_log),
        }
        self.project = self.make_project("shop")

    # The daemon

    def start(self, **env: str) -> dict[str, Any]:
        """`coven daemon start`, with these variables set; returns the first good health.

        Raises:
            AssertionError: it does not come up; with what Coven said.
        """
        done = self.cli("daemon", "start", **env)
        assert done.code == 0, done
        return self.health()

    def health(self) -> dict[str, Any]:
        """The first answer of the daemon that `daemon.json` names; waits for it."""
        return until(self._good_health)

    def stop(self) -> Done:
        """`coven daemon stop`."""
        return self.cli("daemon", "stop")

    def restart(self) -> dict[str, Any]:
        """`coven daemon restart`; returns the new daemon's health."""
        done = self.cli("daemon", "restart")
        assert done.code == 0, done
        return self.health()

    @property
    def pid(self) -> int:
        """The daemon's pid, as `daemon.json` has it."""
        return int(json.loads((self.home / "daemon.json").read_text(encoding="utf-8"))["pid"])

    def kill(self, number: signal.Signals = signal.SIGKILL) -> int:
        """Send the daemon a signal that ends it; returns its wait status (0 with a late reaper: nobody has asked yet)."""
        pid = self.pid
        os.kill(pid, number)
        return 0 if self._late else self.reaper.wait(pid)

    def pause(self) -> None:
        """SIGSTOP the daemon."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT the daemon."""
        os.kill(self.pid, signal.SIGCONT)

    # Sessions

    def launch(self, prompt: str, *, project: Path | None = None, title: str | None = "job", **more: object) -> str:
        """Start a session over the API and return its id.

        Args:
            prompt: what the fake harness does, in the words of `fake_codex.py`.
            project: its directory (default: the git project `shop`).
            title: None leaves it out: Coven then takes the prompt.
            more: further keys of the request.

        Raises:
            AssertionError: Coven refused.
        """
        status, answer = self.try_launch(prompt, project=project, title=title, **more)
        assert status == 201, answer
        return str(answer["id"])

    def try_launch(
        self, prompt: str, *, project: Path | None = None, title: str | None = "job", **more: object
    ) -> tuple[int, Any]:
        """`launch` that gives back the HTTP status and the answer, whatever they are."""
        where = str(project or self.project)
        body = {"harness": "codex", "projectRoot": where, "cwd": where, "prompt": prompt, **more}
        return self.api("POST", "/api/v1/sessions", body if title is None else body | {"title": title})

    def row(self, session: str) -> dict[str, Any]:
        """The session's row as the API shows it."""
        status, answer = self.api("GET", f"/api/v1/sessions/{session}")
        assert status == 200, answer
        return dict(answer)

    def wait_row(
        self, session: str, fact: Callable[[dict[str, Any]], bool] = lambda row: row["status"] not in _LIVE
    ) -> dict[str, Any]:
        """The row once `fact` holds of it (default: it is over)."""
        return until(lambda: row if fact(row := self.row(session)) else None)

    def harness(self, prompt: str) -> int:
        """The pid of the newest harness with that prompt; waits for it to start."""
        return until(lambda: next((int(call["pid"]) for call in reversed(self._calls()) if call["prompt"] == prompt), 0))

    def run(self, prompt: str, *, project: Path | None = None) -> CovenRun:
        """`coven run codex PROMPT` in a terminal of its own; returns once its harness works."""
        terminal = Terminal()
        self._terminals.append(terminal)
        command: list[str | Path] = [self.program, "run", "codex", prompt]
        pid = self.reaper.start(
            command, env=self.env, cwd=project or self.project, output=self.base / "unused", terminal=terminal.name
        )
        self.harness(prompt)
        return CovenRun(pid, terminal)

    # The rest

    def api(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """One request: HTTP status and decoded answer (None when empty)."""
        connection = _UnixConnection(self.home / "coven.sock")
        try:
            payload = None if body is None else json.dumps(body)
            connection.request(method, path, payload, {"Content-Type": "application/json"})
            response = connection.getresponse()
            raw = response.read()
        finally:
            connection.close()

        return response.status, json.loads(raw) if raw else None

    def cli(self, *arguments: str, **env: str) -> Done:
        """Run a command of Coven's to its end, below the supervisor."""
        self._commands += 1
        output = self.base / f"cli-{self._commands}"
        pid = self.reaper.start([self.program, *arguments], env=self.env | env, cwd=self.project, output=output)
        code = os.waitstatus_to_exitcode(self.reaper.wait(pid))
        return Done(code, output.read_text(encoding="utf-8"), Path(f"{output}.err").read_text(encoding="utf-8"))

    def make_project(self, name: str, *, git: bool = True) -> Path:
        """A new project directory. Sessions in a git project carry their id in the environment, others do not."""
        project = self.base / name
        project.mkdir()
        if git:
            subprocess.run(["git", "init", "--quiet", project], check=True)

        return project

    def close(self) -> None:
        """End everything and remove the home."""
        for terminal in self._terminals:
            terminal.close()

        self.reaper.close()
        shutil.rmtree(self.base, ignore_errors=True)

    def _good_health(self) -> dict[str, Any] | None:
        with suppress(*_NOT_READY):
            status, answer = self.api("GET", "/api/v1/health")
            if status == 200 and answer["daemon"]["pid"] == self.pid:
                return dict(answer)

        return None

    def _calls(self) -> list[dict[str, Any]]:
        if not self._harness_log.exists():
            return []

        return [json.loads(line) for line in self._harness_log.read_text(encoding="utf-8").splitlines()]


def _fake_harness(folder: Path) -> Path:
    """A folder with `codex` in it, to stand first on PATH. `exec` keeps one process: its pid is the harness'."""
    folder.mkdir()
    program = folder / "codex"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -IS "{_FAKE}" "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return folder
