"""The simulated daemon's life: locks, ledger, socket, record, then requests until a signal, in the order seen on 0.4.6.

Requests come in on the socket and are answered in a thread each; the accept loop looks every 25 ms, like Coven's.
"""

import contextlib
import os
import socket
import threading

from coven_watchdog.simulated.api import Api, route_of
from coven_watchdog.simulated.faults import Faults, respond
from coven_watchdog.simulated.home import HomeFiles
from coven_watchdog.simulated.ledger import Ledger
from coven_watchdog.simulated.sessions import Sessions
from coven_watchdog.simulated.wire import MalformedError, Reply, Request, read_request

_ACCEPT_PAUSE = 0.025
_PATIENCE = 60
_STORE_PHASES = ("daemon-store-begin", "store-connection-opened", "store-initialize-end", "daemon-store-end")


class Daemon:
    """One simulated daemon.

    Args:
        files: its home.
        started_at: what it calls its start.
    """

    def __init__(self, files: HomeFiles, started_at: str) -> None:
        self.ledger = Ledger(files.ledger)
        self.sessions = Sessions(self.ledger)
        self.faults = Faults()
        self.seen: list[Request] = []
        """Every request that was understood, in the order of arrival."""
        self.stopping = threading.Event()
        self.spinning = False
        """Live-lock: burn CPU and accept nobody."""
        self._files = files
        self._started_at = started_at
        self._api = Api(files, self.ledger, self.sessions, started_at)
        self._listener = socket.socket(socket.AF_UNIX)

    def open(self) -> None:
        """Open the store, listen, publish.

        Raises:
            HomeTakenError: another daemon serves this home.
            sqlite3.DatabaseError: the ledger is garbage; the log ends at `store-connection-opened`, as with Coven.
        """
        self._files.hold_serve_lock()
        self._checkpoint(*_STORE_PHASES[:2])
        self.ledger.open(self._started_at)
        self._checkpoint(*_STORE_PHASES[2:])
        self.listen()
        self._checkpoint("status-publication-begin")
        self._files.publish_record(self._started_at)
        self._checkpoint("status-publication-end")
        self._files.log(f"daemon starting pid={os.getpid()} socket={self._files.socket}")
        self.ledger.anchor()
        self._files.hold_scheduler_lock()

    def listen(self) -> None:
        """Make the socket, also again after `refuse`."""
        self._listener.close()
        self._listener = self._files.publish_socket()

    def refuse(self) -> None:
        """Stop listening and leave the socket file: connecting is refused."""
        self._listener.close()

    def run(self) -> None:
        """Accept until told to stop, then stop cleanly: refuse, end the sessions, remove the files."""
        while not self.stopping.is_set():
            if not self.spinning and not self._accept():
                self.stopping.wait(_ACCEPT_PAUSE)

        self.refuse()
        self.sessions.stop()
        self._files.withdraw()

    def _accept(self) -> bool:
        """Take one waiting client, if there is one."""
        try:
            connection, _ = self._listener.accept()
        except OSError:  # nobody waits, or `refuse` closed it
            return False

        connection.settimeout(_PATIENCE)
        threading.Thread(target=self._serve, args=(connection,), daemon=True).start()
        return True

    def _serve(self, connection: socket.socket) -> None:
        """Answer one request, or misbehave. A client that hangs up is no error."""
        with connection, contextlib.suppress(OSError):
            if (reset := self.faults.take("any", reset=True)) is not None:
                respond(connection, Reply(200, None), reset)
                return

            try:
                request = read_request(connection)
            except MalformedError as error:
                self._files.log(f"unix connection error: {error}")
                return

            self.seen.append(request)
            fault = self.faults.take(route_of(request))
            respond(connection, self._api.answer(request), fault)

    def _checkpoint(self, *phases: str) -> None:
        for phase in phases:
            self._files.log(f"startup_checkpoint phase={phase} elapsed_ms=0 prior_observer_ms=0 interval_us=0")
