"""What is known about messages."""

from dataclasses import replace

from coven_watchdog.model.telling import Message, Notification, Told
from coven_watchdog.model.words import NotificationState, Priority, Reason, Tone

ROW = Notification("a.1", "desk", "a", Reason.FIRST, NotificationState.QUEUED, 0, 0, 0)


def test_tried_is_handed_over_at_least_once() -> None:
    """Whatever became of it; nothing told is nothing tried."""
    assert not Told().tried
    assert not Told(first=ROW).tried
    assert Told(first=replace(ROW, attempts=1)).tried


def test_a_body_is_its_lines() -> None:
    """Joined as they will be read."""
    assert Message("t", ("one", "two"), Tone.INFO, Priority.LOW, "a.1").body == "one\ntwo"
