"""The commander's side."""

import signal
from pathlib import Path

import pytest

from coven_watchdog.simulated.control import SimulatedCoven, SimulationError
from rigs.family import alive
from waiting import auntil


@pytest.mark.anyio
async def test_nothing_is_left_behind(home: Path) -> None:
    """After the `async with` there is no process, no harness command and no project; the home is the caller's."""
    async with SimulatedCoven(home) as coven:
        pids = [coven.pid]
        await coven.launch("sleep")
        pids += (await coven.command("pids")).values()
        side = coven.side

    assert not coven.running
    assert not side.exists()
    assert (home / "daemon-recovery.log").exists()
    await auntil(lambda: not any(map(alive, pids)))


@pytest.mark.anyio
async def test_lives(coven: SimulatedCoven) -> None:
    """It can be killed, started, stopped and started again; every life has a pid of its own."""
    pids = [coven.pid]
    await coven.kill()
    assert not coven.running
    await coven.kill()
    await coven.start()
    pids.append(coven.pid)
    await coven.stop()
    await coven.start()
    pids.append(coven.pid)
    assert (await coven.ask("GET", "/health")).body["daemon"]["pid"] == pids[-1]
    assert len(set(pids)) == 3


@pytest.mark.anyio
async def test_pausing(coven: SimulatedCoven) -> None:
    """Any signal can be sent; a paused daemon can still be killed."""
    coven.signal(signal.SIGSTOP)
    assert coven.running
    await coven.kill()
    assert not coven.running


@pytest.mark.anyio
async def test_a_home_that_is_taken(coven: SimulatedCoven) -> None:
    """A second daemon on the same home does not start, and the first is not disturbed."""
    second = SimulatedCoven(coven.home)
    with pytest.raises(SimulationError, match="gave no answer"):
        async with second:
            pytest.fail("it started")

    assert not second.side.exists()
    assert (await coven.ask("GET", "/health")).body["daemon"]["pid"] == coven.pid


@pytest.mark.anyio
async def test_a_garbage_ledger(coven: SimulatedCoven) -> None:
    """Over a garbage database no daemon starts, and the log ends where the store was opened."""
    await coven.stop()
    (coven.home / "coven.sqlite3").write_bytes(b"garbage " * 1000)
    with pytest.raises(SimulationError):
        await coven.start()

    assert "phase=store-connection-opened" in (coven.home / "daemon-recovery.log").read_text(encoding="utf-8").splitlines()[-1]


@pytest.mark.anyio
async def test_a_refused_launch(coven: SimulatedCoven) -> None:
    """A launch that does not give a session says what was answered."""
    with pytest.raises(SimulationError, match="unsupported harness"):
        await coven.launch("x", harness="nosuch")


@pytest.mark.anyio
async def test_before_the_start(home: Path) -> None:
    """A Coven that was never started is down, and killing it is nothing."""
    coven = SimulatedCoven(home)
    assert not coven.running
    await coven.kill()
    assert not (home / "daemon.lock").exists()
