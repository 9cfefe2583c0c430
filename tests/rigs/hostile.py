"""A daemon that means harm: it holds a home as a Coven does, and answers with whatever bytes a test gives it.

`HostileCoven` starts it; the program itself is this file: `python hostile.py HOME ANSWERS`. `ANSWERS/<route>` is the body for
`health`, `sessions`, `session` and `events`; a first line `HTTP 500` in it is the status. They are read at each request.
"""

import fcntl
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from typing import Any


class HostileCoven:
    """One such daemon on a home of its own, as `rigs.program` wants it. `close` ends it and removes everything."""

    def __init__(self) -> None:
        self.base = Path(tempfile.mkdtemp(prefix="cw.", dir="/tmp"))  # short: a Unix socket's path has at most 107 bytes
        self.home = self.base / "h"
        self.home.mkdir(mode=0o700)
        self._answers = self.base / "answers"
        self._answers.mkdir()
        self._process: subprocess.Popen[bytes] | None = None

    def say(self, route: str, body: Any, status: int = 200) -> None:  # noqa: ANN401 - any JSON
        """Answer so from now on."""
        new = self._answers / f"{route}.new"
        new.write_bytes(f"HTTP {status}\n".encode() + json.dumps(body).encode())
        new.rename(self._answers / route)

    def start(self) -> None:
        """Serve, in place of what a former life left behind."""
        for name in ("coven.sock", "daemon.json"):
            (self.home / name).unlink(missing_ok=True)

        command = [sys.executable, __file__, str(self.home), str(self._answers)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"

    def kill(self) -> None:
        """Crash."""
        if self._process is not None:
            with self._process:
                self._process.kill()

            self._process = None

    def asked(self) -> set[str]:
        """Every request line so far."""
        file = self._answers / "asked"
        return set(file.read_text(encoding="ascii", errors="replace").splitlines()) if file.exists() else set()

    def close(self) -> None:
        """End it and leave nothing."""
        self.kill()
        rmtree(self.base)


def main(home: Path, answers: Path) -> None:
    """Serve until stdin ends, then leave everything as a crash does."""
    lock = os.open(home / "daemon-serve.lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(home / "coven.sock"))
    (home / "coven.sock").chmod(0o600)
    listener.listen(64)
    record = home / "daemon.json"
    record.touch(0o600)
    record.write_text(json.dumps({"pid": os.getpid(), "startedAt": "2026-01-01T00:00:00Z", "socket": str(home)}))
    threading.Thread(target=_serve, args=(listener, answers), daemon=True).start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()


def _serve(listener: socket.socket, answers: Path) -> None:
    while True:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.settimeout(10)
            connection.sendall(_answer(connection, answers))


def _answer(connection: socket.socket, answers: Path) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head and (more := connection.recv(65_536)):
        head += more

    request = head.split(b"\r\n")[0]
    with (answers / "asked").open("ab") as asked:
        asked.write(request + b"\n")

    route = request.split(b" ")[1].split(b"?")[0].removeprefix(b"/api/v1/").decode()
    file = answers / ("session" if route.startswith("sessions/") else route)
    first, _, content = (file.read_bytes() if file.exists() else b"HTTP 404\n{}").partition(b"\n")
    status = first.removeprefix(b"HTTP ") + b" Said"
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (status, len(content), content)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
