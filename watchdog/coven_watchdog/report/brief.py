"""The store's rows in, what `status --brief` says out: that nobody watches, or the worst that is open and nobody has in hand."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from coven_watchdog.model.incidents import Incident
from coven_watchdog.model.looks import WatchdogLook
from coven_watchdog.model.telling import Silence
from coven_watchdog.model.words import Severity
from coven_watchdog.report.times import moment
from coven_watchdog.report.views import Hush, IncidentView, View, incident_view


class Brief(View, frozen=True, kw_only=True):
    """`seen_at` is set when nobody watches: the last sign of a service, None when there was none. `more`: how many besides `worst`."""

    watched: bool
    seen_at: datetime | None
    worst: IncidentView | None
    more: int


class Rows(Protocol):
    """What is read of the store: `store.StoreReader` has it."""

    def watchdog(self) -> WatchdogLook | None:
        """The service as it last described itself."""
        ...

    def incidents(self, *, open_only: bool = False) -> tuple[Incident, ...]:
        """Incidents, the latest change first."""
        ...

    def silences(self, now: int) -> tuple[Silence, ...]:
        """What is silenced."""
        ...


def brief_of(rows: Rows, now: int, alive: Callable[[WatchdogLook], bool]) -> Brief:
    """What is worth a line at `now` (wall µs): warnings and worse that are neither acknowledged nor silenced."""
    service = rows.watchdog()
    watched = service is not None and alive(service)
    hush = Hush(rows.silences(now), now)
    found = _worst_first([one for one in rows.incidents(open_only=True) if _speaks(one, hush)])
    return Brief(
        watched=watched,
        seen_at=moment(service.seen_at) if service and not watched else None,
        worst=incident_view(found[0], hush) if found else None,
        more=max(0, len(found) - 1),
    )


def _speaks(one: Incident, hush: Hush) -> bool:
    return one.severity in {Severity.WARNING, Severity.CRITICAL} and not hush.acknowledged(one) and not hush.over(one)


def _worst_first(incidents: Sequence[Incident]) -> list[Incident]:
    return sorted(incidents, key=lambda one: (-one.severity.rank, one.opened_at))
