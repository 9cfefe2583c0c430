"""The path of Coven's socket comes in; a byte stream to a peer that is this user goes out, for httpx to speak through.

Why not anyio's own connection: when the queue of the listener is full (a stopped daemon that clients keep knocking at), its
`connect_unix` spins at full CPU until the deadline and leaks the socket (anyio 4.16). Here that is a pause, and no byte leaves
before the peer has been checked.
"""

import socket
from collections.abc import Iterable
from typing import Any

import anyio
import httpcore
import httpx

from coven_watchdog.coven import processes
from coven_watchdog.errors import CovenError, ForbiddenError, NoSocketError, RefusedError, ResetError, UntrustedError
from coven_watchdog.model.facts import Identity

_KNOCK_AGAIN = 0.025
"""Seconds; a daemon's accept loop looks every 25 ms (seen on 0.4.6)."""

_REFUSALS: tuple[tuple[type[OSError], type[CovenError], str], ...] = (
    (FileNotFoundError, NoSocketError, "there is no socket"),
    (ConnectionRefusedError, RefusedError, "the socket is there, but nobody listens"),
    (PermissionError, ForbiddenError, "the system does not let us connect"),
)


class PeerGate(httpcore.AsyncNetworkBackend):
    """Connects httpx to Unix sockets of this user and to nothing else; remembers who was at the other end.

    Args:
        uid: the user that the peer must be.
    """

    def __init__(self, uid: int) -> None:
        self._uid = uid
        self.peer: Identity | None = None
        """The last peer; None when not connected yet, or when it lives in another pid namespace."""
        self.peer_uid: int | None = None

    def forget(self) -> None:
        """Before an exchange: nobody is known to be there."""
        self.peer = self.peer_uid = None

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature; the exchange has its own deadline
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect and check the peer.

        Raises:
            NoSocketError: ENOENT.
            RefusedError: ECONNREFUSED.
            ForbiddenError: EACCES, EPERM.
            UntrustedError: the peer is another user; no byte was sent.
            ResetError: the connection was gone at once.
            CovenError: the system cannot connect (no descriptors left).
        """
        del timeout, socket_options
        connection = await _connected(path)
        try:
            self._check(connection)
        except BaseException:
            connection.close()
            raise

        return _Stream(connection)

    async def connect_tcp(self, host: str, *args: Any, **options: Any) -> httpcore.AsyncNetworkStream:  # noqa: ANN401 - httpcore's signature
        """Never: Coven is asked through its socket only.

        Raises:
            UntrustedError: always.
        """
        del args, options
        message = f"Coven is never asked over the network ({host})"
        raise UntrustedError(message)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await anyio.sleep(seconds)

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


async def _connected(path: str) -> socket.socket:
    """A connected socket that never blocks; knocks again while the listener's queue is full.

    Raises:
        CovenError: one of its subclasses, by what the system says.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.setblocking(False)  # noqa: FBT003 - its only argument
        while True:
            if _knock(connection, path):
                return connection

            await anyio.sleep(_KNOCK_AGAIN)
    except BaseException:
        connection.close()
        raise


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
    """A non-blocking socket as httpcore wants it."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's signature
        """What has arrived; b"" at the end.

        Raises:
            httpcore.ReadError: the connection broke.
        """
        del timeout
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
                await anyio.wait_writable(self._connection)
            except OSError as error:
                raise httpcore.WriteError(str(error)) from error

    async def aclose(self) -> None:
        """Close at once: Coven has 64 handlers and would wait a minute for each of us."""
        self._connection.close()


class Transport(httpx.AsyncHTTPTransport):
    """One connection at a time, through the gate. `verify=False` spares 27 ms of CPU for a TLS context nobody needs.

    Args:
        path: the Unix socket.
        gate: connects and checks.
    """

    def __init__(self, path: str, gate: PeerGate) -> None:
        limits = httpx.Limits(max_connections=1, max_keepalive_connections=0)
        super().__init__(uds=path, verify=False, retries=0, limits=limits)
        # httpx has no argument for a network backend; httpcore has, and is what this attribute holds.
        self._pool = httpcore.AsyncConnectionPool(
            uds=path, max_connections=1, max_keepalive_connections=0, network_backend=gate
        )
