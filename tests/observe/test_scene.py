"""What lies around after a fault."""

import os
import socket
from pathlib import Path

import pytest

from coven_watchdog import clock
from coven_watchdog.coven.paths import HomePaths
from coven_watchdog.model.facts import SceneSeen
from coven_watchdog.model.incidents import LookRequest
from coven_watchdog.model.words import Look
from coven_watchdog.observe.scene import SceneSource, take
from coven_watchdog.simulated.control import SimulatedCoven
from observe.bench import Seen, ground, life, lock_holder, running

STAMP = "[2999-01-01T00:00:00.000000000Z]"
KEY = "sk-abcdefghijklmnopqrstuvwxyz"


def test_leftovers(home: Path) -> None:
    """Record, socket, lock and log as they lie there, without secrets, each line harmless."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(home / "coven.sock"))

    (home / "coven.sock").chmod(0o600)
    (home / "daemon.json").write_text(f'{{"pid": 4711, "token": "{KEY}"}}\n', encoding="ascii")
    lines = [f"{STAMP} line {number}" for number in range(50)]
    lines.append(f"{STAMP} daemon panic: \x1b[31mOPENAI_API_KEY={KEY}")
    (home / "daemon-recovery.log").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with lock_holder(home / "daemon-serve.lock") as child:
        scene = take(HomePaths(home), life(os.getpid()), clock.now())
        assert scene.lock == f"held by pid {child.pid}"

    assert scene.record.startswith('{"pid": 4711')
    assert scene.socket.startswith("socket, mode 0600")
    assert len(scene.log_tail) == 40
    assert scene.panic
    assert KEY not in str(scene)
    assert "\x1b" not in str(scene)


def test_nothing_left(path: Path) -> None:
    """Where nothing is, that is said; nothing fails."""
    scene = take(HomePaths(path), None, clock.now())
    assert (scene.record, scene.socket, scene.lock) == ("there is none", "there is none", "free")
    assert (scene.log_tail, scene.panic, scene.kernel) == ((), False, "")


def test_each_piece_fails_alone(path: Path) -> None:
    """What cannot be looked at says why, and does not keep the rest from being taken."""
    path.symlink_to(path)
    scene = take(HomePaths(path), life(os.getpid()), clock.now())
    assert scene.record != "there is none"
    assert scene.socket != "there is none"
    assert scene.lock == "not knowable"
    assert scene.log_tail == ()


def test_only_the_log_since_the_start(home: Path) -> None:
    """Lines from before the daemon's start are another story."""
    text = "[1999-01-01T00:00:00.000000000Z] daemon panic: old\n"
    (home / "daemon-recovery.log").write_text(text, encoding="ascii")
    scene = take(HomePaths(home), life(os.getpid()), clock.now())
    assert (scene.log_tail, scene.panic) == ((), False)


@pytest.mark.anyio
async def test_the_scene_is_taken_when_asked(coven: SimulatedCoven, seen: Seen) -> None:
    """Each look gives a scene, of the daemon that runs or of the last one that did."""
    async with ground(coven.home) as shared:
        source = SceneSource(shared)
        async with running(source, emit=seen.emit):
            source.ask(LookRequest("h", Look.SCENE))
            assert (await seen.wait(SceneSeen)).identity is None
            shared.last_daemon = life(coven.pid)
            source.ask(LookRequest("h", Look.SCENE))
            told = await seen.wait(SceneSeen, count=2)
            assert told.identity == life(coven.pid)
            assert told.scene.lock == f"held by pid {coven.pid}"
            assert any("daemon starting" in line for line in told.scene.log_tail)
