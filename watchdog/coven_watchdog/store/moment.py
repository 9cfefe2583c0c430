"""The moment of a transaction: awake times of another boot in, those of this one out."""

import sqlite3
from dataclasses import dataclass, replace

from coven_watchdog.model.incidents import Incident
from coven_watchdog.model.time import Instant
from coven_watchdog.store.codec import decode


@dataclass(frozen=True, slots=True)
class Moment:
    """When, and in which boot, something is read or written."""

    now: Instant
    boot: str


def in_this_boot(row: sqlite3.Row, moment: Moment) -> Incident:
    """The incident of a row with `doc` and `look_at`, its awake times those of this boot.

    What was due while we were away is due now; how long it has been open, the wall clock says.
    """
    incident = decode(row["doc"], Incident)
    if incident.boot in {"", moment.boot}:
        return incident

    now, due = moment.now, row["look_at"]
    opened = incident.reopenings[-1] if incident.reopenings else incident.opened_at
    return replace(
        incident,
        boot=moment.boot,
        next_look_at=None if due is None else now.awake + max(0, due - now.wall),
        opened_awake=now.awake - max(0, now.wall - opened),
    )
