"""Servers that stand for a notification service, on free loopback ports: real ones that keep what they got, and broken ones."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from waiting import until


@dataclass(frozen=True)
class Request:
    """One request that an HTTP sink got."""

    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes
    at: int
    """When it was read, ns of a clock that only goes on."""

    @property
    def json(self) -> dict[str, Any]:
        """The body, a JSON object."""
        return dict(json.loads(self.body))


@dataclass
class HttpSink:
    """An HTTP server that accepts everything, or answers `statuses` first, one each, and `status` for ever after."""

    port: int = 0
    status: int = 200
    statuses: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    """Sent with every answer."""
    answer: bytes = b"{}"
    got: list[Request] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The channel URL that posts here."""
        return f"json://127.0.0.1:{self.port}/"

    def wait(self, count: int = 1) -> list[Request]:
        """The requests, once there are this many."""
        until(lambda: len(self.got) >= count)
        return self.got


@contextmanager
def http_sink() -> Iterator[HttpSink]:
    """A running HTTP sink."""
    sink = HttpSink()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            parts = urlsplit(self.path)
            sink.got.append(Request(parts.path, parse_qs(parts.query), dict(self.headers), body, time.monotonic_ns()))
            self.send_response(sink.statuses.pop(0) if sink.statuses else sink.status)
            for name, value in sink.headers.items():
                self.send_header(name, value)

            self.send_header("Content-Length", str(len(sink.answer)))
            self.end_headers()
            self.wfile.write(sink.answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        sink.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, name="http sink", daemon=True)
        thread.start()
        yield sink
        server.shutdown()
        thread.join()


@dataclass
class Mailbox:
    """What an SMTP server got."""

    port: int
    got: list[EmailMessage] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    """What is answered to a recipient in place of 250."""

    def wait(self, count: int = 1) -> list[EmailMessage]:
        """The mails, once there are this many."""
        until(lambda: len(self.got) >= count)
        return self.got


@contextmanager
def smtp_sink() -> Iterator[Mailbox]:
    """A real SMTP server without encryption or login."""
    mailbox = Mailbox(_free_port())

    class Handler:
        async def handle_RCPT(  # noqa: N802 - as below
            self, _server: object, _session: object, envelope: Envelope, address: str, _options: list[str]
        ) -> str:
            answer = mailbox.refusals.get(address, "250 OK")
            if answer.startswith("250"):
                envelope.rcpt_tos.append(address)

            return answer

        async def handle_DATA(self, _server: object, _session: object, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd names it
            mailbox.got.append(message_from_bytes(envelope.original_content or b"", policy=policy.default))
            return "250 OK"

    controller = Controller(Handler(), hostname="127.0.0.1", port=mailbox.port)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()


@contextmanager
def hanging() -> Iterator[int]:
    """A port that accepts, reads, and never answers."""
    with _tcp(lambda _: None) as port:
        yield port


@contextmanager
def dripping() -> Iterator[int]:
    """A port that answers HTTP headers without end, a byte every 50 ms: no read ever times out."""
    over = threading.Event()

    def drip(connection: socket.socket) -> None:
        connection.recv(65536)
        with suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
            while not over.wait(0.05):
                connection.sendall(b"a")

    with _tcp(drip) as port:
        yield port
        over.set()


@contextmanager
def resetting() -> Iterator[int]:
    """A port that resets every connection."""

    def reset(connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.close()

    with _tcp(reset) as port:
        yield port


@contextmanager
def refusing() -> Iterator[int]:
    """A port on which nobody listens; it stays taken."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


@contextmanager
def _tcp(behave: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that hands each connection to `behave` in a thread of its own, and closes all of them in the end."""
    with socket.create_server(("127.0.0.1", 0)) as server, ExitStack() as connections:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    connections.callback(connection.close)
                    threading.Thread(target=behave, args=(connection,), daemon=True).start()

        thread = threading.Thread(target=accept, name="tcp", daemon=True)
        thread.start()
        yield server.getsockname()[1]
        # A thread in accept() is woken by a shutdown, not by a close.
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
