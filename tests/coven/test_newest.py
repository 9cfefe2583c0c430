"""Finding the newest event of a session by asking what comes after a number."""

import json
from bisect import bisect_right
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coven_watchdog.coven.newest import EventAfter, Newest, decode_event_after
from coven_watchdog.errors import NotContractError


def answer(events: Sequence[int], after: int) -> EventAfter:
    """What Coven says, of events with these numbers; each has its number for a time."""
    place = bisect_right(events, after)
    return EventAfter(events[place], events[place], more=place + 1 < len(events)) if place < len(events) else EventAfter()


def search(newest: Newest, events: Sequence[int]) -> int:
    """Ask until it is found; how often."""
    asked = 0
    newest.begin()
    while not newest.found:
        asked += 1
        assert asked < 100
        after = newest.after
        newest.told(after, answer(events, after))

    return asked


@given(st.lists(st.integers(1, 10**7), unique=True, max_size=50).map(sorted), st.integers(0, 50))
def test_the_newest_is_found(events: list[int], known: int) -> None:
    """From the start, or from where the last search ended; then one question tells that nothing is newer."""
    newest = Newest()
    search(newest, events[:known])
    search(newest, events)
    assert (newest.seq, newest.at) == ((events[-1], events[-1]) if events else (0, None))
    assert search(newest, events) == 1


def test_a_long_session_costs_few_questions() -> None:
    """A million events in some thirty questions, ten more in a handful; a page of them would hold megabytes."""
    newest = Newest()
    assert search(newest, range(1, 1_000_001)) < 40
    assert search(newest, range(1, 1_000_011)) < 8


def test_an_answer_against_the_question_ends_nothing_for_ever() -> None:
    """An event that is not after the number counts as none."""
    newest = Newest()
    newest.told(5, EventAfter(3, 3, more=True))
    assert (newest.seq, newest.found) == (0, False)


def test_decoding() -> None:
    """Number and time of the first; whether more follow."""
    event = {"seq": 7, "id": "x", "created_at": "1970-01-01T00:00:01.000000100Z", "kind": "output", "payload_json": "{}"}
    body = {"events": [event], "nextCursor": {"afterSeq": 7}, "hasMore": True}
    assert decode_event_after(json.dumps(body).encode()) == EventAfter(7, 1_000_000, more=True)
    assert decode_event_after(json.dumps(body | {"hasMore": None}).encode()) == EventAfter(7, 1_000_000)
    assert decode_event_after(json.dumps({"events": [event, event]}).encode()).more
    assert decode_event_after(b'{"events": [], "nextCursor": null, "hasMore": false}') == EventAfter()


@pytest.mark.parametrize("body", [b"", b"[]", b'{"events": [{}]}', b'{"events": [{"seq": -1, "created_at": "x"}]}'])
def test_what_is_no_page_of_events(body: bytes) -> None:
    """It is told as such."""
    with pytest.raises(NotContractError):
        decode_event_after(body)
