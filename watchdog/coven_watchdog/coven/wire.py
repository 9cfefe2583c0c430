"""Bodies of Coven's answers come in; facts go out, or `NotContractError`. Only this file and `health` know a JSON key of Coven.

Keys that are not needed are skipped, unknown statuses and kinds are kept, optional parts that older daemons lack are None
(contract: the socket API; shapes seen on 0.4.6). Every text is hostile: what is only ever shown becomes short, visible and free
of secrets here; ids, paths and titles, which must stay what they are, are cut where nothing real is that long.
"""

from contextlib import suppress
from dataclasses import dataclass

import msgspec

from coven_watchdog.coven.decoding import Count, Decoder, Integer, Time, wall, wall_of, words
from coven_watchdog.errors import NotContractError
from coven_watchdog.model.facts import SessionRow

API_VERSION = "coven.daemon.v1"
_OF_DAEMON = "daemon-session-"
_ID = 257
"""One more than an id may have: one that was cut is none."""
_PATH, _TITLE = 4097, 1024
_CURSOR = 2048
_NONE = msgspec.Raw(b"null")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the session listing; `next_cursor` None: the last one. `unread`: rows of a shape that is not known, left out."""

    rows: tuple[SessionRow, ...]
    next_cursor: str | None
    unread: int = 0


@dataclass(frozen=True, slots=True)
class EventsPage:
    """How many events a page had, the sequence number of its last, whether more follow, and when (wall µs) its last said exit.

    `dropped`: how many pieces of output are missing among them, by their own word.
    """

    count: int
    last_seq: int | None
    has_more: bool
    exit_at: int | None = None
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class CovenFault:
    """Coven's own words for an error. `code` is one of its flat snake_case words, or ""."""

    code: str
    message: str


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
    # Only whether there is one is asked: it is what a launch by `/adopted-sessions` leaves (seen on 0.4.6).
    execution_binding: msgspec.Raw = _NONE


class _Page(msgspec.Struct, frozen=True, gc=False):
    sessions: list[_Row]
    next_cursor: str | None = None


class _LoosePage(msgspec.Struct, frozen=True, gc=False):
    sessions: list[msgspec.Raw]
    next_cursor: str | None = None


class _Event(msgspec.Struct, frozen=True, gc=False):
    seq: Count
    kind: str | None = None
    created_at: str | None = None
    payload: msgspec.Raw = msgspec.field(name="payload_json", default=_NONE)


class _Events(msgspec.Struct, frozen=True, gc=False):
    events: list[_Event]
    more: bool | None = msgspec.field(name="hasMore", default=None)


class _Truncated(msgspec.Struct, frozen=True, gc=False):
    dropped: Count = msgspec.field(name="droppedEvents", default=1)


class _Fault(msgspec.Struct, frozen=True, gc=False):
    code: str | None = None
    message: str | None = None


class _Refusal(msgspec.Struct, frozen=True, gc=False):
    error: _Fault | str | None = None
    reason: str | None = None


class _Participant(msgspec.Struct, frozen=True, gc=False):
    id: str


_listing: Decoder[_Page | list[_Row]] = Decoder(_Page | list[_Row])
_loose: Decoder[_LoosePage | list[msgspec.Raw]] = Decoder(_LoosePage | list[msgspec.Raw])
_row: Decoder[_Row] = Decoder(_Row)
_events: Decoder[_Events] = Decoder(_Events)
_payload: Decoder[str] = Decoder(str)
_truncated: Decoder[_Truncated] = Decoder(_Truncated)
_refusal: Decoder[_Refusal] = Decoder(_Refusal)
_participant: Decoder[_Participant] = Decoder(_Participant)


def decode_page(body: bytes) -> Page:
    """The answer of `GET /sessions`: the paged object, or the bare array that older daemons send whatever the limit.

    Raises:
        NotContractError: not JSON, or neither of the two, or not one row of a known shape, or a cursor that no request could carry.
    """
    try:
        listing = _listing(body)
    except NotContractError:
        return _salvaged(body)

    if isinstance(listing, list):
        return Page(tuple(map(_session_row, listing)), None)

    return Page(tuple(map(_session_row, listing.sessions)), _cursor(listing.next_cursor))


def _salvaged(body: bytes) -> Page:
    """One by one, the rows that can be read.

    Raises:
        NotContractError: none can, or it is no listing at all.
    """
    listing = _loose(body)
    raws = listing if isinstance(listing, list) else listing.sessions
    rows: list[SessionRow] = []
    for raw in raws:
        with suppress(NotContractError):
            rows.append(decode_session(bytes(raw)))

    if raws and not rows:
        message = "no row of the session list has a known shape"
        raise NotContractError(message)

    return Page(tuple(rows), None if isinstance(listing, list) else _cursor(listing.next_cursor), len(raws) - len(rows))


def _cursor(text: str | None) -> str | None:
    """Where the next page begins; an empty one is the end.

    Raises:
        NotContractError: no request could carry it.
    """
    if len(text or "") > _CURSOR:
        message = "the answer has a cursor that is too long"
        raise NotContractError(message)

    return text or None


def decode_session(body: bytes) -> SessionRow:
    """The answer of `GET /sessions/:id`.

    Raises:
        NotContractError: not JSON, or no session record.
    """
    return _session_row(_row(body))


def decode_events(body: bytes) -> EventsPage:
    """The answer of `GET /events?sessionId=…`; of what they say, only whether the last was the exit, and what was dropped.

    Raises:
        NotContractError: not JSON, or no page of events.
    """
    page = _events(body)
    if not page.events:
        return EventsPage(0, None, bool(page.more))

    last, over = page.events[-1], not page.more and page.events[-1].kind == "exit"
    exit_at = wall_of(last.created_at or "") if over else None
    dropped = sum(_dropped(event) for event in page.events if event.kind == "output_truncated")
    # The echo of an input gets lost at times, which Coven counts as output (seen on 0.4.6).
    echoes = sum(1 for event in page.events if event.kind == "input")
    return EventsPage(len(page.events), last.seq, bool(page.more), exit_at, max(0, dropped - echoes))


def _dropped(event: _Event) -> int:
    """One piece at least, whatever shape its word has: a text that holds JSON."""
    with suppress(NotContractError):
        return max(1, _truncated(_payload(bytes(event.payload)).encode("utf-8", "replace")).dropped)

    return 1


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
        words(row.harness),
        (row.title or "")[:_TITLE],
        words(row.status),
        row.exit_code,
        wall(row.created_at),
        wall(row.updated_at),
        row.archived_at is not None,
        bool(row.external),
        (row.conversation_id or "")[:_ID],
        row.execution_binding != _NONE,
    )
