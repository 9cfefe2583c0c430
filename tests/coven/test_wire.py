"""Tests of `coven.wire`."""

import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coven_answers import BARE, HEAD, KNOWN, ROW, SEEN
from coven_watchdog.coven import wire
from coven_watchdog.coven.health import decode_health
from coven_watchdog.errors import NotContractError

DECODERS: tuple[Callable[[bytes], object], ...] = (
    decode_health,
    wire.decode_page,
    wire.decode_session,
    wire.decode_events,
    wire.decode_error,
    wire.decode_participant,
)


def body(value: object) -> bytes:
    """As JSON."""
    return json.dumps(value).encode()


def test_both_shapes_of_a_listing_are_read() -> None:
    """The page, and the bare array of older daemons."""
    assert wire.decode_page(body({"sessions": [ROW], "next_cursor": "abc"})) == wire.Page((KNOWN,), "abc")
    assert wire.decode_page(body({"sessions": [], "next_cursor": None})) == wire.Page((), None)
    assert wire.decode_page(body([ROW, ROW])) == wire.Page((KNOWN, KNOWN), None)


def test_an_empty_cursor_is_the_end() -> None:
    """Asking with it would begin again from the first page."""
    assert wire.decode_page(body({"sessions": [], "next_cursor": ""})).next_cursor is None


def test_a_row_needs_id_status_and_times_and_no_more() -> None:
    """Unknown statuses are kept, unknown keys are skipped."""
    row = wire.decode_session(body(BARE | {"status": "meditating", "new": [1, {"a": None}]}))
    assert (row.status, row.project_root, row.harness, row.title, row.conversation_id) == ("meditating", "", "", "", "")
    assert (row.exit_code, row.archived, row.external) == (None, False, False)
    for key in BARE:
        with pytest.raises(NotContractError):
            wire.decode_session(body({name: value for name, value in BARE.items() if name != key}))


def test_what_became_of_a_row_is_read() -> None:
    """Exit code, archive, owner, conversation."""
    ended = {"exit_code": -9, "archived_at": "2026-11-22T10:14:30Z", "external": True, "conversation_id": "c"}
    row = wire.decode_session(body(ROW | ended))
    assert (row.exit_code, row.archived, row.external, row.conversation_id) == (-9, True, True, "c")


def test_a_launch_that_was_promised_is_told_apart() -> None:
    """By what binds it, whatever that is; a null, and a Coven that knows no such thing, is none."""
    for binding, adopted in (({"contract": "c"}, True), ("odd", True), (None, False)):
        assert wire.decode_session(body(BARE | {"execution_binding": binding})).adopted is adopted

    assert wire.decode_session(body(BARE)).adopted is False


@pytest.mark.parametrize(
    "wrong",
    [
        {"exit_code": 2**63},
        {"exit_code": "0"},
        {"created_at": 5},
        {"created_at": "soon"},
        {"updated_at": "2026-11-22T10:14:30"},
        {"id": 7},
    ],
)
def test_a_wrong_row_is_left_out(wrong: dict[str, object]) -> None:
    """In both shapes of a listing the others are read, and it is counted; a listing of nothing else is not the contract."""
    rows = [ROW, ROW | wrong, ROW]
    assert wire.decode_page(body(rows)) == wire.Page((KNOWN, KNOWN), None, unread=1)
    assert wire.decode_page(body({"sessions": rows, "next_cursor": "c"})) == wire.Page((KNOWN, KNOWN), "c", unread=1)
    for nothing in ([ROW | wrong], [7], {"sessions": [ROW | wrong]}, {"sessions": 7}, {"sessions": rows, "next_cursor": 7}):
        with pytest.raises(NotContractError):
            wire.decode_page(body(nothing))


@pytest.mark.parametrize(
    ("last", "more", "at"),
    [
        ({"kind": "exit", "created_at": ROW["updated_at"]}, False, KNOWN.updated_at),
        ({"kind": "exit", "created_at": ROW["updated_at"]}, True, None),
        ({"kind": "output", "created_at": ROW["updated_at"]}, False, None),
        ({"kind": "exit", "created_at": "tomorrow"}, False, None),
        ({"kind": "exit"}, False, None),
    ],
)
def test_the_time_of_the_exit(last: dict[str, str], *, more: bool, at: int | None) -> None:
    """Of the last event of all, to the same µs as a row's times."""
    events = [{"seq": 4, "kind": "output"}, {"seq": 9, **last}]

    assert wire.decode_events(body({"events": events, "hasMore": more})).exit_at == at


def test_events_are_counted_and_not_read() -> None:
    """Their payload may be anything."""
    events = [{"seq": 4, "id": "a", "payload_json": "\u0000"}, {"seq": 9, "kind": None}]
    assert wire.decode_events(body({"events": events, "nextCursor": {"afterSeq": 9}, "hasMore": True})) == wire.EventsPage(
        2, 9, has_more=True
    )
    assert wire.decode_events(body({"events": [], "nextCursor": None, "hasMore": False})) == wire.EventsPage(
        0, None, has_more=False
    )


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ({"error": {"code": "internal_error", "message": "locked", "details": {}}}, ("internal_error", "locked")),
        ({"ok": False, "error": {"code": "forbidden", "message": "no"}}, ("forbidden", "no")),
        (
            {"ok": False, "accepted": False, "action": "x", "status": "rejected", "reason": "unknown action"},
            ("", "unknown action"),
        ),
        ({"error": "plain words"}, ("", "plain words")),
        ({"error": {}}, ("", "")),
        ({}, ("", "")),
    ],
)
def test_every_envelope_of_an_error_is_read(value: object, fault: tuple[str, str]) -> None:
    """The contract's two, and words alone."""
    assert wire.decode_error(body(value)) == wire.CovenFault(*fault)


def test_a_participant_names_a_session_of_the_daemon_only() -> None:
    """That of a `coven run` is an id of its own, not the session's."""
    assert wire.decode_participant(b'{"id":"daemon-session-abc","generation":"g"}') == "abc"
    assert wire.decode_participant(b'{"id":"session-abc"}') == ""


NUMBERS = st.integers() | st.floats() | st.sampled_from([10**4000, 2**63, -(2**63) - 1, 2**31, 1e308])
KEYS = (
    st.sampled_from(sorted({*ROW, *SEEN, "sessions", "events", "error", "seq", "reason", "pid", "state", "status"})) | st.text()
)
LEAVES = st.none() | st.booleans() | NUMBERS | st.text() | st.sampled_from(["2026-11-22T10:14:30Z", wire.API_VERSION])
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6), max_leaves=20
)


@given(st.binary())
def test_no_bytes_raise_anything_else(content: bytes) -> None:
    """Whatever arrives, it is a value or not the contract."""
    for decode in DECODERS:
        _tried(decode, content)


@given(VALUES, st.sampled_from([SEEN, ROW, {"sessions": [ROW]}, {"events": [{"seq": 1}]}, {"error": {"code": "x"}}]), KEYS)
def test_no_value_in_the_place_of_another_raises_anything_else(value: Any, good: dict[str, Any], key: str) -> None:  # noqa: ANN401
    """Alone, as an element, and under each key of a good answer."""
    for content in (value, [value], good | {key: value}, [good | {key: value}], *({**good, name: value} for name in good)):
        for decode in DECODERS:
            _tried(decode, json.dumps(content).encode())


@pytest.mark.parametrize("deep", [b"[" * 100_000 + b"]" * 100_000, b'{"a":' * 100_000 + b"1" + b"}" * 100_000])
def test_deep_nesting_raises_nothing_else(deep: bytes) -> None:
    """Under keys that are read, and under keys that are skipped."""
    for good in (HEAD | {"capabilities": 0}, HEAD | {"new": 0}, ROW | {"new": 0}, {"sessions": 0}):
        content = body(good).replace(b": 0", b": " + deep)
        for decode in DECODERS:
            _tried(decode, content)


def _tried(decode: Callable[[bytes], object], content: bytes) -> None:
    """Decode; every error but the one is let through."""
    with contextlib.suppress(NotContractError):
        decode(content)


SECRET = "ghp_" + "Ab12" * 9
NASTY = "\x1b[31mv\x1b]52;c;aGk=\x07 \u202e" + "\u200b".join(SECRET) + " \x9b\x00\n" + "x" * 1_000_000


def test_words_that_are_only_shown_are_harmless_from_the_start() -> None:
    """Versions, states and errors come in as one short visible line without secrets: nothing behind has to think of it."""
    storage = {"status": NASTY, "lastMaintenanceError": NASTY}
    writer = {"state": NASTY, "lastError": NASTY}
    daemon = {"pid": 1, "startedAt": NASTY, "socket": NASTY}
    health = decode_health(
        body(HEAD | {"apiVersion": NASTY, "covenVersion": NASTY, "daemon": daemon, "eventWriter": writer, "storage": storage})
    )
    stranger = decode_health(body({"ok": True, "apiVersion": NASTY, "covenVersion": NASTY, "daemon": 7}))
    assert health.event_writer is not None
    assert health.storage is not None
    row = wire.decode_session(body(ROW | {"harness": NASTY, "status": NASTY}))
    words = [
        *(health.api_version, health.coven_version, health.started_at, health.socket),
        *(health.event_writer.state, health.event_writer.last_error, health.storage.status, health.storage.last_error),
        *(stranger.api_version, stranger.coven_version, row.harness, row.status),
    ]
    assert {word[:17] for word in words} == {"v [redacted] xxxx"}
    assert all(word.isprintable() and len(word) <= 200 for word in words)


def test_what_must_stay_as_it_is_has_an_end() -> None:
    """Ids, paths and titles are not changed, but no row brings a megabyte along; an id that was cut is none any more."""
    huge = "x" * 1_000_000
    row = wire.decode_session(
        body(ROW | {"id": huge, "project_root": f"/{huge}", "title": f"a\nb{huge}", "conversation_id": huge})
    )
    assert (len(row.id), len(row.conversation_id)) == (257, 257)
    assert len(row.project_root) <= 4097
    assert len(row.title) <= 1024
    assert row.title.startswith("a\nb")
    nasty = wire.decode_session(body(ROW | {"id": "a\x1b;b", "project_root": "/a\n\x1b[1m"}))
    assert (nasty.id, nasty.project_root) == ("a\x1b;b", "/a\n\x1b[1m")


def test_a_cursor_that_no_request_could_carry_is_refused() -> None:
    """It would be a fault of the request, and ours."""
    assert wire.decode_page(body({"sessions": [], "next_cursor": "c" * 2000})).next_cursor == "c" * 2000
    with pytest.raises(NotContractError):
        wire.decode_page(body({"sessions": [], "next_cursor": "c" * 3000}))


def test_dropped_output_is_counted() -> None:
    """By the word of the events themselves; one whose word is not understood is one piece."""
    payloads: list[Any] = ['{"droppedEvents": 3}', "{}", '{"droppedEvents": "x"}', "no", None, 7, '{"droppedEvents": 0}']
    events = [{"seq": at, "kind": "output_truncated", "payload_json": payload} for at, payload in enumerate(payloads)]
    events.append({"seq": 99, "kind": "output", "payload_json": '{"droppedEvents": 1000}'})
    assert wire.decode_events(body({"events": events})).dropped == 3 + len(payloads) - 1
    echo = [{"seq": 1, "kind": "input"}, {"seq": 2, "kind": "output_truncated", "payload_json": '{"droppedEvents": 1}'}]
    assert wire.decode_events(body({"events": echo})).dropped == 0
