"""One courier process as the daemon sees it: lines in, lines out, and an end that is never waited for long.

Counterpart of `courier`, which is what runs in it. Raises only the errors defined here.
"""

import json
import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from subprocess import PIPE

import anyio
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream

from coven_watchdog.decide.text import one_line
from coven_watchdog.errors import WatchdogError

_LONGEST_LINE = 1 << 20
"""Enough for as many of the longest URLs as a file may name."""
_GRACE = 1.0
_WORDS_LIMIT = 200


class CourierDiedError(WatchdogError):
    """The process ended, or said something that is no answer."""

    code = "courier"


class CourierUnfitError(CourierDiedError):
    """It could not start as a courier of this version: another one, a missing library, or no Python at all.

    Args:
        message: what it said or how it ended.
        other_version: it is a working courier of another version.
    """

    def __init__(self, message: str, *, other_version: bool = False) -> None:
        super().__init__(message)
        self.other_version = other_version


class CourierProcess:
    """A started process. `ready` comes first, then any number of `exchange`, then `close` or `kill`.

    Args:
        process: started in a session of its own, with all three streams as pipes.
    """

    def __init__(self, process: Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self._stdin = process.stdin
        self._ready = False
        self._killed = False
        self._lines = BufferedByteReceiveStream(process.stdout)

    @classmethod
    async def start(cls, command: Sequence[str], environment: Mapping[str, str]) -> "CourierProcess":
        """Start it. Only what is not secret may be in the command and the environment.

        Raises:
            CourierUnfitError: there is no such program any more.
            CourierDiedError: the system does not start a process now.
        """
        try:
            return cls(
                await anyio.open_process(
                    command, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=dict(environment), cwd="/", start_new_session=True
                )
            )
        except (FileNotFoundError, PermissionError) as error:
            message = f"{command[0]} cannot be started: {error.strerror}"
            raise CourierUnfitError(message) from error
        except OSError as error:
            message = f"no process can be started now: {error.strerror}"
            raise CourierDiedError(message) from error

    @property
    def pid(self) -> int:
        """Its process id, also that of its session."""
        return self._process.pid

    @property
    def fit(self) -> bool:
        """It said that it is ready, and has neither ended, as far as is known, nor been killed."""
        return self._ready and not self._killed and self._process.returncode is None

    async def ready(self, version: str) -> None:
        """Wait for its first line.

        Raises:
            CourierUnfitError: it is of another version, or ended by itself before it said so.
            CourierDiedError: it was killed before it said so.
        """
        try:
            said = await self.exchange(b"")
        except CourierDiedError as error:
            if await self._ended() >= 0:
                message = f"the courier does not start: {await self._last_words()}"
                raise CourierUnfitError(message) from error

            raise

        if said.get("ready") != version:
            message = f"the courier is of version {one_line(str(said.get('ready')), 40)}, this is {version}"
            raise CourierUnfitError(message, other_version=True)

        self._ready = True

    async def exchange(self, line: bytes) -> dict[str, object]:
        """Give it a line and take the next line it says, as the JSON object that it is.

        Raises:
            CourierUnfitError: it says that it lacks a library.
            CourierDiedError: it ended, or said something else.
        """
        try:
            with suppress(anyio.BrokenResourceError):
                # One that has ended may have said why before.
                await self._stdin.send(line) if line else None

            said = json.loads(await self._lines.receive_until(b"\n", _LONGEST_LINE))
        except (anyio.IncompleteRead, anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError) as error:
            message = f"the courier {_how(await self._ended())} before it answered"
            raise CourierDiedError(message) from error
        except (anyio.DelimiterNotFound, ValueError) as error:
            message = "the courier did not speak as one"
            raise CourierDiedError(message) from error

        if not isinstance(said, dict):
            message = "the courier did not speak as one"
            raise CourierDiedError(message)

        if "broken" in said:
            message = f"the courier lacks a library: {one_line(str(said['broken']), _WORDS_LIMIT)}"
            raise CourierUnfitError(message)

        return said

    def kill(self) -> None:
        """End it and what it started, at once. Both are ours: the session was made for them."""
        self._killed = True
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    async def close(self) -> None:
        """Let it end by the end of its stdin; killed if that takes more than a second, and reaped in any case."""
        with anyio.CancelScope(shield=True):
            with anyio.move_on_after(_GRACE):
                await self._stdin.aclose()
                await self._process.wait()

            self.kill()
            await self._process.aclose()

    async def _ended(self) -> int:
        """Its exit status (negative: a signal). What closed its stdout without ending is killed."""
        with anyio.move_on_after(_GRACE):
            return await self._process.wait()

        self.kill()
        return await self._process.wait()

    async def _last_words(self) -> str:
        """The end of what it wrote to stderr; before it is ready there is no secret in it."""
        assert self._process.stderr is not None
        words = b"".join([part async for part in self._process.stderr])
        lines = words.decode(errors="replace").strip().splitlines() or [_how(self._process.returncode or 0)]
        return one_line(lines[-1], _WORDS_LIMIT)


def _how(status: int) -> str:
    return f"ended by signal {-status}" if status < 0 else f"ended with {status}"
