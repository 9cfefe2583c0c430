"""What Apprise is told to leave out; what that does to a message for two mailboxes is proved in `test_courier`."""

from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

import pytest
from apprise.plugins import base

from coven_watchdog.deliver.targets import Targets

NOTES: ContextVar[Any] = base._delivery_tracker


@pytest.fixture(autouse=True)
def _own_notes() -> Iterator[None]:
    """Other tests deliver in this process, too."""
    before = NOTES.set(set())
    yield
    NOTES.reset(before)


def noted(targets: Targets, parcel: str, url: str = "mailto://x") -> set[object]:
    """What Apprise would leave out of this parcel."""
    targets.take_up(parcel, url)
    found: set[object] = NOTES.get()
    return found


def test_who_has_a_parcel_is_left_out_of_its_next_try() -> None:
    """Apprise's notes about a parcel are there again when it is tried again."""
    targets = Targets()
    noted(targets, "k7fq.1").add("anna")
    assert noted(targets, "k7fq.1") == {"anna"}


def test_another_parcel_goes_to_everybody() -> None:
    """Another message, and the same one for an address that was edited."""
    targets = Targets()
    noted(targets, "k7fq.1").add("anna")
    assert noted(targets, "k7fq.2") == set()
    noted(targets, "k7fq.2").add("anna")
    assert noted(targets, "k7fq.2", "mailto://y") == set()


def test_what_all_have_may_be_sent_once_more() -> None:
    """After a success the same message is meant for all again."""
    targets = Targets()
    noted(targets, "k7fq.1").add("anna")
    targets.put_down()
    assert noted(targets, "k7fq.1") == set()
