"""Views and the one who reads them, for tests of texts."""

from collections.abc import Iterable
from datetime import UTC
from pathlib import Path

from coven_watchdog.cli.page import Line, plain
from coven_watchdog.cli.text.words import Here
from coven_watchdog.decide.words import Place
from coven_watchdog.report.incidents import IncidentDetail, incident_shown
from coven_watchdog.report.status import Status, status_of
from coven_watchdog.report.times import moment
from coven_watchdog.report.views import Hush
from coven_watchdog.settings import Channel, Home, Secret, Settings
from coven_watchdog.store import StoreReader
from report.filled import NOW, fill
from store.builders import HOME

HERE = Here(moment(NOW), UTC, "/home/ada")
SETTINGS = Settings(homes=(Home(path=HOME, name="devbox"),), channels=(Channel(name="desk", url=Secret("desktop://")),))


def picture(directory: Path, *, running: bool, empty: bool = False) -> Status:
    """The status of the filled store, or of an empty one."""
    path = directory / "watchdog.sqlite3" if empty else fill(directory)
    with StoreReader(path) as rows:
        return status_of(rows, SETTINGS, "/home/ada/c.toml", NOW, lambda _: running)


def detail(directory: Path, name: str) -> IncidentDetail:
    """Everything about one incident of the filled store."""
    with StoreReader(fill(directory)) as rows:
        return incident_shown(rows, rows.incident(name), Place("devbox", None, HOME, "/home/ada"), Hush((), NOW)).incident


def text(lines: Iterable[Line]) -> str:
    """Lines as they are printed into a pipe."""
    return "\n".join(plain(one) for one in lines)
