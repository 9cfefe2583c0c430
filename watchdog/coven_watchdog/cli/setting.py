"""The general options in; what a command works with out: settings, database, who reads, what time it is."""

import socket
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from coven_watchdog import clock
from coven_watchdog.cli.terms import Terms
from coven_watchdog.cli.text.words import Here
from coven_watchdog.config import Loaded, load, state_directory
from coven_watchdog.coven.paths import default_home
from coven_watchdog.decide.words import Place
from coven_watchdog.model.looks import WatchdogLook
from coven_watchdog.report.status import service_alive
from coven_watchdog.report.times import moment
from coven_watchdog.settings import Settings
from coven_watchdog.store import FILE_NAME, StoreReader


def loaded(terms: Terms, *, homes: Sequence[str] = (), resolve_urls: bool = False) -> Loaded:
    """The configuration. Commands that only look need no channel's URL.

    Raises:
        ConfigError: it cannot be used.
    """
    return load(terms.config, terms.env, homes=homes, resolve_urls=resolve_urls)


def database(terms: Terms) -> Path:
    """The watchdog's own database, whether it exists or not.

    Raises:
        UsageError: $COVEN_WATCHDOG_STATE_DIR is a relative path.
    """
    return state_directory(terms.env) / FILE_NAME


def here(terms: Terms) -> Here:
    """Who reads, now."""
    return Here(moment(clock.now().wall), home=terms.env.get("HOME", ""))


def place(terms: Terms, settings: Settings) -> Place:
    """This machine, for texts and suggested commands."""
    host = settings.name or socket.gethostname().partition(".")[0]
    return Place(host, None, str(default_home(terms.env)), terms.env.get("HOME", ""))


def alive(look: WatchdogLook) -> bool:
    """Whether the service that wrote this look still runs."""
    return partial(service_alive, boot=clock.boot_id())(look)


def running_service(rows: StoreReader) -> WatchdogLook | None:
    """The service, if one runs on this database."""
    service = rows.watchdog()
    return service if service is not None and alive(service) else None
