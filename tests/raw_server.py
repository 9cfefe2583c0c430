"""A Unix socket server in a thread that sends exactly the bytes it is told to: what HTTP libraries refuse to send."""

import contextlib
import json
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Answering = Callable[[socket.socket], None]


@dataclass
class RawServer:
    """What has arrived so far."""

    requests: list[bytes] = field(default_factory=list)
    connections: int = 0


def reply(body: bytes | Any, status: str = "200 OK", headers: str = "") -> bytes:  # noqa: ANN401 - any JSON
    """A whole answer as Coven writes it: with its length, and closing."""
    content = body if isinstance(body, bytes) else json.dumps(body, separators=(",", ":")).encode()
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(content)}\r\n{headers}Connection: close\r\n\r\n".encode() + content


def sends(content: bytes) -> Answering:
    """Send this and close."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(content)

    return answer


def says(body: Any, status: str = "200 OK") -> Answering:  # noqa: ANN401 - any JSON
    """Send a whole answer with this body."""
    return sends(reply(body, status))


@contextlib.contextmanager
def short_directory() -> Iterator[Path]:
    """A private directory whose name leaves room for a socket's path (107 bytes)."""
    with tempfile.TemporaryDirectory(prefix="cw.", dir="/tmp") as name:
        yield Path(name).resolve()


@contextlib.contextmanager
def serving(path: Path, answer: Answering, *, reads: bool = True) -> Iterator[RawServer]:
    """Serve `path` (mode 0600) until the end of the block, one connection after the other.

    Args:
        path: the socket.
        answer: called with each connection once its request has arrived; the connection is closed after it.
        reads: whether to wait for a request first.
    """
    server = RawServer()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    path.chmod(0o600)
    listener.listen(16)
    thread = threading.Thread(target=_serve, args=(listener, answer, server, reads), name="raw-server")
    thread.start()
    try:
        yield server
    finally:
        # Shutting down wakes the thread out of accept.
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(10)
        listener.close()
        path.unlink(missing_ok=True)


def _serve(listener: socket.socket, answer: Answering, server: RawServer, reads: bool) -> None:  # noqa: FBT001 - a thread's target
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return

        server.connections += 1
        with connection, contextlib.suppress(OSError):
            connection.settimeout(10)
            if reads:
                server.requests.append(_request(connection))

            answer(connection)


def _request(connection: socket.socket) -> bytes:
    """The head of a request; what came when the other side hung up early."""
    content = b""
    while b"\r\n\r\n" not in content and (more := connection.recv(65_536)):
        content += more

    return content
