"""What the service manager is told, over systemd's notification socket: ready, reloading, stopping, alive, and one line of truth.

Out: datagrams to `$NOTIFY_SOCKET`, as sd_notify(3) describes them. Where there is no such socket, as on macOS or in a terminal,
nothing happens.
"""

import logging
import os
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress

from coven_watchdog import clock
from coven_watchdog.decide.text import one_line
from coven_watchdog.model.time import Instant

logger = logging.getLogger(__name__)

_STATUS_LIMIT = 300


class Notifier:
    """One per process. Nothing here waits or raises: a manager that does not listen is no reason not to watch.

    Args:
        environ: `NOTIFY_SOCKET` is a path, or an abstract address that begins with `@`; `WATCHDOG_USEC` and `WATCHDOG_PID`
            are what sd_watchdog_enabled(3) reads.
        now: reads the clock.
        pid: ours.
    """

    def __init__(self, environ: Mapping[str, str], now: Callable[[], Instant] = clock.now, pid: int | None = None) -> None:
        self._now = now
        self._address = _address(environ.get("NOTIFY_SOCKET", ""))
        self._socket = _opened() if self._address else None
        self._waiting: dict[str, str] = {}
        self._ready = self._reloading = self._stopping = False
        self._status = ""
        self.watchdog = _watchdog(environ, os.getpid() if pid is None else pid) if self._socket else 0
        """µs within which systemd wants a sign of life; 0: it wants none."""

    @property
    def listened(self) -> bool:
        """Whether there is a manager to tell."""
        return self._socket is not None

    def ready(self) -> None:
        """Everything is armed."""
        self._ready = True
        self._send("READY=1", *self._status_line())

    def status(self, text: str) -> None:
        """One line for people, as `systemctl status` shows it; only what is new is sent."""
        said = one_line(text, _STATUS_LIMIT)
        if said != self._status and not self._stopping:
            self._status = said
            self._send(*self._status_line())

    def reloading(self) -> None:
        """New settings are about to be put in force. Before `ready` it would be taken for a fault."""
        if self._ready and not self._reloading and not self._stopping:
            self._reloading = True
            # systemd compares it with the time of its own signal: CLOCK_MONOTONIC, which is what `awake` is on Linux.
            self._send("RELOADING=1", f"MONOTONIC_USEC={self._now().awake}")

    def reloaded(self) -> None:
        """They are in force, or were refused: in either case we go on."""
        if self._reloading:
            self._reloading = False
            self._send("READY=1", *self._status_line())

    def stopping(self) -> None:
        """The end has begun."""
        if not self._stopping:
            self._stopping = True
            self._send("STOPPING=1", "STATUS=stopping")

    def alive(self) -> None:
        """Every loop makes progress."""
        self._send("WATCHDOG=1")

    def close(self) -> None:
        """Nothing more will be told."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _status_line(self) -> tuple[str, ...]:
        return (f"STATUS={self._status}",) if self._status else ()

    def _send(self, *lines: str) -> None:
        """Send it with what could not be sent before, the newest word of each kind: systemd's queue may have had no room."""
        if self._socket is None or not lines:
            return

        self._waiting |= {line.partition("=")[0]: line for line in lines}
        if "READY" in self._waiting:
            self._waiting.pop("RELOADING", None)

        try:
            self._socket.sendto("\n".join(self._waiting.values()).encode(), self._address)
        except OSError as error:
            logger.warning("the service manager cannot be told: %s", error.strerror)
            return

        self._waiting.clear()


def _address(written: str) -> str:
    """The address as the kernel wants it, "" for none: abstract ones are written with `@`; other kinds (vsock) are not for us."""
    if written.startswith("@") and len(written) > 1:
        return f"\0{written[1:]}"

    return written if written.startswith("/") else ""


def _opened() -> socket.socket | None:
    with suppress(OSError):
        opened = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        opened.settimeout(0)
        return opened

    return None  # pragma: no cover - no descriptor left at the start


def _watchdog(environ: Mapping[str, str], pid: int) -> int:
    """µs of the manager's patience; 0 when it has none, or when it waits for another process."""
    text, of = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", "")
    if not text.isascii() or not text.isdigit() or (of and of != str(pid)):
        return 0

    return int(text)
