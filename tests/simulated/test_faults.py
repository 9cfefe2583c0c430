"""Misbehaviour on command, as our client sees it."""

import os
import socket
from collections.abc import AsyncIterator, Iterator

import anyio
import pytest

from coven_watchdog.coven.ceiling import Ceiling
from coven_watchdog.coven.client import CovenClient
from coven_watchdog.coven.paths import HomePaths
from coven_watchdog.errors import CovenError, HttpError, NotContractError, ResetError, TimedOutError
from coven_watchdog.simulated.control import SimulatedCoven
from coven_watchdog.simulated.faults import FAULT_NAMES, Fault, FaultName, Faults, respond
from coven_watchdog.simulated.wire import Reply

SOON = 0.3
LONG = 15.0


@pytest.fixture
async def client(coven: SimulatedCoven) -> AsyncIterator[CovenClient]:
    """Our client of that Coven."""
    async with CovenClient(HomePaths(coven.home), uid=os.getuid(), ceiling=Ceiling(), version="test") as ours:
        yield ours


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("name", "seconds", "error"),
    [
        ("hang", SOON, TimedOutError),
        ("drip", SOON, TimedOutError),
        ("close", LONG, ResetError),
        ("reset", LONG, ResetError),
        ("half_head", LONG, ResetError),
        ("half_body", LONG, ResetError),
        ("junk", LONG, NotContractError),
        ("not_json", LONG, NotContractError),
        ("oversized", LONG, NotContractError),
        ("error_500", LONG, HttpError),
    ],
)
async def test_what_the_client_makes_of_it(
    coven: SimulatedCoven, client: CovenClient, name: FaultName, seconds: float, error: type[CovenError]
) -> None:
    """Each way to misbehave is the error that it should be, once, and then all is well again."""
    await coven.misbehave(name, times=1)
    with pytest.raises(error):
        await client.health(seconds)

    assert (await client.health(LONG)).value.ok


@pytest.mark.anyio
async def test_a_broken_store(coven: SimulatedCoven, client: CovenClient) -> None:
    """Listing, single rows and events fail while health is well; until told otherwise."""
    await coven.misbehave("broken_store")
    assert (await client.health(LONG)).value.ok
    for _ in range(2):
        with pytest.raises(HttpError) as failed:
            await client.page(10, None, LONG)

        assert (failed.value.status, failed.value.error_code) == (500, "internal_error")

    await coven.behave()
    assert (await client.page(10, None, LONG)).value.rows == ()


@pytest.mark.anyio
async def test_patches(coven: SimulatedCoven, client: CovenClient) -> None:
    """Any part of an answer can be replaced: another version, `ok` false, another pid, states of writer and storage."""
    patch = {
        "ok": False,
        "apiVersion": "coven.daemon.v9",
        "daemon": {"pid": 1},
        "eventWriter": {"state": "failed"},
        "storage": {"status": "critical"},
        "hub": None,
    }
    await coven.misbehave("patch", route="health", patch=patch)
    body = (await coven.ask("GET", "/health")).body
    assert (body["ok"], body["apiVersion"], body["daemon"]["pid"]) == (False, "coven.daemon.v9", 1)
    assert (body["eventWriter"]["state"], body["storage"]["status"], body["hub"]) == ("failed", "critical", None)
    assert body["daemon"]["socket"] == str(coven.socket)
    assert (await client.page(10, None, LONG)).value.rows == ()
    await coven.misbehave("patch", patch=patch)
    assert (await coven.ask("GET", "/sessions")).body == []


@pytest.mark.anyio
async def test_an_older_listing(coven: SimulatedCoven, client: CovenClient) -> None:
    """As older daemons do, a bare array comes whatever was asked."""
    await coven.command("seed", rows=[{"id": "a"}, {"id": "b"}])
    await coven.misbehave("array", route="sessions")
    assert isinstance((await coven.ask("GET", "/sessions?limit=1")).body, list)
    assert isinstance((await coven.ask("GET", "/sessions")).body, list)
    assert (await client.page(1, None, LONG)).value.next_cursor is None


@pytest.mark.anyio
async def test_a_hanging_request_holds_nobody_up(coven: SimulatedCoven, client: CovenClient) -> None:
    """While one request hangs, others are answered."""
    await coven.misbehave("hang", route="sessions", times=1)
    async with anyio.create_task_group() as group:
        with anyio.CancelScope() as hanging:
            group.start_soon(coven.ask, "GET", "/sessions")
            while not await coven.command("seen"):
                await anyio.lowlevel.checkpoint()

            assert (await client.health(LONG)).value.ok
            group.cancel_scope.cancel()

        assert not hanging.cancelled_caught


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """A client's end and the daemon's."""
    client, daemon = socket.socketpair()
    with client, daemon:
        yield client, daemon


@pytest.mark.parametrize("name", FAULT_NAMES)
def test_every_fault_acts(pair: tuple[socket.socket, socket.socket], name: FaultName) -> None:
    """No fault sends what a well answer would be, unless it says nothing at all or speaks the older shape."""
    client, daemon = pair
    client.sendall(b"GET")
    client.shutdown(socket.SHUT_WR)
    reply = Reply(200, {"ok": True})
    if name == "oversized":  # more than a socket's buffer takes while nobody reads
        client.close()
        with pytest.raises(BrokenPipeError):
            respond(daemon, reply, Fault(name))

        return

    respond(daemon, reply, Fault(name, patch={"ok": False}) if name != "array" else None)
    daemon.close()
    got = b""
    try:
        while chunk := client.recv(65536):
            got += chunk
    except ConnectionResetError:
        assert name in {"hang", "close", "reset", "drip"} or got

    assert (got == reply.encoded()) is (name == "array")


def test_counting() -> None:
    """A fault is taken by the requests it fits, as often as it was put on for; the first put on goes first."""
    faults = Faults()
    faults.put(Fault("hang", route="health", left=2))
    faults.put(Fault("junk"))
    names = [fault and fault.name for fault in (faults.take(route) for route in ["sessions", "health", "health", "health"])]
    assert names == ["junk", "hang", "hang", "junk"]
    faults.clear()
    assert faults.take("health") is None


def test_resets_come_first() -> None:
    """A reset is taken before the request is read, so it fits every route and nothing else takes it."""
    faults = Faults()
    faults.put(Fault("reset", left=1))
    assert faults.take("health") is None
    assert faults.take("any", reset=True) is not None
    assert faults.take("any", reset=True) is None
