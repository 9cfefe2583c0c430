"""The watchdog's own database comes in; what `doctor` needs of it goes out, or why it cannot be read. Needs no service."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from coven_watchdog.errors import StoreError
from coven_watchdog.model.incidents import Incident
from coven_watchdog.model.looks import HomeLook, WatchdogLook
from coven_watchdog.model.time import DAY
from coven_watchdog.model.words import IncidentState
from coven_watchdog.report.status import Status, service_alive, status_of
from coven_watchdog.settings import Settings
from coven_watchdog.store import StoreReader


@dataclass(frozen=True, slots=True)
class Records:
    """What was written down. `status` None: it could not be read, and `error` says why. `recent`: changed within a day."""

    path: Path
    exists: bool
    status: Status | None = None
    recent: tuple[Incident, ...] = ()
    looks: Mapping[str, HomeLook] = field(default_factory=dict)
    error: str = ""

    @property
    def running(self) -> bool:
        """A service runs on it."""
        return self.status is not None and self.status.watchdog.running

    def open(self, home: str) -> tuple[Incident, ...]:
        """Open incidents of a home; of the watchdog itself for ""."""
        return tuple(one for one in self.recent if one.home == home and one.state is IncidentState.OPEN)

    def of(self, home: str) -> tuple[Incident, ...]:
        """All of a home, the latest change first."""
        return tuple(one for one in self.recent if one.home == home)


def read_records(path: Path, settings: Settings, config: str, boot: str, now: int) -> Records:
    """Read it. Blocking. `config`: the configuration file's path; `boot`: this boot's name; `now`: wall µs."""

    def alive(look: WatchdogLook) -> bool:
        return service_alive(look, boot)

    exists = path.exists()
    try:
        with StoreReader(path) as rows:
            status = status_of(rows, settings, config, now, alive)
            return Records(path, exists, status, rows.incidents(since=now - DAY), dict(rows.looks()))
    except StoreError as error:
        return Records(path, exists, error=error.message)
