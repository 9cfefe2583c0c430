"""The general options in; the watchdog's own database, and the service that writes it, out. Apart from `setting`, as `check` needs none of it."""

from pathlib import Path

from coven_watchdog import clock
from coven_watchdog.cli.output import Output
from coven_watchdog.cli.terms import Terms
from coven_watchdog.config import state_directory, there
from coven_watchdog.model.looks import WatchdogLook
from coven_watchdog.report.status import service_alive
from coven_watchdog.report.views import Hush
from coven_watchdog.store import FILE_NAME, StoreReader


def database(terms: Terms) -> Path:
    """The watchdog's own database, whether it exists or not; -v tells which.

    Raises:
        UsageError: $COVEN_WATCHDOG_STATE_DIR is a relative path.
    """
    path = state_directory(terms.env) / FILE_NAME
    Output(terms).detail(f"database: {path}{'' if there(path) else ' (does not exist)'}")
    return path


def alive(look: WatchdogLook) -> bool:
    """Whether the service that wrote this look still runs."""
    return service_alive(look, clock.boot_id())


def running_service(rows: StoreReader) -> WatchdogLook | None:
    """The service, if one runs on this database."""
    service = rows.watchdog()
    return service if service is not None and alive(service) else None


def hush(rows: StoreReader) -> Hush:
    """What is silenced now."""
    now = clock.now().wall
    return Hush(rows.silences(now), now)


def unserved(terms: Terms, rows: StoreReader) -> None:
    """Say that nobody acts on what was just written, when that is so."""
    if running_service(rows) is None:
        Output(terms).talk("No service runs: this counts as soon as one does. Start it: coven-watchdog service start", bad=True)
