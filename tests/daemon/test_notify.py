"""What systemd is told, over real sockets."""

import os
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from coven_watchdog.daemon.notify import Notifier
from coven_watchdog.model.time import SECOND, Instant
from rigs.manager import Manager


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Manager]:
    """Somebody listens, at a path or at an abstract address."""
    place = str(tmp_path / "notify") if request.param == "path" else f"@coven-watchdog-test-{os.getpid()}"
    with Manager(place) as listening:
        yield listening


def notifier(manager: Manager, **env: str) -> Notifier:
    """One that speaks to it, at 5 s of awake time."""
    return Notifier(manager.env | env, lambda: Instant(0, 5 * SECOND), 42)


def test_a_life(manager: Manager) -> None:
    """Ready with its line; a new line when it is another one; a reload with its time; alive; stopping, behind which no line comes."""
    told = notifier(manager)
    told.status("watching")
    told.ready()
    told.status("watching")
    told.status("watching \x1b[31mmore")
    told.reloading()
    told.reloading()
    told.reloaded()
    told.reloaded()
    told.alive()
    told.stopping()
    told.stopping()
    told.status("watching")
    told.close()
    told.alive()
    manager.wait("STOPPING")
    assert manager.told == [
        {"STATUS": "watching"},
        {"READY": "1", "STATUS": "watching"},
        {"STATUS": "watching more"},
        {"RELOADING": "1", "MONOTONIC_USEC": str(5 * SECOND)},
        {"READY": "1", "STATUS": "watching more"},
        {"WATCHDOG": "1"},
        {"STOPPING": "1", "STATUS": "stopping"},
    ]


def test_no_reload_before_it_is_ready(manager: Manager) -> None:
    """A configuration that is edited during the start is part of the start."""
    told = notifier(manager)
    told.reloading()
    told.reloaded()
    told.ready()
    assert manager.wait("READY") == {"READY": "1"}
    assert manager.told == [{"READY": "1"}]
    told.close()


@pytest.mark.parametrize(
    ("env", "patience"),
    [
        ({}, 0),
        ({"WATCHDOG_USEC": "30000000"}, 30 * SECOND),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "42"}, 30 * SECOND),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "43"}, 0),
        ({"WATCHDOG_USEC": "soon"}, 0),
    ],
)
def test_how_patient_it_is(tmp_path: Path, env: dict[str, str], patience: int) -> None:
    """Signs of life are given to a manager that wants them of this very process."""
    with Manager(tmp_path / "notify") as manager, closing(notifier(manager, **env)) as told:
        assert told.watchdog == patience


@pytest.mark.parametrize("written", ["", "@", "relative", "vsock:2:1234"])
def test_nobody_listens(written: str) -> None:
    """Without a socket that can be used nothing is told, and nothing fails."""
    told = Notifier({"NOTIFY_SOCKET": written, "WATCHDOG_USEC": "1000"})
    told.ready()
    told.alive()
    assert (told.listened, told.watchdog) == (False, 0)
    told.close()


def test_a_full_queue(tmp_path: Path) -> None:
    """What systemd has no room for is sent with what comes next: the newest word of each kind, and no RELOADING that is over."""
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as slow:
        slow.bind(str(tmp_path / "notify"))
        slow.settimeout(0)
        told = Notifier({"NOTIFY_SOCKET": str(tmp_path / "notify")}, lambda: Instant(0, 5))
        told.ready()
        for _ in range(2000):
            told.alive()

        told.status("one")
        told.reloading()
        told.status("two")
        told.reloaded()
        said: list[bytes] = []
        while len(said) < 2000:
            try:
                said.append(slow.recv(4096))
            except BlockingIOError:
                break

        told.alive()
        last = slow.recv(4096).decode().splitlines()
        told.close()

    assert said[0] == b"READY=1"
    assert set(said[1:]) == {b"WATCHDOG=1"}
    assert sorted(last) == ["MONOTONIC_USEC=5", "READY=1", "STATUS=two", "WATCHDOG=1"]


def test_a_manager_that_went_away(tmp_path: Path) -> None:
    """It is no reason to end."""
    told = Notifier({"NOTIFY_SOCKET": str(tmp_path / "nobody")})
    told.ready()
    told.stopping()
    told.close()
