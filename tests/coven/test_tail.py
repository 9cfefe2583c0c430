"""Finding the end of what a session printed, and its last lines."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coven_watchdog.coven.tail import OutputPage, Tail, decode_output, last_lines
from coven_watchdog.errors import NotContractError


def answer(events: list[int], after: int, limit: int) -> OutputPage:
    """What Coven says, of events with these numbers; each printed its own."""
    left = [number for number in events if number > after]
    page = left[:limit]
    return OutputPage(page[-1] if page else None, "".join(f"{one}\n" for one in page), 0, len(left) > limit)


def search(events: list[int]) -> tuple[Tail, int]:
    """Ask until it is over; how often."""
    tail, asked = Tail(), 0
    while not (tail.done or tail.lost):
        asked += 1
        tail.told(answer(events, *tail.request))

    return tail, asked


@given(st.lists(st.integers(1, 10**7), unique=True, max_size=300).map(sorted))
def test_the_last_events_are_found(events: list[int]) -> None:
    """Wherever they lie among those of other sessions; of a few, all of them."""
    tail, _ = search(events)
    assert tail.done
    printed = tail.text.split()
    assert printed[-1:] == [str(number) for number in events[-1:]]
    assert len(events) > 64 or printed == [str(number) for number in events]


def test_it_costs_few_questions() -> None:
    """One for a short session, some sixteen for a long one; the last lines are there."""
    assert search([*range(1, 65)])[1] == 1
    tail, asked = search([*range(1, 20_001)])
    assert asked <= 16
    assert tail.text.split()[-60:] == [str(number) for number in range(19_941, 20_001)]


def test_who_does_not_end_is_given_up() -> None:
    """Answers that are always more, and those against the question."""
    for page in (OutputPage(5, "x", more=True), OutputPage(10**9, "x", more=True)):
        tail, asked = Tail(), 0
        while not (tail.done or tail.lost):
            tail.told(page)
            asked += 1

        assert (tail.lost, asked <= 24) == (True, True)


def event(seq: int, kind: str, payload: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """One as Coven writes it."""
    return {"seq": seq, "id": "x", "kind": kind, "payload_json": json.dumps(payload), "created_at": "x"}


def test_decoding() -> None:
    """What was printed and what was dropped, but for one lost echo of each input; payloads of another shape say nothing."""
    events = [
        event(1, "output", {"data": "a"}),
        event(2, "output_truncated", {"droppedEvents": 3, "droppedBytes": 9}),
        event(3, "output", {"data": 7}),
        event(4, "output_truncated", {}),
        event(5, "input", {"data": "secret"}),
        event(6, "output", {"data": "b"}),
        {"seq": 7, "kind": "output"},
        event(9, "exit", {"exitCode": 1}),
    ]
    assert decode_output(json.dumps({"events": events, "hasMore": True}).encode()) == OutputPage(9, "ab", 2, more=True)
    assert decode_output(b'{"events": []}') == OutputPage()


@pytest.mark.parametrize("body", [b"", b"[]", b'{"events": [{}]}', b'{"events": [{"seq": -1}]}'])
def test_what_is_no_page_of_events(body: bytes) -> None:
    """It is told as such."""
    with pytest.raises(NotContractError):
        decode_output(body)


def test_the_last_lines() -> None:
    """Those that show something: without what a terminal obeys, and of a line that was written over what stood there last."""
    text = "one\r\n\x1b[31mtwo\x1b[0m\r\n10%\r50%\r100%\r\n\r\n   \nlast"
    assert last_lines(text, 3, ()) == ("two", "100%", "last")
    assert last_lines(text, 50, ()) == ("one", "two", "100%", "last")
    assert last_lines("", 5, ()) == ()
    assert len(last_lines("x" * 9999, 1, ())[0]) == 200


def test_the_last_lines_hold_no_secret() -> None:
    """Neither one that goes over lines, nor what the user's own patterns match, nor half of one where the text is cut."""
    key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj\n-----END PRIVATE KEY-----"
    assert "MIIEvQ" not in " ".join(last_lines(f"before\n{key}\nafter", 9, ()))
    assert "4711" not in " ".join(last_lines("card 4711\n", 9, ("[0-9]{4}",)))
    assert last_lines("s" * 70_000 + "\nend", 9, ()) == ("end",)
