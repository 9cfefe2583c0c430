"""`python -m coven_watchdog.simulated serve --home DIR`: runs the simulated daemon until a signal or the end of its input."""

import argparse
import contextlib
import os
import signal
import sqlite3
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from coven_watchdog.simulated import stamps
from coven_watchdog.simulated.commands import Commands
from coven_watchdog.simulated.daemon import Daemon
from coven_watchdog.simulated.home import HomeFiles, HomeTakenError

_ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def main(arguments: Sequence[str]) -> int:
    """Parse the command line and serve; 1 when the home is taken or its ledger is garbage, as `coven daemon serve`."""
    options = _parser().parse_args(arguments)
    files = HomeFiles(options.home)
    files.prepare()
    _call_ourselves_coven()
    daemon = Daemon(files, options.managed_started_at)
    _stop_on_signals(daemon)
    try:
        daemon.open()
    except (HomeTakenError, sqlite3.Error) as error:
        sys.stderr.write(f"coven daemon: {error}\n")
        return 1

    if options.follow_input:
        threading.Thread(target=Commands(daemon).follow, args=(sys.stdin, sys.stdout), daemon=True).start()

    daemon.run()
    os._exit(0)  # closing the last connection to the ledger would remove the WAL, which Coven leaves


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m coven_watchdog.simulated", description="A simulated Coven daemon.")
    serving = parser.add_subparsers(required=True, metavar="COMMAND").add_parser("serve", help="serve one home")
    serving.add_argument("--home", type=Path, required=True, help="the COVEN_HOME directory; made when missing")
    serving.add_argument("--managed-started-at", default=stamps.now(), help="what daemon.json calls `startedAt`")
    serving.add_argument("--follow-input", action="store_true", help="take JSON commands on standard input, end with it")
    return parser


def _stop_on_signals(daemon: Daemon) -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        daemon.stopping.set()

    for number in _ENDING:
        signal.signal(number, stop)


def _call_ourselves_coven() -> None:
    """Processes are told apart by this name on Linux; elsewhere there is no such file."""
    with contextlib.suppress(OSError):
        Path("/proc/self/comm").write_text("coven", encoding="ascii")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
