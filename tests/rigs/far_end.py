"""The services on the internet as a local double: a proxy that ends TLS itself, answers for every host, and keeps what it was sent.

Apprise's plugins have their hosts built in. A courier with `environ` on top of its own environment sends all of it here: names
are never looked up, certificates are checked against one made for this run, and nothing leaves the machine.
"""

import json
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from rigs.absent import absent

_OPENSSL = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=far.end"


@dataclass(frozen=True)
class Hit:
    """One request as it arrived."""

    method: str
    host: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    @property
    def fields(self) -> dict[str, Any]:
        """The body's fields: a JSON object, or a form."""
        if self.body[:1] in b"{[":
            value = json.loads(self.body or b"{}")
            return dict(value[0] if isinstance(value, list) else value)

        return dict(parse_qsl(self.body.decode()))


@dataclass(frozen=True)
class Reply:
    """What is answered."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class FarEnd:
    """The running double. `reply` says what a request is answered; it may be replaced at any time."""

    environ: dict[str, str]
    got: list[Hit] = field(default_factory=list)
    reply: Callable[[Hit], Reply] = lambda _: Reply()


@contextmanager
def far_end(directory: Path, hosts: Iterable[str]) -> Iterator[FarEnd]:
    """A running far end for these hosts.

    Args:
        directory: for the certificate and its key.
        hosts: host names, or addresses as text.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate := _certificate(directory, hosts))
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        proxy = f"http://127.0.0.1:{server.server_port}"
        end = FarEnd({"HTTPS_PROXY": proxy, "HTTP_PROXY": proxy, "NO_PROXY": "", "REQUESTS_CA_BUNDLE": str(certificate)})
        server.RequestHandlerClass = type("Handler", (_Handler,), {"end": end, "context": context})
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, name="far end", daemon=True)
        thread.start()
        yield end
        server.shutdown()
        thread.join()


def _certificate(directory: Path, hosts: Iterable[str]) -> Path:
    """One file with a key and a certificate for all of these hosts, which vouches for itself."""
    path = directory / "far-end.pem"
    names = "subjectAltName=" + ",".join(f"DNS:{host}" for host in sorted(set(hosts)))
    try:
        subprocess.run([*_OPENSSL.split(), "-addext", names, "-keyout", path, "-out", path], check=True, capture_output=True)
    except FileNotFoundError:
        absent("openssl is missing, which makes the far end's certificate", "apt-get install openssl")

    return path


class _Handler(BaseHTTPRequestHandler):
    """One connection: a tunnel to some host, in which the requests are answered here."""

    end: FarEnd
    context: ssl.SSLContext
    protocol_version = "HTTP/1.1"
    _host = ""

    def do_CONNECT(self) -> None:
        """Open the tunnel, and be its far end."""
        self._host = self.path.rpartition(":")[0]
        self.send_response(200)
        self.end_headers()
        self.request = self.context.wrap_socket(self.request, server_side=True)
        self.setup()
        # Clients ask for a tunnel in HTTP/1.0, which would end here.
        self.close_connection = False

    def finish(self) -> None:
        """The server only knows of the socket that the tunnel began on."""
        super().finish()
        self.request.close()

    def do_POST(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        host = self._host or parts.hostname or ""
        hit = Hit(self.command, host, parts.path, parse_qs(parts.query), dict(self.headers), body)
        self.end.got.append(hit)
        reply = self.end.reply(hit)
        self.send_response_only(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)

        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def do_GET(self) -> None:
        self.do_POST()

    def do_PUT(self) -> None:
        self.do_POST()

    def do_PATCH(self) -> None:
        self.do_POST()

    def do_DELETE(self) -> None:
        self.do_POST()

    def log_message(self, *_: object) -> None:
        """Say nothing."""
