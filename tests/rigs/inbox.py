"""Where alerts arrive: a local HTTP server that takes what Apprise's `json://` posts, can go away and come back, and can hang."""

import json
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from waiting import until


@dataclass(frozen=True)
class Letter:
    """One alert as it came. `at` in wall µs, when the last byte was read."""

    at: int
    title: str
    body: str
    type: str

    @property
    def token(self) -> str:
        """`<incident>.<n>`, the last word of the message."""
        return self.body.rsplit(maxsplit=1)[-1]

    @property
    def incident(self) -> str:
        """The incident's id."""
        return self.token.partition(".")[0]

    @property
    def kind(self) -> str:
        """The kind in the last line; "" in a group's message."""
        return self.body.splitlines()[-1].rpartition(" ")[0].strip()

    @property
    def text(self) -> str:
        """Title and body."""
        return f"{self.title}\n{self.body}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], inbox: "Inbox") -> None:
        self.inbox = inbox
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.server.inbox.take(time.time_ns() // 1000, json.loads(raw))
        self.send_response(self.server.inbox.answer)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""


class Inbox:
    """A sink on a port of its own. `letters` holds what was accepted; with an `answer` of 400 or more, nothing is."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.answer = 200
        self.hanging = 0
        self._hang = threading.Event()
        self._go_on = threading.Event()
        self._server: _Server | None = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]

        self.up()

    @property
    def url(self) -> str:
        """The channel's URL."""
        return f"json://127.0.0.1:{self.port}/"

    def up(self) -> None:
        """Accept again, on the same port."""
        self._server = _Server(("127.0.0.1", self.port), self)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, name="inbox", daemon=True).start()

    def down(self) -> None:
        """Be gone: connections are refused."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def hang(self) -> None:
        """Accept connections and never answer; `hanging` counts them."""
        self._go_on.clear()
        self._hang.set()

    def go_on(self) -> None:
        """Answer again, also those who hang in it."""
        self._hang.clear()
        self._go_on.set()

    def take(self, at: int, payload: dict[str, Any]) -> None:
        """Keep one alert; called by the server."""
        if self._hang.is_set():
            self.hanging += 1
            self._go_on.wait()

        if self.answer < 400:
            self.letters.append(Letter(at, payload["title"], payload["message"], payload["type"]))

    def wait(self, count: int = 1, seconds: float = 20) -> list[Letter]:
        """All letters, once there are so many.

        Raises:
            AssertionError: there are not; the ones that came are shown.
        """
        return self.until(lambda letters: len(letters) >= count, seconds)

    def until(self, fact: Callable[[list[Letter]], bool], seconds: float = 20) -> list[Letter]:
        """All letters, once `fact` holds of them."""
        try:
            until(lambda: fact(list(self.letters)), seconds)
        except AssertionError as error:
            came = "\n---\n".join(letter.text for letter in self.letters)
            message = f"{error}; what came:\n{came or '(nothing)'}"
            raise AssertionError(message) from None

        return list(self.letters)

    def of(self, kind: str) -> list[Letter]:
        """The letters of one kind."""
        return [letter for letter in self.letters if letter.kind == kind]

    def close(self) -> None:
        """End it, and whoever hangs in it."""
        self._go_on.set()
        self.down()
