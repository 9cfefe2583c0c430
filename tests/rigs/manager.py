"""systemd's end of the notification socket: a Unix datagram socket that remembers what it was told."""

import socket
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from waiting import until


class Manager:
    """A context manager; the socket is there from its making on.

    Args:
        path: of the socket; an abstract one begins with `@`.
    """

    def __init__(self, path: Path | str) -> None:
        self.told: list[dict[str, str]] = []
        """What each datagram said, by variable."""
        self.env = {"NOTIFY_SOCKET": str(path)}
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path).replace("@", "\0", 1))
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
            last.sendto(b"", self._socket.getsockname())

        self._thread.join()
        self._socket.close()

    def count(self, variable: str) -> int:
        """How many datagrams said something of this."""
        return sum(variable in one for one in self.told)

    def wait(self, variable: str, count: int = 1, seconds: float = 30) -> dict[str, str]:
        """The datagram that spoke of this for the `count`th time."""
        until(lambda: self.count(variable) >= count, seconds)
        return [one for one in self.told if variable in one][count - 1]

    @property
    def status(self) -> str:
        """The line that `systemctl status` would show."""
        return next((one["STATUS"] for one in reversed(self.told) if "STATUS" in one), "")

    def _listen(self) -> None:
        while said := self._socket.recv(4096).decode():
            self.told.append(dict(line.split("=", 1) for line in said.splitlines()))
