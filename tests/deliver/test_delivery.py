"""One message: its parcel, and where it stands after a receipt."""

from dataclasses import replace

import pytest

from coven_watchdog.deliver.delivery import outdated, parcel, plain_words, settlement, withheld
from coven_watchdog.deliver.parcel import Receipt
from coven_watchdog.model.telling import Message
from coven_watchdog.model.time import DAY, HOUR, MINUTE, SECOND, Instant
from coven_watchdog.model.words import AttemptOutcome, NotificationState, Priority, PriorityRule, Tone
from coven_watchdog.settings import Channel, Delivery, Duration, Secret
from deliver.letters import claimed

DESK = Channel(name="desk", url=Secret("desktop://"))
CHAT = Channel(name="chat", url=Secret("discord://id/token"))
NOON = 1_000 * DAY
DELIVERY = Delivery()


def at(wall: int) -> Instant:
    """A moment."""
    return Instant(wall=wall, awake=0)


def settled(
    outcome: AttemptOutcome, attempts: int = 1, after: int = 0, **receipt: float
) -> tuple[NotificationState, int | None]:
    """Where a message committed at noon stands, and how long after this try the next one comes (µs), with a middling draw."""
    now = NOON + after
    said = Receipt("k7fq.1", outcome, retry_after=receipt.get("retry_after", 0.0))
    result = settlement(claimed(attempts=attempts, committed_at=NOON), said, DELIVERY, at(now), 0.5)
    return result.state, None if result.next_attempt_at is None else result.next_attempt_at - now


def test_the_parcel() -> None:
    """It has the text made harmless for its service, the receipt of the newest message of its incident, and its deadline."""
    message = Message("@everyone *x*", ("<@1> a_b", "k k7fq.1"), Tone.FAILURE, Priority.URGENT, "k7fq.1")
    made = parcel(claimed(receipts=("new", "old")), message, CHAT, Delivery(timeout=Duration(3 * SECOND)))
    assert (made.id, made.url, made.timeout, made.replaces) == ("k7fq.1", "discord://id/token", 3.0, "new")
    assert "@everyone" not in made.title
    assert r"\*x\*" in made.title
    assert made.body.split("\n")[1] == "k k7fq.1"


@pytest.mark.parametrize("wanted", list(Priority))
def test_the_channels_priority(wanted: Priority) -> None:
    """A channel's own rule is in force whatever a message deserves; without one each gets its own."""
    message = Message("t", ("l",), Tone.FAILURE, Priority.URGENT, "k7fq.1")
    ruled = Channel(name="x", priority=PriorityRule(wanted.value))
    assert parcel(claimed(), message, ruled, DELIVERY).priority is wanted
    assert parcel(claimed(), replace(message, priority=wanted), Channel(name="x"), DELIVERY).priority is wanted


def test_a_channel_without_url() -> None:
    """It makes a parcel that Apprise will refuse, not a crash."""
    message = Message("t", ("l",), Tone.INFO, Priority.LOW, "k7fq.1")
    assert parcel(claimed(), message, Channel(name="x"), DELIVERY).url == ""


def test_plain_words() -> None:
    """When the text cannot be written, the message still says what it is about and where to read it."""
    message = plain_words(claimed(), KeyError("boom"))
    assert message.title == "coven-watchdog: daemon.crashed"
    assert message.lines[0] == "The text of this message could not be written (KeyError)."
    assert "incidents show k7fq" in message.lines[1]
    assert message.lines[-1] == message.token == "k7fq.1"


def test_plain_words_without_members() -> None:
    """A message about no incident is named by its reason."""
    assert plain_words(claimed(members=()), KeyError("boom")).title == "coven-watchdog: first"


@pytest.mark.parametrize(("age", "late"), [(15 * MINUTE, False), (15 * MINUTE + 1, True)])
def test_too_old_for_a_desktop(age: int, *, late: bool) -> None:
    """After fifteen minutes a desktop message is not shown; other channels get theirs whenever."""
    claim = claimed(committed_at=NOON)
    assert outdated(claim, DESK, at(NOON + age)) is late
    assert not outdated(claim, CHAT, at(NOON + age))
    assert withheld(at(NOON)).state is NotificationState.GIVEN_UP


def test_accepted_is_sent() -> None:
    """With the service's receipt, at the time it was accepted."""
    result = settlement(claimed(), Receipt("k7fq.1", AttemptOutcome.ACCEPTED, receipt="r"), DELIVERY, at(NOON), 0.5)
    assert (result.state, result.attempt.at, result.attempt.receipt) == (NotificationState.SENT, NOON, "r")


def test_permanent_has_failed() -> None:
    """It is not tried again."""
    assert settled(AttemptOutcome.PERMANENT) == (NotificationState.FAILED, None)


@pytest.mark.parametrize("outcome", [AttemptOutcome.TEMPORARY, AttemptOutcome.TIMED_OUT])
@pytest.mark.parametrize(
    ("attempts", "wait"), [(1, SECOND // 2), (2, SECOND), (3, 2 * SECOND), (7, 30 * SECOND), (99, 30 * SECOND)]
)
def test_backoff(outcome: AttemptOutcome, attempts: int, wait: int) -> None:
    """What may pass is tried again, later each time, up to a minute."""
    assert settled(outcome, attempts) == (NotificationState.QUEUED, wait)


@pytest.mark.parametrize(("asked", "wait"), [(7.0, 7 * SECOND), (0.1, SECOND // 2), (86400.0, HOUR)])
def test_a_wish_to_wait(asked: float, wait: int) -> None:
    """What the service asks for is granted, up to an hour."""
    assert settled(AttemptOutcome.TEMPORARY, retry_after=asked) == (NotificationState.QUEUED, wait)


def test_giving_up() -> None:
    """After a day of tries it is given up; a machine that slept for a day gives its messages a few tries first."""
    assert settled(AttemptOutcome.TEMPORARY, 9, DAY - MINUTE)[0] is NotificationState.QUEUED
    assert settled(AttemptOutcome.TEMPORARY, 9, DAY) == (NotificationState.GIVEN_UP, None)
    assert settled(AttemptOutcome.TEMPORARY, 1, 3 * DAY)[0] is NotificationState.QUEUED


def test_errors_are_redacted() -> None:
    """What looks like a secret is masked whatever URL it came from."""
    receipt = Receipt("k7fq.1", AttemptOutcome.PERMANENT, "bad token=abcdef123456")
    assert "abcdef123456" not in settlement(claimed(), receipt, DELIVERY, at(NOON), 0.5).attempt.error
