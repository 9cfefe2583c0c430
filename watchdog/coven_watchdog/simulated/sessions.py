"""Live sessions: each is a real child process, on a terminal or on pipes, and its end is recorded as Coven records it.

Seen on 0.4.6: exit 0 is `completed` (`idle` in a conversation); another code is `failed` with it; a signal is `failed` with 1
on a terminal and with null on pipes; a harness that cannot be started leaves `failed` with null and no event.
"""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import Any, BinaryIO

from coven_watchdog.simulated import stamps
from coven_watchdog.simulated.ledger import Json, Ledger

HARNESSES = ("codex", "claude", "coven-code", "copilot")
_CHUNK = 4096
_MOST_CHUNK = 64 * 1024
_TOGETHER = 0.02
_GUARDIAN = Path(__file__).parent / "programs" / "guardian.py"


class LaunchError(Exception):
    """The harness could not be started; its row says so already."""


@dataclass(frozen=True, slots=True)
class Launch:
    """What POST /sessions asks for, validated."""

    row: Json
    prompt: str
    cwd: Path
    piped: bool = False


@dataclass(slots=True)
class EventWriter:
    """The health of the event writer. Once `failed` it stays so, and every end of a session is lost (seen)."""

    failed: bool = False
    committed: int = 0


class Sessions:
    """Starts harnesses and follows them to their end, one thread each.

    Args:
        ledger: where rows and events go.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._live: dict[str, subprocess.Popen[bytes]] = {}
        self.writer = EventWriter()
        self.record_on_stop = False
        """Whether ends that a clean stop causes are recorded: Coven does so in some stops and not in others (a race, seen)."""
        self._stopping = False

    @property
    def pids(self) -> Mapping[str, int]:
        """The harness of each live session."""
        return {session: process.pid for session, process in self._live.copy().items()}

    def launch(self, launch: Launch) -> None:
        """Insert the row, then start the harness (in this order, as Coven: a missing one leaves a failed row).

        Raises:
            LaunchError: the harness is not on the daemon's PATH, or cannot be executed.
        """
        self._ledger.insert(launch.row)
        session, harness = launch.row["id"], launch.row["harness"]
        program = which(harness)
        try:
            if program is None:
                raise FileNotFoundError(harness)

            process, output = (_start_piped if launch.piped else _start_on_terminal)(program, launch)
        except OSError as error:
            self._ledger.end(session, "failed", None)
            message = f"failed to spawn harness `{harness}`"
            raise LaunchError(message) from error

        self._live[session] = process
        follow = self._follow_piped if launch.piped else self._follow
        threading.Thread(target=follow, args=(launch, process, output), name=session, daemon=True).start()

    def kill(self, session: str) -> bool:
        """The API's kill: the row says `killed` at once, the harness only gets a SIGHUP. False when it is not live."""
        process = self._live.get(session)
        row = self._ledger.row(session)
        if process is None or row is None or row["status"] != "running":
            return False

        self._ledger.end(session, "killed", None)
        self._add_event(session, "kill", {"status": "killed"})
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGHUP)

        return True

    def stop(self) -> None:
        """End all harnesses, as a clean stop does."""
        self._stopping = True
        processes = tuple(self._live.copy().values())
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

        for thread in threading.enumerate():
            if thread.name in self._live.copy():
                thread.join(timeout=1)

    def _follow_piped(self, launch: Launch, process: subprocess.Popen[bytes], output: int) -> None:
        guardian = [sys.executable, "-S", "-I", str(_GUARDIAN), str(process.pid)]
        with subprocess.Popen(guardian, stdin=subprocess.PIPE, start_new_session=True) as watcher:  # noqa: S603 - our own program
            self._follow(launch, process, output)
            watcher.kill()

    def _follow(self, launch: Launch, process: subprocess.Popen[bytes], output: int) -> None:
        """Read until every holder of the other end is gone (a grandchild keeps a session running, seen), then reap and record."""
        session = launch.row["id"]
        for data in _chunks(output):
            self._add_event(session, "output", {"data": data})

        code = process.wait()
        if not self._stopping or self.record_on_stop:
            self._record_end(launch, code)

        self._live.pop(session, None)

    def _record_end(self, launch: Launch, code: int) -> None:
        if self.writer.failed:
            return

        by_signal = None if launch.piped else 1
        exit_code = code if code >= 0 else by_signal
        word = "completed" if exit_code == 0 else "failed"
        at = stamps.now()
        self._add_event(launch.row["id"], "exit", {"exitCode": exit_code, "status": word}, at)
        idle = word == "completed" and launch.row["conversation_id"] is not None
        self._ledger.end(launch.row["id"], "idle" if idle else word, exit_code, at)

    def _add_event(self, session: str, kind: str, payload: Mapping[str, Any], at: str | None = None) -> None:
        if not self.writer.failed:
            self._ledger.add_event(session, kind, payload, at)
            self.writer.committed += 1


def _start_on_terminal(program: str, launch: Launch) -> tuple[subprocess.Popen[bytes], int]:
    """The default: a session of its own on a terminal whose other end is ours, so it ends with us."""
    ours, theirs = os.openpty()
    try:
        return _start([program, "--", launch.prompt], launch, stdin=theirs, stdout=theirs, stderr=theirs), ours
    except OSError:
        os.close(ours)
        raise
    finally:
        os.close(theirs)


def _start_piped(program: str, launch: Launch) -> tuple[subprocess.Popen[bytes], int]:
    """`launchMode` nonInteractive: the prompt goes in by standard input."""
    ours, theirs = os.pipe()
    try:
        process = _start([program, "exec", "-"], launch, stdin=subprocess.PIPE, stdout=theirs, stderr=theirs)
    except OSError:
        os.close(ours)
        raise
    finally:
        os.close(theirs)

    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError), process.stdin as prompt:
        prompt.write(launch.prompt.encode())

    return process, ours


def _start(command: list[str], launch: Launch, **streams: int) -> subprocess.Popen[bytes]:
    environment = os.environ | _participant(launch)
    return subprocess.Popen(command, cwd=launch.cwd, env=environment, start_new_session=True, **streams)  # type: ignore[call-overload, no-any-return] # noqa: S603 - the user's own harness


def _participant(launch: Launch) -> dict[str, str]:
    """In a git project Coven names the session in the harness' environment; elsewhere it does not (seen)."""
    root = Path(launch.row["project_root"])
    if not any((directory / ".git").exists() for directory in (root, *root.parents)):
        return {}

    participant = {"id": f"daemon-session-{launch.row['id']}", "generation": str(uuid.uuid4())}
    return {"COVEN_MAINTENANCE_PARTICIPANT": json.dumps(participant, separators=(",", ":"))}


def _chunks(output: int) -> Iterator[str]:
    """What the harness prints, until every holder of the other end is gone; what comes close together is one chunk (seen)."""
    with os.fdopen(output, "rb", buffering=0) as stream:
        while data := _read(stream):
            while select.select([stream], [], [], _TOGETHER)[0] and len(data) < _MOST_CHUNK and (more := _read(stream)):
                data += more

            yield data.decode(errors="replace")


def _read(stream: BinaryIO) -> bytes:
    """The next bytes; a terminal whose last holder is gone answers EIO on Linux."""
    try:
        return stream.read(_CHUNK)
    except OSError:
        return b""
