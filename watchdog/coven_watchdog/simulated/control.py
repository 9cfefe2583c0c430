"""`SimulatedCoven`: starts a simulated daemon as a process of its own, commands it and ends it; for tests and the demo."""

import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE
from types import TracebackType
from typing import Any, Self

import anyio
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream

from coven_watchdog.errors import WatchdogError
from coven_watchdog.simulated import stamps
from coven_watchdog.simulated.faults import FaultName, RouteName
from coven_watchdog.simulated.harnesses import install
from coven_watchdog.simulated.home import HomeFiles

_PATIENCE = 15
_SHORT_PATIENCE = 3
_MOST_REPLY = 64 * 1024 * 1024


class SimulationError(WatchdogError):
    """The simulated daemon did not start, or refused a command."""

    code = "simulation"


@dataclass(frozen=True, slots=True)
class Answered:
    """The status and JSON body of one answer of a Coven."""

    status: int
    body: Any


class SimulatedCoven:
    """A simulated Coven of one home. `async with` starts it, and at the end it and its harnesses are gone.

    Args:
        home: the COVEN_HOME directory; keep it short, a socket's path has 107 bytes.
        harnesses: the commands on the daemon's PATH; others of Coven's four are "not installed".
    """

    def __init__(self, home: Path, *, harnesses: Sequence[str] = ("codex", "claude")) -> None:
        self.home = home
        self._harnesses = harnesses
        self.side = Path()
        """A directory of its own, while it is entered: `bin/` is first on the daemon's PATH, projects stand beside it."""
        self._process: Process | None = None
        self._replies: BufferedByteReceiveStream | None = None
        self._one_command = anyio.Lock()

    async def __aenter__(self) -> Self:
        await anyio.to_thread.run_sync(self._prepare)
        async with AsyncExitStack() as begun:
            begun.push_async_exit(self)
            await self.start()
            begun.pop_all()

        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        with anyio.CancelScope(shield=True):
            await self._end_for_good()
            await anyio.to_thread.run_sync(shutil.rmtree, self.side)

    @property
    def pid(self) -> int:
        """The daemon's pid, of its last life when it is down."""
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the daemon was started and has not ended."""
        return self._process is not None and self._process.returncode is None

    @property
    def socket(self) -> Path:
        """The API's socket."""
        return self.home / "coven.sock"

    async def start(self) -> None:
        """Start the daemon and wait until it listens.

        Raises:
            SimulationError: it ended before that; its reason is on standard error.
        """
        await anyio.to_thread.run_sync(self._announce_start)
        command = ["-m", "coven_watchdog.simulated", "serve", "--home", str(self.home), "--follow-input"]
        self._process = await anyio.open_process(
            [sys.executable, *command, "--managed-started-at", stamps.now()],
            stdin=PIPE,
            stdout=PIPE,
            stderr=None,
            env=self._environment(),
            start_new_session=True,
        )
        assert self._process.stdout is not None
        self._replies = BufferedByteReceiveStream(self._process.stdout)
        await self._reply()

    async def stop(self) -> None:
        """Stop it cleanly (SIGTERM) and wait until it is gone and reaped."""
        await self.end(signal.SIGTERM)

    async def kill(self) -> None:
        """Kill it (SIGKILL) and wait until it is gone and reaped; nothing to do when it is down."""
        await self.end(signal.SIGKILL)

    async def end(self, number: signal.Signals) -> None:
        """Send a deadly signal and wait for the end."""
        if self._process is None:
            return

        if self.running:
            self.signal(number)

        await self._process.wait()
        await self._process.aclose()

    async def _end_for_good(self) -> None:
        """A clean stop, a kill when that takes too long: live harnesses go with the daemon either way."""
        if self.running:
            self.signal(signal.SIGCONT)

        with anyio.move_on_after(_SHORT_PATIENCE):
            await self.stop()

        await self.kill()

    def signal(self, number: signal.Signals) -> None:
        """Send any signal, such as SIGSTOP and SIGCONT."""
        assert self._process is not None
        self._process.send_signal(number)

    async def launch(
        self,
        prompt: str,
        *,
        harness: str = "codex",
        title: str | None = None,
        project: str | Path = "shop",
        **more: Any,  # noqa: ANN401 - any other key of the request, such as launchMode
    ) -> str:
        """Start a session; its id. A project given by name is a git project made for it; the prompt: see `programs/harness.py`.

        Raises:
            SimulationError: the daemon did not answer 201.
        """
        answered = await self.post_session(prompt, harness=harness, title=title, project=project, **more)
        if answered.status != 201:  # noqa: PLR2004 - Created
            message = f"no session: {answered.body}"
            raise SimulationError(message)

        return str(answered.body["id"])

    async def post_session(self, prompt: str, *, harness: str, title: str | None, project: str | Path, **more: Any) -> Answered:  # noqa: ANN401 - as `launch`
        """POST /sessions, whatever it answers."""
        directory = await anyio.to_thread.run_sync(self.project, project) if isinstance(project, str) else project
        body = {"harness": harness, "projectRoot": str(directory), "cwd": str(directory), "prompt": prompt, "title": title}
        return await self.ask("POST", "/api/v1/sessions", body | more)

    def project(self, name: str) -> Path:
        """The git project of that name, made when missing. Blocks: a directory is made."""
        directory = self.side / name
        (directory / ".git").mkdir(parents=True, exist_ok=True)
        return directory

    async def ask(self, method: str, target: str, body: Mapping[str, Any] | None = None) -> Answered:
        """One request on the contract's socket, trusting whoever answers."""
        return await ask(self.socket, method, target, body)

    async def misbehave(
        self, name: FaultName, *, route: RouteName = "any", times: int | None = None, patch: Mapping[str, Any] | None = None
    ) -> None:
        """Answer wrongly from now on, `times` times or until `behave`. `patch` is laid over the body by the fault `patch`."""
        await self.command("misbehave", name=name, route=route, left=times, patch=patch or {})

    async def behave(self) -> None:
        """Take off all faults and stop spinning."""
        await self.command("behave")

    async def command(self, do: str, **arguments: Any) -> Any:  # noqa: ANN401 - any JSON
        """Any command of `commands.py`; its result.

        Raises:
            SimulationError: it was refused, or the daemon is gone.
        """
        async with self._one_command:
            assert self._process is not None
            assert self._process.stdin is not None
            await self._process.stdin.send(json.dumps({"do": do} | arguments).encode() + b"\n")
            return await self._reply()

    async def _reply(self) -> Any:  # noqa: ANN401 - any JSON
        assert self._replies is not None
        try:
            with anyio.fail_after(_PATIENCE):
                reply = json.loads(await self._replies.receive_until(b"\n", _MOST_REPLY))
        except (anyio.IncompleteRead, TimeoutError) as error:
            message = "the simulated Coven gave no answer"
            raise SimulationError(message) from error

        if not reply["ok"]:
            raise SimulationError(reply["error"])

        return reply["result"]

    def _prepare(self) -> None:
        self.side = Path(tempfile.mkdtemp(prefix="cw.side."))
        install(self.side / "bin", self._harnesses)

    def _announce_start(self) -> None:
        """What `coven daemon start` does before it starts the daemon."""
        files = HomeFiles(self.home)
        files.prepare()
        files.log("startup_budget phase=before-spawn remaining_ms=4999")

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("COVEN_")}
        return kept | {"COVEN_HOME": str(self.home), "PATH": f"{self.side / 'bin'}{os.pathsep}{os.defpath}"}


async def ask(socket: Path, method: str, target: str, body: Mapping[str, Any] | None = None) -> Answered:
    """One request to whatever Coven listens there.

    Raises:
        OSError: nobody listens.
        SimulationError: no complete answer.
    """
    content = b"" if body is None else json.dumps(body).encode()
    head = f"{method} {target} HTTP/1.1\r\nHost: coven\r\nContent-Length: {len(content)}\r\n\r\n".encode()
    with anyio.fail_after(_PATIENCE):
        async with await anyio.connect_unix(socket) as stream:
            await stream.send(head + content)
            reply = BufferedByteReceiveStream(stream)
            received = await _received(reply)

    status, _, answer = received.partition(b"\r\n\r\n")
    return Answered(int(status.split()[1]), json.loads(answer))


async def _received(stream: BufferedByteReceiveStream) -> bytes:
    data = b""
    with suppress(anyio.EndOfStream):
        while True:
            data += await stream.receive()

    return data
