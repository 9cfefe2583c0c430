"""Test messages: channel names in, what became of them out; through the running service, or by couriers of our own."""

from collections.abc import Sequence

from coven_watchdog import clock
from coven_watchdog.cli.recorded import database
from coven_watchdog.cli.sending import awaited, sent_from_here
from coven_watchdog.cli.terms import Terms
from coven_watchdog.model.telling import Notification
from coven_watchdog.model.words import NotificationState, Reason
from coven_watchdog.report.notifications import NotifyTest
from coven_watchdog.settings import Channel, Settings
from coven_watchdog.store import Claim, request_test

_TEST = "test"


def by_service(terms: Terms, names: Sequence[str]) -> NotifyTest:
    """Ask the running service to send, and wait for its word.

    Raises:
        StoreError: its database cannot be written.
    """
    ids = request_test(database(terms), names, clock.now().wall)
    return NotifyTest(sent_by="service", channels=awaited(terms, tuple(zip(names, ids, strict=True))))


def from_shell(terms: Terms, settings: Settings, names: Sequence[str]) -> NotifyTest:
    """Send by couriers of this command's own; `settings` have the channels' URLs."""
    claims = [(channel, _claim(channel)) for channel in settings.channels if channel.name in names]
    return NotifyTest(sent_by="shell", channels=sent_from_here(terms, settings, claims))


def _claim(channel: Channel) -> Claim:
    """The row that the service would have written, in hand."""
    now = clock.now().wall
    row = Notification(
        id=_TEST,
        channel=channel.name,
        incident=_TEST,
        reason=Reason.TEST,
        state=NotificationState.QUEUED,
        fact_at=now,
        committed_at=now,
        due_at=now,
    )
    return Claim(row, (), (), by=_TEST)
