"""The ledger's copy in memory comes in; its sessions, and what of each was recorded, go out: kinds, numbers and sizes, not what was said.

Tables and columns are an internal of Coven (seen on 0.4.6).
"""

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from coven_watchdog.coven.ledger import at_rest, opened
from coven_watchdog.coven.paths import HomePaths, translated
from coven_watchdog.decide.text import said

_LAPS = 20_000
_SHOWN = 200
_LONG = 1_000
_SESSIONS = "SELECT * FROM sessions ORDER BY created_at DESC, id DESC LIMIT ?"
_COUNT = "SELECT count(*) FROM sessions"
_EVENTS = """
    SELECT session_id, kind, count(*), sum(length(payload_json)), min(rowid), max(rowid), min(created_at), max(created_at)
    FROM events GROUP BY 1, 2"""
_OF_ONE = """
    SELECT rowid AS seq, kind, created_at, length(payload_json) AS size,
           CASE WHEN kind IN ('exit', 'kill', 'output_truncated') OR ? THEN substr(payload_json, 1, ?) ELSE '' END AS payload
    FROM events WHERE session_id = ? ORDER BY rowid DESC LIMIT ?"""
_PAYLOAD = 64 * 1024


@dataclass(frozen=True, slots=True)
class Recorded:
    """All events of one kind in one session: how many, how large (characters), first and last sequence number and time."""

    kind: str
    count: int
    size: int
    first: int
    last: int
    first_at: str
    last_at: str


@dataclass(frozen=True, slots=True)
class Row:
    """One session as it stands in the ledger; `private`: what only its owner should see (title, labels, project)."""

    id: str
    harness: str
    status: str
    exit_code: int | None
    created_at: str
    updated_at: str
    archived_at: str | None
    external: bool
    events: tuple[Recorded, ...] = ()
    private: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """One event; `payload` only of ends, and of all where that was asked for."""

    seq: int
    kind: str
    at: str
    size: int
    payload: str


@dataclass(frozen=True, slots=True)
class Contents:
    """Sessions, the newest first; `total`: how many there are; `size` of the ledger in bytes."""

    rows: tuple[Row, ...]
    total: int
    image: bytearray

    def named(self, prefix: str) -> tuple[Row, ...]:
        """Those whose id begins so."""
        return tuple(row for row in self.rows if row.id.startswith(prefix))


def contents(paths: HomePaths, at_most: int) -> Contents | None:
    """Read it, without a trace and without a lock; None when there is no ledger. Blocking: up to 64 MiB are read.

    Raises:
        NotContractError: it is no database, or is broken.
        UnclearError: too large, never at rest, or of another version.
        ForbiddenError, CovenError: the system does not let us read it, or cannot.
    """
    try:
        with translated(paths.ledger):
            paths.ledger.lstat()
            image = at_rest(paths)
    except FileNotFoundError:
        return None

    with opened(image, _LAPS) as database:
        database.row_factory = sqlite3.Row
        events = _events(database)
        rows = tuple(_row(row, events) for row in database.execute(_SESSIONS, (at_most,)))
        (total,) = database.execute(_COUNT).fetchone()

    return Contents(rows, total, image)


def events_of(found: Contents, session: str, at_most: int, *, payloads: bool = False) -> tuple[Event, ...]:
    """The last events of a session, the oldest first. `payloads`: also what was printed and typed, 64 KiB of each.

    Raises:
        NotContractError, UnclearError: as by `contents`.
    """
    with opened(found.image, _LAPS) as database:
        rows = database.execute(_OF_ONE, (payloads, _PAYLOAD, session, at_most)).fetchall()

    return tuple(Event(int(seq), _said(kind), _said(at), int(size or 0), str(text)) for seq, kind, at, size, text in rows[::-1])


class _Output(msgspec.Struct, frozen=True):
    data: str = ""


_output = msgspec.json.Decoder(_Output).decode


def printed(event: Event) -> str:
    """What an event of output or input says; the payload as it stands where it is not what we know, or was cut."""
    try:
        return _output(event.payload).data
    except (msgspec.MsgspecError, ValueError, RecursionError):
        # One that was cut ends between words, so that no part of a secret is left that nobody knows for one.
        return event.payload if len(event.payload) < _PAYLOAD else event.payload.rpartition(" ")[0]


def _events(database: sqlite3.Connection) -> Mapping[str, tuple[Recorded, ...]]:
    found: dict[str, list[Recorded]] = {}
    for session, kind, *numbers, first_at, last_at in database.execute(_EVENTS):
        count, size, first, last = (int(number or 0) for number in numbers)
        found.setdefault(str(session), []).append(
            Recorded(_said(kind), count, size, first, last, _said(first_at), _said(last_at))
        )

    return {session: tuple(sorted(kinds, key=lambda one: one.first)) for session, kinds in found.items()}


def _row(row: sqlite3.Row, events: Mapping[str, tuple[Recorded, ...]]) -> Row:
    code = row["exit_code"]
    return Row(
        id=_said(row["id"]),
        harness=_said(row["harness"]),
        status=_said(row["status"]),
        exit_code=code if isinstance(code, int) else None,
        created_at=_said(row["created_at"]),
        updated_at=_said(row["updated_at"]),
        archived_at=_said(row["archived_at"]) if row["archived_at"] else None,
        external=bool(row["external"]),
        events=events.get(str(row["id"]), ()),
        private=dict(_private(row)),
    )


def _private(row: sqlite3.Row) -> Iterator[tuple[str, str]]:
    """Columns that newer or older versions may lack."""
    for name in ("title", "labels", "project_root", "familiar_id"):
        if name in row.keys() and row[name]:  # noqa: SIM118 - a row's `in` looks at its values
            yield name, said(str(row[name]), _LONG)


def _said(value: object) -> str:
    text = str(value)
    return text if len(text) < _SHOWN and text.isascii() and text.isprintable() else said(text, _SHOWN)
