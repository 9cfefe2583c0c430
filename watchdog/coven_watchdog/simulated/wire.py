"""The little HTTP that Coven speaks: one request per connection, `Content-Length`, `Connection: close`, never chunked."""

import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

_REASONS = {
    200: "OK",
    201: "Created",
    202: "Accepted",
    400: "Bad Request",
    404: "Not Found",
    409: "Conflict",
    413: "Payload Too Large",
    500: "Internal Server Error",
}
_MOST_BODY = 4 * 1024 * 1024
_MOST_HEAD = 64 * 1024
_CHUNK = 64 * 1024


class MalformedError(Exception):
    """The request line is none; Coven answers nothing and logs the text (seen)."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `target` as sent; `path` without the query and without `/api/v1`."""

    method: str
    target: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer: the status and what becomes its JSON body."""

    status: int
    body: Any

    def encoded(self) -> bytes:
        """The whole answer as bytes."""
        return framed(self.status, json.dumps(self.body, separators=(",", ":"), ensure_ascii=False).encode())


def error(status: int, code: str, message: str, **details: Any) -> Reply:  # noqa: ANN401 - details are any JSON
    """Coven's error envelope."""
    body: dict[str, Any] = {"code": code} | ({"details": details} if details else {}) | {"message": message}
    return Reply(status, {"error": body})


def uncaught(message: str) -> Reply:
    """The envelope of an error that no handler caught: with a top-level `ok`."""
    return Reply(500, {"error": {"code": "internal_error", "message": message}, "ok": False})


def framed(status: int, body: bytes) -> bytes:
    """Status line, headers and body."""
    head = f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body


def read_request(connection: socket.socket) -> Request:
    """Read one request.

    Raises:
        MalformedError: the request line lacks a method or a path.
        OSError: the connection broke or stayed silent.
    """
    head, body = _read_head(connection)
    request = _parse_head(head)
    missing = min(int(request.headers.get("content-length", "0") or 0), _MOST_BODY) - len(body)
    while missing > 0 and (chunk := connection.recv(min(missing, _CHUNK))):
        body, missing = body + chunk, missing - len(chunk)

    return Request(request.method, request.target, request.path, request.query, request.headers, body)


def _read_head(connection: socket.socket) -> tuple[str, bytes]:
    data = b""
    while b"\n\r\n" not in data and b"\n\n" not in data and len(data) < _MOST_HEAD and (chunk := connection.recv(_CHUNK)):
        data += chunk

    end = b"\r\n\r\n" if b"\r\n\r\n" in data else b"\n\n"
    head, _, body = data.partition(end)
    return head.decode("latin-1"), body


def _parse_head(head: str) -> Request:
    first, *lines = head.splitlines() or [""]
    words = first.split()
    if not words:
        message = "missing HTTP method"
        raise MalformedError(message)

    if len(words) == 1:
        message = "missing HTTP path"
        raise MalformedError(message)

    path, _, query = words[1].partition("?")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    bare = path.removeprefix("/api/v1")
    return Request(words[0], words[1], bare, dict(parse_qsl(query, keep_blank_values=True)), headers)
