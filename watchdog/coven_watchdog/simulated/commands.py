"""Commands on standard input, one JSON object a line: `{"do": "misbehave", "name": "hang", "left": 3}`; one reply line each.

A reply is `{"ok": true, "result": …}` or `{"ok": false, "error": …}`; the first line, `{"ok": true, "result": "listening"}`,
comes unasked. None of this is on the socket, so it works while the daemon hangs, spins or refuses.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TextIO

from coven_watchdog.simulated.daemon import Daemon
from coven_watchdog.simulated.faults import FAULT_NAMES, Fault


class Commands:
    """Obeys commands for one daemon.

    Args:
        daemon: who obeys.
    """

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self._known: Mapping[str, Callable[..., Any]] = {
            "misbehave": self._misbehave,
            "behave": self._behave,
            "refuse": daemon.refuse,
            "listen": daemon.listen,
            "spin": self._spin,
            "seen": self._seen,
            "pids": lambda: dict(daemon.sessions.pids),
            "seed": daemon.ledger.seed,
            "event": daemon.ledger.add_event,
            "archive": daemon.ledger.archive,
            "sacrifice": daemon.ledger.sacrifice,
            "fail_event_writer": self._fail_event_writer,
            "record_on_stop": self._record_on_stop,
        }

    def follow(self, lines: Iterable[str], replies: TextIO) -> None:
        """Obey until the input ends, which ends the daemon: it never outlives the one who commands it."""
        _say(replies, {"ok": True, "result": "listening"})
        for line in lines:
            _say(replies, self._obey(line))

        self._daemon.stopping.set()

    def _obey(self, line: str) -> Mapping[str, Any]:
        try:
            arguments = json.loads(line)
            return {"ok": True, "result": self._known[arguments.pop("do")](**arguments)}
        except (KeyError, TypeError, ValueError, AttributeError, sqlite3.Error, OSError) as error:
            return {"ok": False, "error": f"{type(error).__name__}: {error}"}

    def _misbehave(self, name: str, **details: Any) -> None:  # noqa: ANN401 - checked by the dataclass' signature
        if name not in FAULT_NAMES:
            message = f"{name!r} is none of {', '.join(FAULT_NAMES)}"
            raise ValueError(message)

        self._daemon.faults.put(Fault(name, **details))

    def _behave(self) -> None:
        self._daemon.faults.clear()
        self._daemon.spinning = False

    def _spin(self) -> None:
        self._daemon.spinning = True

    def _seen(self) -> list[Mapping[str, str]]:
        return [
            {"method": request.method, "target": request.target, "agent": request.headers.get("user-agent", "")}
            for request in tuple(self._daemon.seen)
        ]

    def _fail_event_writer(self) -> None:
        self._daemon.sessions.writer.failed = True

    def _record_on_stop(self) -> None:
        self._daemon.sessions.record_on_stop = True


def _say(replies: TextIO, reply: Mapping[str, Any]) -> None:
    replies.write(json.dumps(reply) + "\n")
    replies.flush()
