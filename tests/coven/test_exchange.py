"""Tests of `coven.exchange`."""

import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import anyio
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coven_watchdog.coven.connection import BASE_URL, Transport
from coven_watchdog.coven.exchange import BODY_LIMIT, deadline, exchange
from coven_watchdog.coven.paths import HomePaths
from coven_watchdog.errors import CovenError, NotContractError, TimedOutError
from raw_server import reply, sends, serving, short_directory


@asynccontextmanager
async def speaking(home: HomePaths) -> AsyncIterator[httpx.AsyncClient]:
    """An httpx client on our transport."""
    async with httpx.AsyncClient(transport=Transport(str(home.socket), os.getuid()), base_url=BASE_URL, timeout=None) as http:
        yield http


@pytest.mark.anyio
async def test_status_and_body_come_back_as_they_are(home: HomePaths) -> None:
    """Nothing is judged or unpacked here."""
    with serving(home.socket, sends(reply(b"\x1f\x8b\x00", "418 Any", "Content-Encoding: gzip\r\n"))):
        async with speaking(home) as http:
            assert await exchange(http, "health", {}) == (418, b"\x1f\x8b\x00")


@pytest.mark.anyio
async def test_four_mebibytes_are_allowed_and_one_byte_more_is_not(home: HomePaths) -> None:
    """The cap of Coven's own clients."""
    async with speaking(home) as http:
        with serving(home.socket, sends(reply(b"x" * BODY_LIMIT))):
            assert len((await exchange(http, "sessions", {}))[1]) == BODY_LIMIT

        with serving(home.socket, sends(reply(b"x" * (BODY_LIMIT + 1)))), pytest.raises(NotContractError):
            await exchange(http, "sessions", {})


@pytest.mark.anyio
async def test_a_deadline_that_passes_is_ours(home: HomePaths) -> None:
    """And one that does not pass changes nothing."""
    del home
    with deadline(20):
        await anyio.lowlevel.checkpoint()

    with pytest.raises(TimedOutError, match=r"within 0\.01 s"), deadline(0.01):
        await anyio.sleep_forever()


@pytest.mark.anyio
async def test_a_foreign_cancellation_passes(home: HomePaths) -> None:
    """Shutting down is no time-out."""
    del home
    with anyio.CancelScope() as scope:
        scope.cancel()
        with deadline(20):
            await anyio.sleep_forever()

    assert scope.cancelled_caught


LINES = st.sampled_from(
    [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.0 500\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 999 \xff\r\n", b""]
)
FIELDS = st.sampled_from(
    [
        b"Content-Length: 3\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: gzip\r\n",
        b"Set-Cookie: \xff=\x80\r\n",
        b" a\r\n",
        b":\r\n",
    ]
)


@settings(max_examples=150, deadline=None)
@given(
    st.tuples(LINES, st.lists(FIELDS, max_size=3).map(b"".join), st.sampled_from([b"\r\n", b"\n", b""]), st.binary(max_size=40))
)
def test_no_bytes_raise_anything_else(parts: tuple[bytes, bytes, bytes, bytes]) -> None:
    """Whatever a peer sends, it is an answer or one of our errors."""

    async def ask(home: HomePaths) -> None:
        async with speaking(home) as http:
            with suppress(CovenError):
                status, body = await exchange(http, "health", {})
                assert isinstance(status, int)
                assert isinstance(body, bytes)

    def answer(connection: socket.socket) -> None:
        connection.sendall(b"".join(parts))

    with short_directory() as directory, serving(HomePaths(directory).socket, answer):
        anyio.run(ask, HomePaths(directory))
