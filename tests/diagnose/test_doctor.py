"""The whole examination on a simulated Coven: every state, nothing touched, and never longer than it may take."""

import os
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio import to_thread

from coven_watchdog.config import config_place
from coven_watchdog.decide.words import Place
from coven_watchdog.diagnose.doctor import OF_HOME, OF_ITSELF, Asked, diagnose
from coven_watchdog.errors import ConfigError
from coven_watchdog.model.words import CheckStatus, Kind, Topic
from coven_watchdog.report.doctor import Doctor
from coven_watchdog.settings import Home, Settings
from coven_watchdog.simulated.control import SimulatedCoven
from rigs.simulated import short_home
from rigs.untouched import changes, settled, stamps

pytestmark = pytest.mark.anyio


@pytest.fixture
def path() -> Iterator[Path]:
    """A home that does not exist yet."""
    with short_home() as home:
        yield home


@pytest.fixture
async def coven(path: Path) -> AsyncIterator[SimulatedCoven]:
    """A running daemon on it, which somebody has asked already, as the command does that starts the real one.

    The system notes a connection in the socket's atime: the first one, then once a day (relatime). No client can avoid that.
    """
    async with SimulatedCoven(path) as running:
        await running.ask("GET", "/api/v1/health")
        yield running


async def examine(*homes: Path, fault: ConfigError | None = None, platform: str = sys.platform) -> Doctor:
    """`doctor` without service, database and configuration; the homes are as they were, afterwards."""
    settings = Settings(homes=tuple(Home(path=str(home)) for home in homes))
    before = [await to_thread.run_sync(settled, home) for home in homes if home.exists()]
    nowhere = homes[0].parent / "state" / "watchdog.sqlite3"
    place = Place("devbox", None, "", "")
    with anyio.fail_after(30):
        found = await diagnose(
            Asked(settings, None, fault, config_place(None, {}).path, nowhere, place, os.getuid(), platform, dict(os.environ))
        )

    after = [await to_thread.run_sync(stamps, home) for home in homes if home.exists()]
    assert [changes(one, other) for one, other in zip(before, after, strict=True)] == [{}] * len(before)
    assert not nowhere.parent.exists()
    return found


def topics(found: Doctor) -> dict[Topic, CheckStatus]:
    """What is said of the first home."""
    return {line.topic: line.status for line in found.homes[0].lines}


async def test_all_is_well(coven: SimulatedCoven) -> None:
    """Every topic has its line, and none is wrong."""
    await coven.launch("sleep")
    found = await examine(coven.home)
    assert [line.topic for line in found.homes[0].lines] == [one.topic for one in OF_HOME]
    assert {line.topic for line in found.watchdog} == {one.topic for one in OF_ITSELF}
    wrong = [line for line in found.homes[0].lines if line.status in {CheckStatus.WARNING, CheckStatus.CRITICAL}]
    assert wrong == []
    assert (len(found.homes[0].questions), len(found.homes[0].symptoms), found.limits) == (6, 5, ())


async def stop(coven: SimulatedCoven) -> None:
    """A clean stop."""
    await coven.stop()


async def kill(coven: SimulatedCoven) -> None:
    """A crash."""
    await coven.kill()


async def unlink(coven: SimulatedCoven) -> None:
    """The socket is deleted."""
    await to_thread.run_sync((coven.home / "coven.sock").unlink)


async def hang(coven: SimulatedCoven) -> None:
    """The daemon is stopped by a signal."""
    os.kill(coven.pid, 19)


async def scribble(coven: SimulatedCoven) -> None:
    """The ledger is overwritten."""
    await to_thread.run_sync((coven.home / "coven.sqlite3").write_bytes, b"garbage" * 4096)


@pytest.mark.parametrize(
    ("injure", "status", "topic", "kind"),
    [
        (stop, CheckStatus.OK, Topic.DAEMON, None),
        (kill, CheckStatus.CRITICAL, Topic.DAEMON, Kind.DAEMON_CRASHED),
        (unlink, CheckStatus.CRITICAL, Topic.DAEMON, Kind.DAEMON_SOCKET_LOST),
        (hang, CheckStatus.CRITICAL, Topic.DAEMON, Kind.DAEMON_UNRESPONSIVE),
        (scribble, CheckStatus.CRITICAL, Topic.STORE, Kind.STORE_BROKEN),
    ],
)
async def test_injuries(
    coven: SimulatedCoven,
    injure: Callable[[SimulatedCoven], Coroutine[Any, Any, None]],
    status: CheckStatus,
    topic: Topic,
    kind: Kind | None,
) -> None:
    """Each is said under its topic; the home is as it was found."""
    await injure(coven)
    try:
        found = await examine(coven.home)
    finally:
        if injure is hang:
            os.kill(coven.pid, 18)

    assert topics(found)[topic] is status
    assert kind in {line.kind for line in found.homes[0].lines if line.topic is topic} | {None}
    assert kind is None or any(line.kind is kind and line.cause for line in found.homes[0].lines)


async def test_several_homes(coven: SimulatedCoven, tmp_path: Path) -> None:
    """Each has its own lines, in the order of the configuration; one that is not there is no fault."""
    found = await examine(tmp_path / "none", coven.home)
    assert [home.home for home in found.homes] == [str(tmp_path / "none"), str(coven.home)]
    assert found.homes[0].status is CheckStatus.UNKNOWN


async def test_a_faulty_configuration(path: Path) -> None:
    """It is a finding; everything else is examined all the same."""
    found = await examine(path, fault=ConfigError("is not TOML", where="c.toml"))
    assert CheckStatus.WARNING in {line.status for line in found.watchdog if line.topic is Topic.CONFIGURATION}
    assert found.status is CheckStatus.WARNING


async def test_on_macos(path: Path) -> None:
    """What that system shows to nobody is said."""
    found = await examine(path, platform="darwin")
    assert any("macOS" in limit for limit in found.limits)
