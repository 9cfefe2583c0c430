"""The path of Coven's socket comes in; a transport for httpx goes out that speaks to nobody but this user's own processes.

Why not httpx' own transport: under it, when the listener's queue is full (a stopped daemon that clients keep knocking at),
anyio's `connect_unix` spins at full CPU until the deadline and leaks the socket (anyio 4.16). Here that is a pause. It also
needs no pool, no TLS context (27 ms of CPU) and no header of the answer.
"""

import socket
from collections.abc import AsyncIterator
from contextlib import ExitStack

import anyio
import httpcore
import httpx
from anyio import lowlevel

from coven_watchdog.coven import processes
from coven_watchdog.errors import CovenError, ForbiddenError, NoSocketError, RefusedError, ResetError, UntrustedError
from coven_watchdog.model.facts import Identity

BASE_URL = "http://coven/api/v1/"
_ORIGIN = httpcore.Origin(b"http", b"coven", 80)
_KNOCK_AGAIN = 0.025
"""Seconds; a daemon's accept loop looks every 25 ms (seen on 0.4.6)."""

_REFUSALS: tuple[tuple[type[OSError], type[CovenError], str], ...] = (
    (FileNotFoundError, NoSocketError, "there is no socket"),
    (ConnectionRefusedError, RefusedError, "the socket is there, but nobody listens"),
    (PermissionError, ForbiddenError, "the system does not let us connect"),
)


class Transport(httpx.AsyncBaseTransport):
    """One new connection for each request, closed with the answer. The peer is checked before a byte is sent.

    Args:
        path: the Unix socket.
        uid: the user that the peer must be.
    """

    def __init__(self, path: str, uid: int) -> None:
        self._path = path
        self._uid = uid
        self.peer: Identity | None = None
        """The last peer; None when not connected yet, or when it lives in another pid namespace."""
        self.peer_uid: int | None = None

    def forget(self) -> None:
        """Before an exchange: nobody is known to be there."""
        self.peer = self.peer_uid = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Connect, check, send and read up to the body.

        Raises:
            NoSocketError: ENOENT.
            RefusedError: ECONNREFUSED.
            ForbiddenError: EACCES, EPERM.
            UntrustedError: the peer is another user; no byte was sent.
            ResetError: the connection was gone at once.
            CovenError: the system cannot connect (no descriptors left).
            httpcore.NetworkError, httpcore.ProtocolError: it broke later, or does not speak HTTP.
        """
        stream = _Stream(await self._connected())
        connection = httpcore.AsyncHTTP11Connection(_ORIGIN, stream)
        # Coven's log tells of each connection on which nothing came (seen on 0.4.6): once connected, the request is sent.
        with stream.sending:
            response = await connection.handle_async_request(_on_the_wire(request))

        # No header of the answer is of use; a cookie or a redirect is not to be followed up.
        return httpx.Response(response.status, stream=_Body(connection, response))

    async def _connected(self) -> socket.socket:
        """A connection to a peer that may be spoken to."""
        connection = await _connection(self._path)
        try:
            self._check(connection)
        except CovenError:
            connection.close()
            raise

        return connection

    def _check(self, connection: socket.socket) -> None:
        """Learn who listens.

        Raises:
            UntrustedError: not our user.
            ResetError: nobody any more.
        """
        try:
            pid, self.peer_uid = processes.peer(connection)
        except OSError as error:
            message = "the connection broke at once"
            raise ResetError(message) from error

        self.peer = processes.identity(pid) if pid else None
        if self.peer_uid != self._uid:
            message = f"the peer on the socket is user {self.peer_uid}, not {self._uid}"
            raise UntrustedError(message)


def _on_the_wire(request: httpx.Request) -> httpcore.Request:
    """The request in httpcore's words."""
    url = httpcore.URL(scheme=b"http", host=b"coven", port=None, target=request.url.raw_path)
    return httpcore.Request(request.method, url, headers=request.headers.raw)


async def _connection(path: str) -> socket.socket:
    """A connected socket that never blocks; knocks again while the listener's queue is full.

    Raises:
        CovenError: one of its subclasses, by what the system says.
    """
    try:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    except OSError as error:
        raise _refusal(error) from error

    with ExitStack() as unless_connected:
        unless_connected.callback(connection.close)
        connection.setblocking(False)  # noqa: FBT003 - its only argument
        while not _knock(connection, path):  # noqa: ASYNC110 - nothing announces room in a listener's queue
            await anyio.sleep(_KNOCK_AGAIN)

        unless_connected.pop_all()

    return connection


def _knock(connection: socket.socket, path: str) -> bool:
    """Try to connect; False: the queue is full (EAGAIN, which Linux says at once).

    Raises:
        CovenError: one of its subclasses, by what the system says.
    """
    try:
        connection.connect(path)
    except BlockingIOError:
        return False
    except OSError as error:
        raise _refusal(error) from error

    return True


def _refusal(error: OSError) -> CovenError:
    """Our word for what the system says."""
    for said, ours, message in _REFUSALS:
        if isinstance(error, said):
            return ours(message)

    return CovenError(f"the socket cannot be reached: {error.strerror or error}")


class _Stream(httpcore.AsyncNetworkStream):
    """A non-blocking socket as httpcore wants it. Deadlines are the exchange's, not its."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.sending = anyio.CancelScope(shield=True)
        """Shielded until something was sent, or had to wait."""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's signature
        """What has arrived; b"" at the end. Others run in between: a peer that floods us must not hold the loop past the deadline.

        Raises:
            httpcore.ReadError: the connection broke.
        """
        del timeout
        await lowlevel.checkpoint()
        while True:
            try:
                return self._connection.recv(max_bytes)
            except BlockingIOError:
                await anyio.wait_readable(self._connection)
            except OSError as error:
                raise httpcore.ReadError(str(error)) from error

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore's signature
        """Send it all.

        Raises:
            httpcore.WriteError: the connection broke.
        """
        del timeout
        rest = memoryview(buffer)
        while rest:
            try:
                rest = rest[self._connection.send(rest) :]
            except BlockingIOError:
                self.sending.shield = False
                await anyio.wait_writable(self._connection)
            except OSError as error:
                raise httpcore.WriteError(str(error)) from error

        self.sending.shield = False

    async def aclose(self) -> None:
        """Close at once: Coven has 64 handlers and would wait a minute for each of us."""
        self._connection.close()


class _Body(httpx.AsyncByteStream):
    """The body as it arrives; closing it closes the connection."""

    def __init__(self, connection: httpcore.AsyncHTTP11Connection, response: httpcore.Response) -> None:
        self._connection = connection
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._response.aiter_stream():
            yield chunk

    async def aclose(self) -> None:
        """Close the connection, however much was read."""
        await self._connection.aclose()
