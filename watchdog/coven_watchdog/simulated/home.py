"""The files of a COVEN_HOME, made in the order and with the modes of Coven 0.4.6 (seen); no byte of them is read back."""

import fcntl
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from socket import AF_UNIX
from socket import socket as Socket  # noqa: N812 - the class keeps its look beside the property of that name

from coven_watchdog.simulated import stamps

_BACKLOG = 128
_PRIVATE = 0o600


class HomeTakenError(Exception):
    """Another daemon holds this home's `daemon-serve.lock`."""


@dataclass(frozen=True, slots=True)
class HomeFiles:
    """The files of one home. `root` is the COVEN_HOME directory."""

    root: Path

    @property
    def socket(self) -> Path:
        """The API's socket."""
        return self.root / "coven.sock"

    @property
    def record(self) -> Path:
        """The daemon's self-description."""
        return self.root / "daemon.json"

    @property
    def ledger(self) -> Path:
        """The SQLite database."""
        return self.root / "coven.sqlite3"

    def prepare(self) -> None:
        """Make the directory, force it to 0700, and leave the lifecycle lock that `coven daemon start` creates."""
        self.root.mkdir(parents=True, exist_ok=True)
        self.root.chmod(0o700)
        os.close(self._open_lock("daemon.lock"))

    def hold_serve_lock(self) -> None:
        """Take the locks that prove a serving daemon, until this process ends.

        Raises:
            HomeTakenError: another daemon serves this home.
        """
        try:
            fcntl.flock(self._open_lock("daemon-serve.lock"), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = f"another Coven daemon is already serving this home (holds {self.root}/daemon-serve.lock)"
            raise HomeTakenError(message) from error

        fcntl.flock(self._open_lock("state.lock"), fcntl.LOCK_SH)

    def hold_scheduler_lock(self) -> None:
        """Take the lock of the automations scheduler, which starts last."""
        fcntl.flock(self._open_lock("automations-scheduler.lock"), fcntl.LOCK_EX)

    def publish_socket(self) -> Socket:
        """Listen. The socket is bound under a temporary name and linked into place, so it appears ready for use."""
        temporary = self.root / f".{secrets.token_hex(4)}"
        listener = Socket(AF_UNIX)
        listener.bind(str(temporary))
        temporary.chmod(_PRIVATE)
        listener.listen(_BACKLOG)
        listener.setblocking(False)  # noqa: FBT003 - the standard library's signature
        self.socket.unlink(missing_ok=True)
        os.link(temporary, self.socket)
        temporary.unlink()
        return listener

    def publish_record(self, started_at: str) -> None:
        """Write `daemon.json`: created, written, closed, then made private. A reader can see it empty, as with Coven."""
        record = {"pid": os.getpid(), "startedAt": started_at, "socket": str(self.socket)}
        self.record.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
        self.record.chmod(_PRIVATE)

    def withdraw(self) -> None:
        """What a clean stop removes. The socket stays when somebody deleted the record before (seen)."""
        if self.record.exists():
            self.record.unlink()
            self.socket.unlink(missing_ok=True)

    def log(self, message: str) -> None:
        """Append a line to `daemon-recovery.log`; write errors are ignored, as by Coven."""
        try:
            with (self.root / "daemon-recovery.log").open("a", encoding="utf-8") as log:
                log.write(f"[{stamps.now()}] {message}\n")
        except OSError:
            return

    def _open_lock(self, name: str) -> int:
        return os.open(self.root / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _PRIVATE)
