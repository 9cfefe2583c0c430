"""Collectors: the sessions of the ledger, and the one that is asked for. What was said in them only where that was asked for."""

from collections.abc import Iterator
from typing import Any

from coven_watchdog.coven.contents import Event, Row, events_of, printed
from coven_watchdog.diagnose.bundle.case import BundleCase
from coven_watchdog.diagnose.bundle.piece import Piece, document, fitting, json_line, named
from coven_watchdog.errors import NotCollectedError
from coven_watchdog.model.words import Basis

AT_MOST = 20_000
_ROOM = 7 * 512 * 1024
_EVENTS = 2_000
_OUTPUT = 2 * 1024 * 1024
_LONGEST = 16 * 1024
_SOURCE = "the ledger's file"
_SAYS = frozenset({"output", "input"})


def sessions(case: BundleCase) -> Piece:
    """One line a session, the newest first."""
    if case.ledger is None:
        return _believed(case)

    rows = case.ledger.rows
    lines, gone = fitting((json_line(_shown(row, case)) for row in rows), _ROOM)
    older = gone + case.ledger.total - len(rows)
    return Piece(lines, _SOURCE, Basis.INTERNAL, rows, f"{older} older sessions" if older else "", newest_first=True)


def _believed(case: BundleCase) -> Piece:
    """Without the ledger: what the service saw of those that were live."""
    why = f"the ledger's file: {case.ledger_error.message}" if case.ledger_error else "there is no ledger"
    look = case.case.remembered
    if look is None or not (look.live or look.by_status):
        message = f"{why}, and no service has listed them"
        raise NotCollectedError(message)

    rows = [
        named({"id": row.id, "harness": row.harness, "status": row.status, "exit_code": row.exit_code}) for row in look.live
    ]
    lines = [json_line({"by_status": look.by_status, "listed_at": look.listed_at}), *map(json_line, rows)]
    return Piece(lines, "the watchdog's last look", Basis.CONTRACT, look.by_status, missing=(f"all but live sessions: {why}",))


def _shown(row: Row, case: BundleCase) -> dict[str, Any]:
    """A session without what only its owner should see."""
    shown = named(
        {
            "id": row.id,
            "harness": row.harness,
            "status": row.status,
            "exit_code": row.exit_code,
            "created_at": row.created_at,
            "updated_at": row.updated_at,
            "archived_at": row.archived_at,
            "external": row.external or None,
        }
    )
    # By kind: how many, how large together, first and last sequence number, when the last was recorded.
    events = {one.kind: [one.count, one.size, one.first, one.last, one.last_at] for one in row.events}
    return shown | {"events": events} | (dict(row.private) if case.wishes.titles else {})


def wanted(case: BundleCase) -> bool:
    """Whether the bundle is about a session."""
    return case.session is not None


def session(case: BundleCase) -> Piece:
    """The one that is asked for: its row, and each of its events by kind, number, time and size."""
    assert case.session is not None
    assert case.ledger is not None
    found = events_of(case.ledger, case.session.id, _EVENTS)
    told = {"session": _shown(case.session, case), "events": [_event(one) for one in found]}
    total = sum(one.count for one in case.session.events)
    return document(told, _SOURCE, Basis.INTERNAL, cut=f"{total - len(found)} older events" if total > len(found) else "")


def _event(event: Event) -> dict[str, Any]:
    shown = {"seq": event.seq, "kind": event.kind, "at": event.at, "size": event.size}
    return shown | ({"payload": event.payload} if event.payload else {})


def output_wanted(case: BundleCase) -> bool:
    """Whether it was asked for."""
    return case.session is not None and case.wishes.output


def output(case: BundleCase) -> Piece:
    """What the session printed, and what was typed: the newest."""
    assert case.session is not None
    assert case.ledger is not None
    found = [one for one in events_of(case.ledger, case.session.id, _EVENTS, payloads=True) if one.kind in _SAYS]
    text = [line for event in found for line in _lines(event)]
    newest, gone = fitting(reversed(text), _OUTPUT)
    return Piece(newest[::-1], _SOURCE, Basis.INTERNAL, cut=f"{gone} older lines" if gone else "")


def _lines(event: Event) -> Iterator[str]:
    yield f"--- {event.kind} {event.seq} {event.at}"
    for line in printed(event).splitlines():
        yield line if len(line) <= _LONGEST else f"{line[:_LONGEST].rpartition(' ')[0]} … [{len(line)} characters, cut]"
