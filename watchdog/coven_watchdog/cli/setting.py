"""The general options in; what a command works with out: settings, who reads, where."""

import socket
from collections.abc import Sequence

from coven_watchdog import clock
from coven_watchdog.cli.output import Output
from coven_watchdog.cli.terms import Terms
from coven_watchdog.cli.text.words import Here
from coven_watchdog.config import Loaded, load
from coven_watchdog.coven.paths import default_home
from coven_watchdog.decide.words import Place
from coven_watchdog.report.times import moment
from coven_watchdog.settings import Settings


def loaded(terms: Terms, *, homes: Sequence[str] = (), resolve_urls: bool = False) -> Loaded:
    """The configuration; -v tells which. Commands that only look need no channel's URL, and ask no courier for those in Apprise files.

    Raises:
        ConfigError: it cannot be used.
    """
    if resolve_urls:
        from coven_watchdog.deliver.expanding import load_expanded  # noqa: PLC0415 - most commands need no couriers

        found = load_expanded(terms.config, terms.env, homes=homes)
    else:
        found = load(terms.config, terms.env, homes=homes, resolve_urls=False)

    terms.patterns[:] = found.settings.privacy.patterns
    output = Output(terms)
    output.detail(f"configuration: {found.path}{'' if found.exists else ' (does not exist: defaults)'}")
    for warning in found.warnings:
        output.detail(f"warning: {warning}")

    return found


def here(terms: Terms) -> Here:
    """Who reads, now."""
    return Here(moment(clock.now().wall), home=terms.env.get("HOME", ""))


def place(terms: Terms, settings: Settings) -> Place:
    """This machine, for texts and suggested commands."""
    host = settings.name or socket.gethostname().partition(".")[0]
    return Place(host, None, str(default_home(terms.env)), terms.env.get("HOME", ""))
