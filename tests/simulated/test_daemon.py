"""The daemon's life that the contract does not show; the rest is held to the real Coven in `test_contract`."""

import signal
import socket
from pathlib import Path

import anyio
import pytest

from coven_watchdog.simulated.control import SimulatedCoven
from rigs.family import fields
from waiting import auntil


def _cpu(pid: int) -> int:
    user, system = fields(pid)[11:13]
    return int(user) + int(system)


def _name(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text(encoding="ascii")


@pytest.mark.anyio
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_polite_signals(coven: SimulatedCoven, number: signal.Signals) -> None:
    """Each of the three is a clean stop."""
    await coven.end(number)
    assert not coven.socket.exists()
    assert not (coven.home / "daemon.json").exists()


@pytest.mark.anyio
async def test_refusing(coven: SimulatedCoven) -> None:
    """It can refuse while it lives, and listen again on a socket that replaces the one left behind."""
    left = coven.socket.stat().st_ino
    await coven.command("refuse")
    await coven.command("refuse")
    with pytest.raises(ConnectionRefusedError):
        await coven.ask("GET", "/health")

    assert coven.running
    await coven.command("listen")
    assert (await coven.ask("GET", "/health")).status == 200
    assert coven.socket.stat().st_ino != left


@pytest.mark.anyio
async def test_live_lock(coven: SimulatedCoven) -> None:
    """Spinning, it takes connections, burns CPU and answers nobody; behaving again, it answers what waited."""
    await coven.command("spin")
    before = _cpu(coven.pid)
    async with anyio.create_task_group() as group:
        waiting = anyio.Event()

        async def ask() -> None:
            waiting.set()
            assert (await coven.ask("GET", "/health")).status == 200

        group.start_soon(ask)
        await waiting.wait()
        await auntil(lambda: _cpu(coven.pid) > before + 10)
        assert await coven.command("seen") == []
        await coven.behave()


@pytest.mark.anyio
async def test_a_client_that_hangs_up(coven: SimulatedCoven) -> None:
    """Whoever leaves before the answer harms nobody and is not logged."""
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(coven.socket))
        client.sendall(b"GET /health HTTP/1.1\r\n\r\n")

    while not await coven.command("seen"):
        continue

    assert (await coven.ask("GET", "/health")).status == 200
    assert "error" not in (coven.home / "daemon-recovery.log").read_text(encoding="utf-8")


@pytest.mark.anyio
async def test_it_calls_itself_coven(coven: SimulatedCoven) -> None:
    """Its process has the name by which Coven's processes are known."""
    assert _name(coven.pid) == "coven\n"
