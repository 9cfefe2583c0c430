"""One message on its way: from its text to a parcel, and from the courier's receipt to where the message stands then. Pure."""

from dataclasses import dataclass

from coven_watchdog.decide.backoff import delay
from coven_watchdog.decide.text import harmless
from coven_watchdog.deliver.dialects import dialect
from coven_watchdog.deliver.parcel import Parcel, Receipt
from coven_watchdog.model.telling import Attempt, Message
from coven_watchdog.model.time import HOUR, MINUTE, SECOND, Instant
from coven_watchdog.model.words import AttemptOutcome, NotificationState, Priority, PriorityRule, Tone
from coven_watchdog.redact import redact
from coven_watchdog.settings import Channel, Delivery
from coven_watchdog.store import Claim

DESKTOP_AGE = 15 * MINUTE
"""What is older is not shown on a desktop any more: somebody who comes back wants to know what is, not what was."""
_TRIES_BEFORE_GIVING_UP = 5
"""A machine that slept for days tries its old messages a few times all the same."""
_LONGEST_WAIT = HOUR


@dataclass(frozen=True, slots=True)
class Settlement:
    """What is recorded of a try. `next_attempt_at` (wall µs) goes with QUEUED."""

    attempt: Attempt
    state: NotificationState
    next_attempt_at: int | None = None


def parcel(claim: Claim, message: Message, channel: Channel, delivery: Delivery) -> Parcel:
    """The message as the courier takes it, each line harmless for the service that will show it."""
    reads = dialect(channel.scheme)
    return Parcel(
        id=message.token,
        url=channel.url.reveal() if channel.url else "",
        title=harmless(message.title, reads),
        body="\n".join(harmless(line, reads) for line in message.lines),
        tone=message.tone,
        priority=message.priority if channel.priority is PriorityRule.AUTO else Priority(channel.priority.value),
        timeout=delivery.timeout.seconds,
        replaces=next(iter(claim.receipts), ""),
    )


def plain_words(claim: Claim, error: Exception) -> Message:
    """What is told when the text of a message cannot be written: a fault of ours must not swallow an alert."""
    row = claim.notification
    kinds = ", ".join(dict.fromkeys(member.snapshot.kind.value for member in claim.members))
    return Message(
        title=f"coven-watchdog: {kinds or row.reason.value}",
        lines=(
            f"The text of this message could not be written ({type(error).__name__}).",
            f"Read it here: coven-watchdog incidents show {row.incident}",
            row.id,
        ),
        tone=Tone.WARNING,
        priority=Priority.DEFAULT,
        token=row.id,
    )


def outdated(claim: Claim, channel: Channel, now: Instant) -> bool:
    """Whether it comes too late for this desktop."""
    return channel.local and now.wall - claim.notification.due_at > DESKTOP_AGE


def withheld(now: Instant) -> Settlement:
    """What is recorded for an outdated message."""
    attempt = Attempt(now.wall, AttemptOutcome.TEMPORARY, "too old for the desktop")
    return Settlement(attempt, NotificationState.GIVEN_UP)


def settlement(claim: Claim, receipt: Receipt, delivery: Delivery, now: Instant, draw: float) -> Settlement:
    """Where the message stands after this receipt: sent, failed for good, given up, or queued for another try."""
    attempt = Attempt(now.wall, receipt.outcome, redact(receipt.error), receipt.receipt)
    if receipt.outcome is AttemptOutcome.ACCEPTED:
        return Settlement(attempt, NotificationState.SENT)

    if receipt.outcome is AttemptOutcome.PERMANENT:
        return Settlement(attempt, NotificationState.FAILED)

    row = claim.notification
    asked = min(round(receipt.retry_after * SECOND), _LONGEST_WAIT)
    again = now.wall + max(delay(row.attempts, draw), asked)
    if row.attempts >= _TRIES_BEFORE_GIVING_UP and again - row.committed_at >= delivery.give_up_after:
        return Settlement(attempt, NotificationState.GIVEN_UP)

    return Settlement(attempt, NotificationState.QUEUED, again)
