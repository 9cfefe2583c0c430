"""Coven's little HTTP."""

import json
import socket
from collections.abc import Iterator

import pytest

from coven_watchdog.simulated.wire import MalformedError, Reply, Request, error, framed, read_request, uncaught


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """A client's end and the daemon's."""
    client, daemon = socket.socketpair()
    with client, daemon:
        yield client, daemon


def _read(pair: tuple[socket.socket, socket.socket], data: bytes) -> Request:
    client, daemon = pair
    client.sendall(data)
    client.shutdown(socket.SHUT_WR)
    return read_request(daemon)


def test_a_whole_request(pair: tuple[socket.socket, socket.socket]) -> None:
    """Method, target, path without the version, query, headers in lower case and the body."""
    head = b"POST /api/v1/sessions?limit=3&x= HTTP/1.1\r\nUser-Agent: me/1\r\nContent-Length: 4\r\n\r\n"
    assert _read(pair, head + b"body and more") == Request(
        "POST",
        "/api/v1/sessions?limit=3&x=",
        "/sessions",
        {"limit": "3", "x": ""},
        {"user-agent": "me/1", "content-length": "4"},
        b"body and more",
    )


def test_a_body_in_pieces(pair: tuple[socket.socket, socket.socket]) -> None:
    """A body that comes after the head is read to its length, or to the end of what the client sends."""
    client, daemon = pair
    long = b"x" * 100_000
    client.sendall(b"POST / HTTP/1.1\r\nContent-Length: 100000\r\n\r\n" + long)
    assert read_request(daemon).body == long
    assert _read(pair, b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc").body == b"abc"


@pytest.mark.parametrize("head", [b"GET /x\n\n", b"GET /x\r\n\r\n", b"GET /x HTTP/1.0\r\nHost: a\r\n\r\n", b"GET /x"])
def test_lenience(pair: tuple[socket.socket, socket.socket], head: bytes) -> None:
    """No version, bare newlines or a hasty client: the request is understood."""
    assert _read(pair, head).path == "/x"


@pytest.mark.parametrize(("head", "message"), [(b"", "missing HTTP method"), (b"GET\r\n\r\n", "missing HTTP path")])
def test_malformed(pair: tuple[socket.socket, socket.socket], head: bytes, message: str) -> None:
    """Without method or path it is no request."""
    with pytest.raises(MalformedError, match=message):
        _read(pair, head)


def test_reply() -> None:
    """A reply is compact JSON behind four lines."""
    assert Reply(201, {"a": "é"}).encoded() == framed(201, '{"a":"é"}'.encode())
    assert framed(500, b"x") == (
        b"HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx"
    )


def test_envelopes() -> None:
    """Two envelopes: with details where there are some, and with a top-level `ok` for what no handler caught."""
    assert error(404, "c", "m").body == {"error": {"code": "c", "message": "m"}}
    assert (
        json.dumps(error(400, "c", "m", limit="0").body)
        == '{"error": {"code": "c", "details": {"limit": "0"}, "message": "m"}}'
    )
    assert uncaught("m") == Reply(500, {"error": {"code": "internal_error", "message": "m"}, "ok": False})
