"""The lines between daemon and courier."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coven_watchdog.deliver.parcel import ASK_DESKTOP, Listed, Listing, Parcel, Receipt, ask_url, asked_url
from coven_watchdog.model.words import AttemptOutcome, Priority, Tone


@given(st.text(), st.text(), st.sampled_from(Tone), st.sampled_from(Priority))
def test_a_parcel_survives_its_line(title: str, body: str, tone: Tone, priority: Priority) -> None:
    """What is read is what was written, on one line, whatever the texts hold."""
    parcel = Parcel("k7fq.1", "json://host", title, body, tone, priority, 20.0, "a/b/1")
    line = parcel.line()
    assert line.count(b"\n") == 1
    assert Parcel.read(line) == parcel


def test_a_receipt_survives_its_line() -> None:
    """So does a receipt."""
    receipt = Receipt("k7fq.1", AttemptOutcome.TIMED_OUT, "no answer", retry_after=2.5, unreachable=True)
    assert Receipt.of(json.loads(receipt.line())) == receipt


def test_a_question_is_no_parcel() -> None:
    """A question about a URL is told from a parcel and from the other question."""
    assert asked_url(ask_url("json://host")) == "json://host"
    assert asked_url(ASK_DESKTOP) is None
    assert asked_url(Parcel("a.1", "json://x", "", "", Tone.INFO, Priority.LOW, 1.0).line()) is None


def test_a_question_about_a_file() -> None:
    """It and its answer come through as they are; a parcel is no such question."""
    listing = Listing("a.yml", "urls:\n  - json://ä\n", ("x", "y, z"))
    assert Listing.read(listing.line()) == listing
    assert asked_url(listing.line()) is None
    assert Listing.read(ask_url("json://host")) is None
    assert Listing.read(Parcel("a.1", "json://x", "", "", Tone.INFO, Priority.LOW, 1.0).line()) is None
    answer = Listed(("json://h",), ("x",), 2, "a problem", ("a note",))
    assert Listed.of(json.loads(answer.line())) == answer


@pytest.mark.parametrize("fields", [{}, {"urls": 3, "tags": [], "notes": []}, {"urls": [], "tags": [], "notes": [], "more": 1}])
def test_no_listing(fields: dict[str, object]) -> None:
    """What is no answer is refused."""
    with pytest.raises((ValueError, KeyError, TypeError)):
        Listed.of(fields)


@pytest.mark.parametrize("line", [b"", b"[]", b"{}", b'{"id": "x", "tone": "loud", "priority": "low"}'])
def test_no_parcel(line: bytes) -> None:
    """What is no parcel is refused."""
    with pytest.raises((ValueError, KeyError, TypeError)):
        Parcel.read(line)


@pytest.mark.parametrize("fields", [{}, {"outcome": "lost"}, {"outcome": "accepted", "more": 1}])
def test_no_receipt(fields: dict[str, object]) -> None:
    """What is no receipt is refused."""
    with pytest.raises((ValueError, KeyError, TypeError)):
        Receipt.of(fields)


def test_a_parcel_hides_its_url() -> None:
    """A parcel in a log or a traceback does not show where it goes."""
    assert "secret" not in repr(Parcel("a.1", "json://secret", "", "", Tone.INFO, Priority.LOW, 1.0))


@pytest.mark.parametrize(("url", "local"), [("desktop://", True), ("DESKTOP://", True), ("json://desktop", False)])
def test_what_is_local(url: str, *, local: bool) -> None:
    """Only our own scheme stays on this machine."""
    assert Parcel("a.1", url, "", "", Tone.INFO, Priority.LOW, 1.0).local is local
