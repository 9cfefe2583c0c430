"""Tests of `coven.connection`."""

import os
import socket
import subprocess
import sys
import threading

import anyio
import httpcore
import httpx
import pytest

from coven_watchdog.coven import processes
from coven_watchdog.coven.connection import BASE_URL, Transport
from coven_watchdog.coven.paths import HomePaths
from coven_watchdog.errors import CovenError, NoSocketError, ResetError
from limits import no_descriptors
from programs import needs_root
from raw_server import reply, sends, serving
from waiting import auntil

UID = os.getuid()
pytestmark = pytest.mark.anyio


async def ask(transport: Transport, headers: dict[str, str] | None = None) -> httpx.Response:
    """One request."""
    return await transport.handle_async_request(httpx.Request("GET", f"{BASE_URL}health", headers=headers))


async def test_the_peer_is_known_while_the_answer_is_read(home: HomePaths) -> None:
    """And forgotten when told to."""
    transport = Transport(str(home.socket), UID)
    with serving(home.socket, sends(reply(b"{}"))):
        response = await ask(transport)
        assert (transport.peer, transport.peer_uid) == (processes.identity(os.getpid()), UID)
        assert await response.aread() == b"{}"
        await response.aclose()

    transport.forget()
    assert (transport.peer, transport.peer_uid) == (None, None)


async def test_whoever_connects_also_asks(home: HomePaths) -> None:
    """Given up at once, the request is sent all the same: Coven's log tells of connections on which nothing came."""
    transport = Transport(str(home.socket), UID)
    with serving(home.socket, sends(reply(b"{}"))) as server:
        with anyio.CancelScope() as scope:
            scope.cancel()
            await ask(transport)

        assert scope.cancelled_caught
        await auntil(lambda: server.requests)

    assert server.requests[0].startswith(b"GET /api/v1/health")


async def test_a_request_larger_than_the_buffers_is_sent_whole(home: HomePaths) -> None:
    """Writing waits for room."""
    transport = Transport(str(home.socket), UID)
    with serving(home.socket, sends(reply(b"{}"))) as server:
        response = await ask(transport, {"X-Large": "x" * 3_000_000})
        await response.aread()
        await response.aclose()

    assert len(server.requests[0]) > 3_000_000


async def test_a_peer_that_answers_without_reading_is_heard(home: HomePaths) -> None:
    """What could not be sent does not matter when there is an answer."""
    transport = Transport(str(home.socket), UID)

    def answer(connection: socket.socket) -> None:
        connection.shutdown(socket.SHUT_RD)
        connection.sendall(reply(b"{}"))

    with serving(home.socket, answer, reads=False):
        response = await ask(transport, {"X-Large": "x" * 3_000_000})
        assert await response.aread() == b"{}"
        await response.aclose()


async def test_a_body_that_breaks_is_httpcores_word(home: HomePaths) -> None:
    """It is translated by who reads it."""
    transport = Transport(str(home.socket), UID)
    read = threading.Event()

    def answer(connection: socket.socket) -> None:
        connection.recv(1, socket.MSG_PEEK)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")
        read.wait(20)

    with serving(home.socket, answer, reads=False):
        response = await ask(transport)
        read.set()
        with pytest.raises(httpcore.NetworkError):
            await response.aread()

        await response.aclose()


async def test_a_peer_that_is_gone_at_once_is_a_reset() -> None:
    """A socket that is not connected any more has no credentials."""
    with socket.socket(socket.AF_UNIX) as unconnected, pytest.raises(ResetError):
        Transport("unused", UID)._check(_closed(unconnected))


def _closed(connection: socket.socket) -> socket.socket:
    """The same, closed."""
    connection.close()
    return connection


async def test_no_socket_is_said(home: HomePaths) -> None:
    """It may vanish between the look and the connection."""
    with pytest.raises(NoSocketError):
        await ask(Transport(str(home.socket), UID))


async def test_without_descriptors_the_error_is_about_us(home: HomePaths) -> None:
    """Not that Coven refused."""
    transport = Transport(str(home.socket), UID)
    with serving(home.socket, sends(reply(b"{}"))), no_descriptors(), pytest.raises(CovenError) as caught:
        await ask(transport)

    assert type(caught.value) is CovenError
    assert "Too many open files" in caught.value.message


@needs_root
async def test_a_peer_in_another_pid_namespace_has_no_identity(home: HomePaths) -> None:
    """The kernel says pid 0: that is unknown, not an impostor."""
    code = (
        "import anyio, os, sys, httpx\n"
        "from coven_watchdog.coven.connection import BASE_URL, Transport\n"
        "transport = Transport(sys.argv[1], os.getuid())\n"
        "async def ask():\n"
        "    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as http:\n"
        "        return (await http.get('health')).status_code\n"
        "print(anyio.run(ask), transport.peer, transport.peer_uid)\n"
    )
    with serving(home.socket, sends(reply(b"{}"))):
        command = ["unshare", "--pid", "--fork", "--kill-child", sys.executable, "-c", code, str(home.socket)]
        done = await anyio.to_thread.run_sync(
            lambda: subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
        )

    assert done.stdout.split() == ["200", "None", str(UID)], done.stderr
