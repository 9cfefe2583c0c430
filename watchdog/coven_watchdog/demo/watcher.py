"""The real watchdog of the demo: `coven-watchdog run` as a process of its own, with settings and state nobody else uses."""

import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, PIPE

import anyio
from anyio import to_thread
from anyio.abc import Process

from coven_watchdog.errors import WatchdogError
from coven_watchdog.model.telling import Notification
from coven_watchdog.model.words import NotificationState
from coven_watchdog.settings import Secret
from coven_watchdog.simulated.programs import guardian
from coven_watchdog.store import StoreReader

OWN = "demo"
USERS = "yours"
DESKTOP = "desktop"

_STOP_WITHIN = 6.0
_DONE = frozenset({NotificationState.SENT, NotificationState.WITHHELD})
_NOT_OURS = ("COVEN_WATCHDOG_STATE_DIR", "COVEN_WATCHDOG_CONFIG", "COVEN_HOME")
_SETTINGS = """\
homes = [{home}]

[sessions]
finished_after = "200ms"

[alerts]
group_wait = "100ms"
group_interval = "1s"
"""
_CHANNEL = """
[[channels]]
name = {name}
{where}
min_severity = "info"
{titles}
"""


class DemoError(WatchdogError):
    """The demo could not show what it is there to show."""

    code = "demo"


@dataclass(frozen=True, slots=True)
class Destinations:
    """Where the demo's messages go. `own` is the sink's URL; `users` what --channel said; `desktop`: there is one."""

    own: str
    users: Secret | None = None
    desktop: bool = False


class Watcher:
    """A running watchdog, seen through its store and its log.

    Args:
        directory: its private directory.
        process: the `run`.
    """

    def __init__(self, directory: Path, process: Process) -> None:
        self._store = directory / "state" / "watchdog.sqlite3"
        self._log = directory / "run.log"
        self._process = process

    @property
    def ended(self) -> bool:
        """It runs no more."""
        return self._process.returncode is not None

    async def notification(self, token: str) -> Notification | None:
        """What the store says of this message on the demo's own channel."""
        told = await to_thread.run_sync(self._told, OWN)
        return next((one for one in told if one.id == token), None)

    async def unsent(self, channel: str) -> tuple[Notification, ...]:
        """What is to be told on a channel and was not accepted yet."""
        told = await to_thread.run_sync(self._told, channel)
        return tuple(one for one in told if one.state not in _DONE)

    async def last_error(self, channel: str) -> str:
        """What the channel said last, without secrets; "" when it said nothing."""
        return await to_thread.run_sync(self._last_error, channel)

    async def failure(self, what: str) -> DemoError:
        """The error that says so, with the last line of the log; indented lines belong to the one before."""
        text = await anyio.Path(self._log).read_text(encoding="utf-8", errors="replace")
        lines = [line for line in text.splitlines() if line and not line.startswith(" ")]
        said = f": {lines[-1].removeprefix('error: ')}" if lines else ""
        return DemoError(f"{what}{said}")

    def _told(self, channel: str) -> tuple[Notification, ...]:
        with StoreReader(self._store) as reader:
            return reader.notifications(channel=channel)

    def _last_error(self, channel: str) -> str:
        with StoreReader(self._store) as reader:
            attempts = [
                attempt for one in reader.notifications(channel=channel) for attempt in reader.attempts(one.id, channel)
            ]

        return max(attempts, key=lambda attempt: attempt.at).error if attempts else ""


@asynccontextmanager
async def watching(
    directory: Path, home: Path, destinations: Destinations, environment: Mapping[str, str]
) -> AsyncIterator[Watcher]:
    """Run it over one home until the end of the block; it ends with us, whatever ends us."""
    config, log = await to_thread.run_sync(_prepare, directory, home, destinations)
    command = [sys.executable, "-m", "coven_watchdog", "run", "--config", str(config)]
    process = await _start(command, _environment(environment, directory, home), log)
    guard = await anyio.open_process(
        [sys.executable, "-S", "-I", str(guardian.__file__), str(process.pid)],
        stdin=PIPE,
        stdout=None,
        stderr=None,
        start_new_session=True,
    )
    try:
        yield Watcher(directory, process)
    finally:
        with anyio.CancelScope(shield=True):
            await _end(process)
            guard.kill()
            await guard.wait()
            await guard.aclose()


async def _start(command: list[str], environment: Mapping[str, str], log: Path) -> Process:
    descriptor = await to_thread.run_sync(os.open, log, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        return await anyio.open_process(
            command, stdin=DEVNULL, stdout=descriptor, stderr=descriptor, env=environment, start_new_session=True
        )
    finally:
        os.close(descriptor)


async def _end(process: Process) -> None:
    """Ask, then insist."""
    if process.returncode is None:
        process.terminate()

    with anyio.move_on_after(_STOP_WITHIN):
        await process.wait()

    if process.returncode is None:
        process.kill()
        await process.wait()


def _prepare(directory: Path, home: Path, destinations: Destinations) -> tuple[Path, Path]:
    """Write the configuration, and the user's URL into a file beside it: it is in no argument and no environment."""
    config = directory / "config.toml"
    text = _SETTINGS.format(home=json.dumps(str(home))) + _channel(
        OWN, f"url = {json.dumps(destinations.own)}", titles="titles = true"
    )
    if destinations.desktop:
        text += _channel(DESKTOP, 'url = "desktop://"')

    if destinations.users is not None:
        secret = directory / "url"
        secret.touch(mode=0o600)
        secret.write_text(destinations.users.reveal(), encoding="utf-8")
        text += _channel(USERS, f"url_file = {json.dumps(str(secret))}")

    config.touch(mode=0o600)
    config.write_text(text, encoding="utf-8")
    return config, directory / "run.log"


def _channel(name: str, where: str, titles: str = "") -> str:
    return _CHANNEL.format(name=json.dumps(name), where=where, titles=titles)


def _environment(given: Mapping[str, str], directory: Path, home: Path) -> dict[str, str]:
    """The user's, without what points at the user's own watchdog and Coven.

    The demo's home is the default one in it, so that
    the commands in the messages read as they would at home.
    """
    own = {"COVEN_WATCHDOG_STATE_DIR": str(directory / "state"), "COVEN_HOME": str(home)}
    return {name: value for name, value in given.items() if name not in _NOT_OURS} | own
