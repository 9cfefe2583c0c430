"""The database in, whether anything in it asks for a closer look out: for prompts, which ask before each line that is typed.

It reads columns and makes no model values: loading what these take would cost ten times what the question does.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from coven_watchdog.errors import StoreError
from coven_watchdog.store.connection import connect_reading

_SERVICE = "SELECT doc ->> 'pid', doc ->> 'started', doc ->> 'boot' FROM watchdog_look"
_TROUBLES = "SELECT count(*) FROM incident WHERE state = 'open' AND severity IN ('warning', 'critical')"
_BUSY_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Glance:
    """How many incidents are open that are warnings or worse; and the service that last wrote itself down: pid, start, boot."""

    troubles: int
    pid: int
    started: int
    boot: str


def glance(path: Path) -> Glance | None:
    """Look at an existing database; None when it takes more than a glance to know."""
    try:
        with closing(connect_reading(path, busy_seconds=_BUSY_SECONDS)) as rows:
            service = rows.execute(_SERVICE).fetchone()
            troubles: int = rows.execute(_TROUBLES).fetchone()[0]
    except (StoreError, sqlite3.Error):
        return None

    return None if service is None else Glance(troubles, *service)
