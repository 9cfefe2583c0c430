"""The files of a home."""

import json
import os
import socket
import stat
from pathlib import Path

import pytest

from coven_watchdog.simulated.home import HomeFiles, HomeTakenError


@pytest.fixture
def files(home: Path) -> HomeFiles:
    """A prepared home."""
    prepared = HomeFiles(home)
    prepared.prepare()
    return prepared


def test_prepare_forces_the_mode(files: HomeFiles) -> None:
    """A home that others could enter is private again after a start."""
    files.root.chmod(0o777)
    files.prepare()
    assert stat.S_IMODE(files.root.stat().st_mode) == 0o700
    assert [path.name for path in files.root.iterdir()] == ["daemon.lock"]


def test_one_daemon_per_home(files: HomeFiles) -> None:
    """Whoever comes second is told who is there."""
    files.hold_serve_lock()
    with pytest.raises(
        HomeTakenError, match=r"another Coven daemon is already serving this home \(holds .*/daemon-serve.lock\)"
    ):
        files.hold_serve_lock()


def test_socket_replaces_what_was_left(files: HomeFiles) -> None:
    """A socket that a dead daemon left gives way to one that answers, and no temporary name stays."""
    files.publish_socket().close()
    with pytest.raises(ConnectionRefusedError), socket.socket(socket.AF_UNIX) as client:
        client.connect(str(files.socket))

    with files.publish_socket(), socket.socket(socket.AF_UNIX) as client:
        client.connect(str(files.socket))

    assert sorted(path.name for path in files.root.iterdir()) == ["coven.sock", "daemon.lock"]
    assert stat.S_IMODE(files.socket.stat().st_mode) == 0o600


def test_record(files: HomeFiles) -> None:
    """The record names this process, privately."""
    files.publish_record("2026-11-22T07:57:37.309922038Z")
    assert json.loads(files.record.read_text(encoding="utf-8")) == {
        "pid": os.getpid(),
        "startedAt": "2026-11-22T07:57:37.309922038Z",
        "socket": str(files.socket),
    }
    assert stat.S_IMODE(files.record.stat().st_mode) == 0o600


def test_withdraw(files: HomeFiles) -> None:
    """A clean stop removes both files; the socket stays when the record was gone before."""
    files.publish_socket().close()
    files.withdraw()
    assert files.socket.exists()
    files.publish_record("x")
    files.withdraw()
    assert not files.socket.exists()
    assert not files.record.exists()


def test_log_ignores_errors(files: HomeFiles) -> None:
    """A log that cannot be written stops nobody."""
    log = files.root / "daemon-recovery.log"
    log.mkdir()
    files.log("unseen")
    log.rmdir()
    files.log("seen")
    assert log.read_text(encoding="utf-8").endswith("Z] seen\n")
