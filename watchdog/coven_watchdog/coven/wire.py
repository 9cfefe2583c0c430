"""Bodies of Coven's answers come in; facts go out, or `NotContractError`. The only place that knows a JSON key of Coven.

Keys that are not needed are skipped, unknown statuses and kinds are kept, optional parts that older daemons lack are None
(contract: the socket API; shapes seen on 0.4.6). Every text is hostile: what is only ever shown becomes short, visible and free
of secrets here; ids, paths and titles, which must stay what they are, are cut where nothing real is that long.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec

from coven_watchdog.coven.decoding import Count, Decoder, Integer, Pid, Time, wall
from coven_watchdog.decide.text import said
from coven_watchdog.errors import NotContractError
from coven_watchdog.model.facts import EventWriter, Health, SessionRow, Storage
from coven_watchdog.model.time import SECOND

API_VERSION = "coven.daemon.v1"
TESTED = frozenset({"0.4.6"})
"""The versions of Coven whose internals (locks, log, environments, how it starts harnesses) were tried."""
_OF_DAEMON = "daemon-session-"
_READ, _SHOWN = 1024, 200
_ID = 257
"""One more than an id may have: one that was cut is none."""
_PATH, _TITLE = 4097, 1024
_CURSOR = 2048


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the session listing; `next_cursor` None: the last one."""

    rows: tuple[SessionRow, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class EventsPage:
    """How many events a page had, the sequence number of its last, and whether more follow."""

    count: int
    last_seq: int | None
    has_more: bool


@dataclass(frozen=True, slots=True)
class CovenFault:
    """Coven's own words for an error. `code` is one of its flat snake_case words, or ""."""

    code: str
    message: str


class _Daemon(msgspec.Struct, frozen=True, gc=False):
    pid: Pid | None = None
    started_at: str | None = msgspec.field(name="startedAt", default=None)
    socket: str | None = None


class _Writer(msgspec.Struct, frozen=True, gc=False):
    state: str | None = None
    dropped: Count | None = msgspec.field(name="droppedOutputEvents", default=None)
    committed: Count | None = msgspec.field(name="committedEvents", default=None)
    last_error: str | None = msgspec.field(name="lastError", default=None)


class _Storage(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    status: str | None = None
    database_bytes: Count | None = None
    wal_bytes: Count | None = None
    free_disk_bytes: Count | None = None
    maintenance_blocked: bool | None = None
    last_maintenance_error: str | None = None
    prune_age_seconds: Count | None = None


class _Head(msgspec.Struct, frozen=True, rename="camel"):
    ok: bool
    api_version: str
    coven_version: str | None = None


class _Health(_Head, frozen=True, rename="camel"):
    capabilities: dict[str, Any] | None = None
    daemon: _Daemon | None = None
    event_writer: _Writer | None = None
    storage: _Storage | None = None


class _Row(msgspec.Struct, frozen=True, gc=False):
    id: str
    status: str
    created_at: Time
    updated_at: Time
    project_root: str | None = None
    harness: str | None = None
    title: str | None = None
    exit_code: Integer | None = None
    archived_at: str | None = None
    external: bool | None = None
    conversation_id: str | None = None


class _Page(msgspec.Struct, frozen=True, gc=False):
    sessions: list[_Row]
    next_cursor: str | None = None


class _Event(msgspec.Struct, frozen=True, gc=False):
    seq: Count


class _Events(msgspec.Struct, frozen=True, gc=False):
    events: list[_Event]
    more: bool | None = msgspec.field(name="hasMore", default=None)


class _Fault(msgspec.Struct, frozen=True, gc=False):
    code: str | None = None
    message: str | None = None


class _Refusal(msgspec.Struct, frozen=True, gc=False):
    error: _Fault | str | None = None
    reason: str | None = None


class _Participant(msgspec.Struct, frozen=True, gc=False):
    id: str


_health: Decoder[_Health] = Decoder(_Health)
_head: Decoder[_Head] = Decoder(_Head)
_listing: Decoder[_Page | list[_Row]] = Decoder(_Page | list[_Row])
_row: Decoder[_Row] = Decoder(_Row)
_events: Decoder[_Events] = Decoder(_Events)
_refusal: Decoder[_Refusal] = Decoder(_Refusal)
_participant: Decoder[_Participant] = Decoder(_Participant)


def decode_health(body: bytes) -> Health:
    """The answer of `GET /health`. Of another API version only the version is read: its other parts may look different.

    Raises:
        NotContractError: not JSON, or not the shape of this API version.
    """
    try:
        health = _health(body)
    except NotContractError:
        head = _head(body)
        if head.api_version == API_VERSION:
            raise

        return Health(head.ok, _words(head.api_version), _words(head.coven_version), tested=head.coven_version in TESTED)

    daemon = health.daemon or _Daemon()
    return Health(
        ok=health.ok,
        api_version=_words(health.api_version),
        coven_version=_words(health.coven_version),
        capabilities=_capabilities(health.capabilities or {}),
        pid=daemon.pid,
        started_at=_words(daemon.started_at),
        socket=_words(daemon.socket),
        event_writer=_event_writer(health.event_writer),
        storage=_storage(health.storage),
        tested=health.coven_version in TESTED,
    )


def decode_page(body: bytes) -> Page:
    """The answer of `GET /sessions`: the paged object, or the bare array that older daemons send whatever the limit.

    Raises:
        NotContractError: not JSON, or neither of the two, or with a cursor that no request could carry.
    """
    listing = _listing(body)
    if isinstance(listing, list):
        return Page(tuple(map(_session_row, listing)), None)

    if len(listing.next_cursor or "") > _CURSOR:
        message = "the answer has a cursor that is too long"
        raise NotContractError(message)

    return Page(tuple(map(_session_row, listing.sessions)), listing.next_cursor or None)


def decode_session(body: bytes) -> SessionRow:
    """The answer of `GET /sessions/:id`.

    Raises:
        NotContractError: not JSON, or no session record.
    """
    return _session_row(_row(body))


def decode_events(body: bytes) -> EventsPage:
    """The answer of `GET /events?sessionId=…`; what the events say is not read.

    Raises:
        NotContractError: not JSON, or no page of events.
    """
    page = _events(body)
    return EventsPage(len(page.events), page.events[-1].seq if page.events else None, bool(page.more))


def decode_error(body: bytes) -> CovenFault:
    """The body of an error status: `{"error": {"code", "message"}}`, or the `reason` of a rejected action.

    Raises:
        NotContractError: not JSON, or none of these.
    """
    refusal = _refusal(body)
    if isinstance(refusal.error, _Fault):
        return CovenFault(refusal.error.code or "", refusal.error.message or "")

    return CovenFault("", refusal.error or refusal.reason or "")


def decode_participant(text: bytes) -> str:
    """The session that `COVEN_MAINTENANCE_PARTICIPANT` names, "" when it names none (a `coven run` has an id of its own there).

    Raises:
        NotContractError: not JSON, or no id in it.
    """
    name = _participant(text).id
    return name.removeprefix(_OF_DAEMON) if name.startswith(_OF_DAEMON) else ""


def _session_row(row: _Row) -> SessionRow:
    """Positional on purpose: a listing may have ten thousand of them."""
    return SessionRow(
        row.id[:_ID],
        (row.project_root or "")[:_PATH],
        _words(row.harness),
        (row.title or "")[:_TITLE],
        _words(row.status),
        row.exit_code,
        wall(row.created_at),
        wall(row.updated_at),
        row.archived_at is not None,
        bool(row.external),
        (row.conversation_id or "")[:_ID],
    )


def _words(text: str | None) -> str:
    """What is only shown, never looked for: one visible line without secrets."""
    return _said((text or "")[:_READ])


@lru_cache(1024)
def _said(text: str) -> str:
    """Ten thousand rows have few different words."""
    return said(text, _SHOWN)


def _event_writer(writer: _Writer | None) -> EventWriter | None:
    """Of an absent writer nothing is known."""
    if writer is None:
        return None

    return EventWriter(_words(writer.state), writer.dropped or 0, writer.committed or 0, _words(writer.last_error))


def _storage(storage: _Storage | None) -> Storage | None:
    """Of an absent storage nothing is known."""
    if storage is None:
        return None

    return Storage(
        _words(storage.status),
        storage.database_bytes or 0,
        storage.wal_bytes or 0,
        storage.free_disk_bytes,
        bool(storage.maintenance_blocked),
        _words(storage.last_maintenance_error),
        None if storage.prune_age_seconds is None else storage.prune_age_seconds * SECOND,
    )


def _capabilities(found: Mapping[str, Any]) -> dict[str, bool | str | tuple[str, ...]]:
    """Flags, words and lists of words; a capability of a shape that is not known yet is left out."""
    known: dict[str, bool | str | tuple[str, ...]] = {}
    for name, value in found.items():
        if isinstance(value, bool | str):
            known[name] = value
        elif isinstance(value, list) and all(isinstance(part, str) for part in value):
            known[name] = tuple(value)

    return known
