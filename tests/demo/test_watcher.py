"""The watchdog of the demo: the real `run`, by itself."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from anyio import to_thread

from coven_watchdog.config import load
from coven_watchdog.demo.watcher import DESKTOP, OWN, USERS, Destinations, Watcher, watching
from coven_watchdog.settings import Secret
from rigs.family import alive, command, descendants
from rigs.simulated import short_home
from waiting import auntil, until

SECRET = "json://127.0.0.1:9/very-secret"
OUTLIVE = """
import json, os, sys
from pathlib import Path
import anyio
from coven_watchdog.demo.watcher import Destinations, watching

async def main():
    base = Path(sys.argv[1])
    async with watching(base, base / "h", Destinations("json://127.0.0.1:9/"), os.environ):
        print("up", flush=True)
        await anyio.sleep_forever()

anyio.run(main)
"""


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.mark.anyio
async def test_its_settings(tmp_path: Path, environment: dict[str, str]) -> None:
    """The user's URL is in a private file: in no configuration, no argument and no environment; nothing of the user's is used."""
    destinations = Destinations("json://127.0.0.1:9/", Secret(SECRET), desktop=True)
    async with watching(tmp_path, tmp_path / "h", destinations, environment) as watcher:
        run = next(pid for pid, words in descendants(os.getpid()).items() if "run" in words)
        await auntil((tmp_path / "state" / "watchdog.sqlite3").exists)
        assert not watcher.ended
        seen = _read(tmp_path / "config.toml") + repr(command(run)) + _read(Path(f"/proc/{run}/environ")) + repr(destinations)
        assert "very-secret" not in seen
        assert "users" not in _read(Path(f"/proc/{run}/environ"))

    assert watcher.ended
    assert not alive(run)
    assert (_mode(tmp_path / "url"), _mode(tmp_path / "config.toml"), _mode(tmp_path / "run.log")) == (0o600, 0o600, 0o600)
    loaded = (await to_thread.run_sync(load, tmp_path / "config.toml", {"HOME": str(tmp_path)})).settings
    assert [channel.name for channel in loaded.channels] == [OWN, DESKTOP, USERS]
    assert {channel.name: channel.titles for channel in loaded.channels} == {OWN: True, DESKTOP: None, USERS: None}
    users = loaded.channels[2].url
    assert users is not None
    assert users.reveal() == SECRET
    assert not (tmp_path / "users-state").exists()


@pytest.mark.anyio
async def test_it_does_not_start(tmp_path: Path, environment: dict[str, str]) -> None:
    """A URL that cannot be used ends it, and its own words say why, without the URL."""
    destinations = Destinations("json://127.0.0.1:9/", Secret("no-such-scheme://very-secret"))
    async with watching(tmp_path, tmp_path / "h", destinations, environment) as watcher:
        await auntil(lambda: watcher.ended)

    message = str(await watcher.failure("it did not start"))
    assert "unknown scheme no-such-scheme" in message
    assert "very-secret" not in message


def test_it_ends_with_us() -> None:
    """When the process that plays is killed outright, the watchdog that it started is killed too."""
    with short_home() as home:
        home.parent.mkdir(exist_ok=True)
        player = subprocess.Popen([sys.executable, "-c", OUTLIVE, str(home.parent)], stdout=subprocess.PIPE)
        assert player.stdout is not None
        with player.stdout as output:
            assert output.readline() == b"up\n"

        family = descendants(player.pid)
        assert any("run" in words for words in family.values())
        os.kill(player.pid, signal.SIGKILL)
        player.wait()
        until(lambda: not any(map(alive, family)))


@pytest.mark.anyio
async def test_an_empty_store(tmp_path: Path, environment: dict[str, str]) -> None:
    """Before anything was told there is nothing unsent, no error, and no message of any name."""
    async with watching(tmp_path, tmp_path / "h", Destinations("json://127.0.0.1:9/"), environment) as watcher:
        assert await watcher.notification("k7fq.1") is None
        assert await watcher.unsent(USERS) == ()
        assert await watcher.last_error(USERS) == ""


@pytest.mark.anyio
async def test_a_silent_log(tmp_path: Path) -> None:
    """A failure without a word in the log is said without one."""
    (tmp_path / "run.log").touch()
    watcher = Watcher(tmp_path, None)  # type: ignore[arg-type]
    assert str(await watcher.failure("it did not start")) == "it did not start"
