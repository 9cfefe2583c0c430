"""Messages of the store in, what `notify log` and `notify test` say of them out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from coven_watchdog.decide.route import Route
from coven_watchdog.decide.text import said
from coven_watchdog.model.looks import ChannelLook
from coven_watchdog.model.telling import Attempt, Notification
from coven_watchdog.model.words import AttemptOutcome, ChannelState, NotificationState, Reason, Suppression
from coven_watchdog.report.times import moment
from coven_watchdog.report.views import View

_LONGEST = 200


class AttemptView(View, frozen=True, kw_only=True):
    """One try to deliver a message."""

    at: datetime
    outcome: AttemptOutcome
    error: str | None


class NotificationView(View, frozen=True, kw_only=True):
    """One message on one channel: when the fact was seen, when it was committed, when the service accepted it."""

    id: str
    incident: str
    channel: str
    reason: Reason
    state: NotificationState
    suppression: Suppression | None
    fact_at: datetime
    committed_at: datetime
    sent_at: datetime | None
    attempts: tuple[AttemptView, ...]


class NotifyLog(View, frozen=True, kw_only=True):
    """What `notify log` shows, the newest first."""

    schema: str = "coven-watchdog.notify.log.v1"
    notifications: tuple[NotificationView, ...]


class RouteView(View, frozen=True, kw_only=True):
    """Whether one channel would be told, and why, or why not."""

    name: str
    told: bool
    because: str


class NotifyRoute(View, frozen=True, kw_only=True):
    """What `notify route` shows, in the order of the configuration."""

    schema: str = "coven-watchdog.notify.route.v1"
    channels: tuple[RouteView, ...]


class TriedView(View, frozen=True, kw_only=True):
    """One channel's test. `id` is None when no service had a part in it. `doubt`: why a success proves little."""

    channel: str
    id: str | None
    state: NotificationState
    error: str | None
    doubt: str | None = None


class NotifyTest(View, frozen=True, kw_only=True):
    """What `notify test` shows. `sent_by`: `service` or `shell`."""

    schema: str = "coven-watchdog.notify.test.v1"
    sent_by: str
    channels: tuple[TriedView, ...]


class Rows(Protocol):
    """What is read of the store: `store.StoreReader` has it."""

    def attempts(self, notification_id: str, channel: str) -> tuple[Attempt, ...]:
        """The tries of one message."""
        ...


def log_of(rows: Rows, messages: Sequence[Notification]) -> NotifyLog:
    """The log of these messages."""
    return NotifyLog(notifications=tuple(_message(rows, message) for message in messages))


def routed(routes: Sequence[Route], looks: Sequence[ChannelLook]) -> NotifyRoute:
    """Who would be told. `looks`: what is known of the channels; one that fails now is told, and may not hear."""
    troubles = {look.name: look.last_error or "no reason given" for look in looks if look.state == ChannelState.FAILING}
    return NotifyRoute(channels=tuple(_route(one, troubles) for one in routes))


def _route(route: Route, troubles: Mapping[str, str]) -> RouteView:
    fails = route.told and route.channel in troubles
    but = f"; but it does not deliver now: {troubles[route.channel]}" if fails else ""
    return RouteView(name=route.channel, told=route.told, because=f"{said(route.because, _LONGEST)}{but}")


def _message(rows: Rows, message: Notification) -> NotificationView:
    """One message with its tries."""
    attempts = rows.attempts(message.id, message.channel)
    return NotificationView(
        id=message.id,
        incident=message.incident,
        channel=message.channel,
        reason=message.reason,
        state=message.state,
        suppression=message.suppression,
        fact_at=moment(message.fact_at),
        committed_at=moment(message.committed_at),
        sent_at=moment(message.sent_at),
        attempts=tuple(AttemptView(at=moment(one.at), outcome=one.outcome, error=one.error or None) for one in attempts),
    )
