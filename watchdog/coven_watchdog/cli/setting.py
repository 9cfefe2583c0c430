"""The general options in; the settings and the database that a command works with, out."""

from collections.abc import Sequence
from pathlib import Path

from coven_watchdog.cli.terms import Terms
from coven_watchdog.config import Loaded, load, state_directory

DATABASE = "watchdog.sqlite3"


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
    return state_directory(terms.env) / DATABASE
