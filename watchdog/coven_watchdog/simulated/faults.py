"""Misbehaviour on command: which answers go wrong, how often, and how.

A `Fault` is put on by a command and taken by the requests it fits, one each, until it is used up or taken off.
"""

import select
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from coven_watchdog.simulated.wire import Reply, framed, uncaught

FaultName = Literal[
    "hang",
    "close",
    "reset",
    "junk",
    "not_json",
    "half_head",
    "half_body",
    "oversized",
    "drip",
    "error_500",
    "broken_store",
    "patch",
    "array",
]
RouteName = Literal["any", "health", "sessions", "session", "events", "launch"]
FAULT_NAMES: tuple[FaultName, ...] = get_args(FaultName)
_OVERSIZE = 4 * 1024 * 1024 + 1
_DRIP_SECONDS = 0.1
_BROKEN = "failed to read sessions: database disk image is malformed: Error code 11: database disk image is malformed"


@dataclass(slots=True)
class Fault:
    """One way to answer wrongly. `left` None: until told otherwise. `patch` is merged into the body by `patch`."""

    name: FaultName
    route: RouteName = "any"
    left: int | None = None
    patch: Mapping[str, Any] = field(default_factory=dict)

    def fits(self, route: str) -> bool:
        """Whether a request of this route goes wrong; a broken store leaves the health answer well."""
        if self.name == "broken_store":
            return route in {"sessions", "session", "events", "launch"}

        return self.route in {"any", route}


class Faults:
    """The faults that are on; the first that fits is taken."""

    def __init__(self) -> None:
        self._on: list[Fault] = []
        self._lock = threading.Lock()

    def put(self, fault: Fault) -> None:
        """Add a fault behind those that are on."""
        with self._lock:
            self._on.append(fault)

    def clear(self) -> None:
        """Behave again. A request that hangs already goes on hanging."""
        with self._lock:
            self._on.clear()

    def take(self, route: str, *, reset: bool = False) -> Fault | None:
        """The fault for a request of this route, counted. `reset` asks only for resets, which come before a request is read."""
        with self._lock:
            fault = next(
                (fault for fault in self._on if (fault.name == "reset") is reset and (reset or fault.fits(route))), None
            )
            if fault is not None and fault.left is not None:
                fault.left -= 1
                self._on = [fault for fault in self._on if fault.left != 0]

            return fault


def respond(connection: socket.socket, reply: Reply, fault: Fault | None) -> None:
    """Send the reply, or what the fault makes of it."""
    if fault is None:
        connection.sendall(reply.encoded())
    else:
        _ACTS[fault.name](connection, reply, fault)


def _hang(connection: socket.socket, _reply: Reply, _fault: Fault) -> None:
    """Say nothing until the client gives up."""
    select.select([connection], [], [])


def _close(_connection: socket.socket, _reply: Reply, _fault: Fault) -> None:
    """Say nothing and hang up."""


def _reset(connection: socket.socket, _reply: Reply, _fault: Fault) -> None:
    """Leave part of the request unread: closing such a socket resets the connection."""
    connection.recv(1)


def _junk(connection: socket.socket, _reply: Reply, _fault: Fault) -> None:
    connection.sendall(b"\x00\xff\x16\x03SSH-2.0 this is not HTTP\r\n\r\n")


def _not_json(connection: socket.socket, _reply: Reply, _fault: Fault) -> None:
    connection.sendall(framed(200, b'{"ok":tru'))


def _half_head(connection: socket.socket, reply: Reply, _fault: Fault) -> None:
    connection.sendall(reply.encoded()[:40])


def _half_body(connection: socket.socket, reply: Reply, _fault: Fault) -> None:
    whole = reply.encoded()
    head = whole.index(b"\r\n\r\n") + 4
    connection.sendall(whole[: (head + len(whole)) // 2])


def _oversized(connection: socket.socket, _reply: Reply, _fault: Fault) -> None:
    connection.sendall(framed(200, b" " * _OVERSIZE))


def _drip(connection: socket.socket, reply: Reply, _fault: Fault) -> None:
    """One byte at a time, until all is said or the client hangs up."""
    for byte in reply.encoded():
        connection.sendall(bytes([byte]))
        if select.select([connection], [], [], _DRIP_SECONDS)[0]:
            return


def _error_500(connection: socket.socket, _reply: Reply, _fault: Fault) -> None:
    connection.sendall(uncaught("simulated failure").encoded())


def _broken_store(connection: socket.socket, _reply: Reply, _fault: Fault) -> None:
    connection.sendall(uncaught(_BROKEN).encoded())


def _patch(connection: socket.socket, reply: Reply, fault: Fault) -> None:
    connection.sendall(Reply(reply.status, _merged(reply.body, fault.patch)).encoded())


def _array(connection: socket.socket, reply: Reply, _fault: Fault) -> None:
    """Answer a listing as older daemons do: a bare array whatever was asked."""
    connection.sendall(Reply(reply.status, reply.body["sessions"] if isinstance(reply.body, dict) else reply.body).encoded())


def _merged(body: Any, patch: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON
    """`patch` laid over `body`, objects key by key."""
    if not isinstance(body, dict):
        return body

    return body | {
        key: _merged(body.get(key), value) if isinstance(value, dict) and isinstance(body.get(key), dict) else value
        for key, value in patch.items()
    }


_ACTS: Mapping[FaultName, Callable[[socket.socket, Reply, Fault], None]] = {
    "hang": _hang,
    "close": _close,
    "reset": _reset,
    "junk": _junk,
    "not_json": _not_json,
    "half_head": _half_head,
    "half_body": _half_body,
    "oversized": _oversized,
    "drip": _drip,
    "error_500": _error_500,
    "broken_store": _broken_store,
    "patch": _patch,
    "array": _array,
}
