"""The whole demo, in a hurry."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import anyio
import httpx
import pytest
from anyio import to_thread
from anyio.abc import SocketAttribute, SocketStream

from coven_watchdog.demo import Arrived, DemoError, DemoEvent, DemoOptions, Narrated, NextSteps, Troubled, play
from coven_watchdog.demo.script import Hear, Launch
from coven_watchdog.demo.sink import open_sink
from coven_watchdog.model.words import Kind, Reason, Tone
from coven_watchdog.settings import Secret
from rigs.desktop import DesktopRig, desktop_rig
from rigs.family import alive, descendants
from waiting import until

PLAYER = """
import os, anyio
from coven_watchdog.demo import DemoOptions, play

async def main():
    async with play(DemoOptions(environment=os.environ)) as events:
        async for event in events:
            print(type(event).__name__, flush=True)

anyio.run(main)
"""


async def _played(options: DemoOptions) -> list[DemoEvent]:
    async with play(options) as events:
        return [event async for event in events]


def _kinds(arrived: list[Arrived]) -> list[tuple[str, Tone]]:
    return [(event.lines[-1].split()[0], event.tone) for event in arrived]


def _directory(family: dict[int, list[str]]) -> Path:
    """The private directory, known from the configuration that `run` was given."""
    words = next(words for words in family.values() if "run" in words)
    return Path(words[words.index("--config") + 1]).parent


@pytest.mark.anyio
async def test_the_whole_play(environment: dict[str, str], tmp_path: Path) -> None:
    """The four messages arrive in their order, the last names what was lost; a further channel gets the same; nothing stays."""
    async with open_sink() as users:
        events = await _played(DemoOptions(environment, fast=True, channel=Secret(users.url)))
        told = [users.messages.receive_nowait() for _ in range(users.messages.statistics().current_buffer_used)]

    arrived = [event for event in events if isinstance(event, Arrived)]
    assert _kinds(arrived) == [
        ("session.failed", Tone.WARNING),
        ("session.finished", Tone.INFO),
        ("daemon.crashed", Tone.FAILURE),
        ("daemon.crashed", Tone.WARNING),
    ]
    assert arrived[2].lines[-1].removesuffix(".1") == arrived[3].lines[-1].removesuffix(".2")
    assert "2 sessions lost" in arrived[3].title
    assert all(event.told_in > 0 for event in arrived)
    assert [event.title for event in arrived] == [message.title for message in told]
    assert "Add a cart page" in "\n".join(arrived[0].lines)
    assert "Add a cart page" not in "\n".join(message.body for message in told)
    assert isinstance(events[0], Narrated)
    assert isinstance(events[-1], NextSteps)
    assert not any(isinstance(event, Troubled) for event in events)
    assert not any("run" in words or "coven_watchdog.simulated" in words for words in descendants(os.getpid()).values())
    assert not (tmp_path / "users-state").exists()


@pytest.mark.system
@pytest.mark.anyio
async def test_a_desktop(environment: dict[str, str], desktop: DesktopRig) -> None:
    """Where there is a desktop the messages are shown on it too, and the recovery takes the place of its alert."""
    events = await _played(DemoOptions(environment | desktop.environ, fast=True))
    shown = await to_thread.run_sync(desktop.shown, 4)
    assert [one["summary"] for one in shown] == [event.title for event in events if isinstance(event, Arrived)]
    assert [one["urgency"] for one in shown] == ["NORMAL", "LOW", "CRITICAL", "NORMAL"]
    assert shown[2]["id"] == shown[3]["id"]


@pytest.fixture
def desktop() -> Iterator[DesktopRig]:
    """A desktop with a notification daemon."""
    with desktop_rig() as rig:
        yield rig


@pytest.mark.anyio
async def test_a_channel_that_takes_nothing(environment: dict[str, str]) -> None:
    """When the user's channel refuses, the demo says so and is played to its end."""
    events = await _played(DemoOptions(environment, fast=True, channel=Secret("json://127.0.0.1:1/very-secret")))
    troubles = [event.text for event in events if isinstance(event, Troubled)]
    assert len(troubles) == 1
    assert troubles[0].startswith("Your channel did not take all of this: ")
    assert "very-secret" not in troubles[0]
    assert isinstance(events[-1], NextSteps)


@pytest.mark.anyio
async def test_a_channel_that_cannot_be(environment: dict[str, str]) -> None:
    """A URL of no service ends the demo with the reason, and without the URL."""
    with pytest.raises(DemoError, match="the watchdog did not come to watch: ") as failed:
        await _played(DemoOptions(environment, fast=True, channel=Secret("no-such-scheme://very-secret")))

    assert "very-secret" not in str(failed.value)


@pytest.mark.anyio
async def test_a_slow_channel(environment: dict[str, str]) -> None:
    """A channel that has neither taken nor refused the messages when the play is over is said to be busy."""
    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, _never_answer)
        url = Secret(f"json://127.0.0.1:{listener.extra(SocketAttribute.local_port)}/?rto=30")
        script = (Launch("codex", "shop", "Add a cart page", "after=0.5,3"), Hear(Kind.SESSION_FAILED, Reason.FIRST))
        events = await _played(DemoOptions(environment, fast=True, channel=url, patience=12, script=script))
        group.cancel_scope.cancel()

    assert [event.text for event in events if isinstance(event, Troubled)] == ["Your channel is still busy with this."]


async def _never_answer(stream: SocketStream) -> None:
    async with stream:
        await anyio.sleep_forever()


@pytest.mark.anyio
async def test_a_message_that_does_not_come(environment: dict[str, str]) -> None:
    """What must be told and is not ends the demo with the name of what was missed."""
    script = (Hear(Kind.DAEMON_CRASHED, Reason.FIRST),)
    with pytest.raises(DemoError, match=r"no message told of daemon\.crashed \(first\)"):
        await _played(DemoOptions(environment, fast=True, patience=8, script=script))


@pytest.mark.anyio
async def test_a_message_of_somebody_else(environment: dict[str, str]) -> None:
    """A message that our own store does not know is not passed on as ours."""
    with pytest.raises(DemoError, match=r"the store does not know: zzzz\.9"):
        await _disturbed(DemoOptions(environment, fast=True))


async def _disturbed(options: DemoOptions) -> None:
    """Play, and post a message of one's own to the demo's sink."""
    async with play(options) as events, httpx.AsyncClient() as client:
        await events.receive()
        port = re.search(r'"json://127\.0\.0\.1:(\d+)/"', await _config(_directory(descendants(os.getpid()))))
        assert port is not None
        content = {"title": "t", "message": "session.failed zzzz.9", "type": "info"}
        await client.post(f"http://127.0.0.1:{port[1]}/", json=content)
        async for _ in events:
            continue


async def _config(directory: Path) -> str:
    return await anyio.Path(directory / "config.toml").read_text(encoding="utf-8")


@pytest.mark.anyio
async def test_leaving_early(environment: dict[str, str]) -> None:
    """Whoever stops listening ends the play; nothing stays."""
    async with play(DemoOptions(environment)) as events:
        assert isinstance(await events.receive(), Narrated)
        family = descendants(os.getpid())
        directory = _directory(family)
        assert _exists(directory)

    assert not any(map(alive, family))
    assert not _exists(directory)


def _exists(path: Path) -> bool:
    return path.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interruption(environment: dict[str, str], number: signal.Signals) -> None:
    """Ctrl-C and the signals that end a terminal's programs leave no process and no file."""
    with subprocess.Popen(
        [sys.executable, "-c", PLAYER], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as player:
        assert player.stdout is not None
        assert player.stdout.readline() == "Narrated\n", player.communicate()
        family = descendants(player.pid)
        directory = _directory(family)
        os.kill(player.pid, number)
        _, said = player.communicate()

    assert player.returncode != 0
    assert ("KeyboardInterrupt" if number is signal.SIGINT else f"the demo was ended by {number.name}") in said
    until(lambda: not any(map(alive, family)))
    assert not directory.exists()


def test_options_keep_the_secret() -> None:
    """Neither the URL nor the environment stands in what is printed of the options."""
    options = DemoOptions({"PASSWORD": "very-secret"}, channel=Secret("json://very-secret"))
    assert "very-secret" not in repr(options)
