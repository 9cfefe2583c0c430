"""When a message goes out: the first at once, what follows within `group_wait` as one more, then one per `group_interval`. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from coven_watchdog.model.incidents import Incident
from coven_watchdog.model.telling import Lane, Member, Notification
from coven_watchdog.model.words import NotificationState, Reason, Severity
from coven_watchdog.settings import Alerts

_BEGINNINGS = frozenset({Reason.FIRST, Reason.CATCH_UP, Reason.BASELINE})


@dataclass(frozen=True, slots=True)
class Telling:
    """One incident to be told on one channel, with its number already given."""

    incident: Incident
    reason: Reason
    held_back: bool = False
    """Something of it was held back by the channel's rate before."""

    @property
    def token(self) -> str:
        """`<incident>.<n>`."""
        return f"{self.incident.id}.{self.incident.tellings}"


@dataclass(frozen=True, slots=True)
class Placed:
    """Where the tellings of one channel go: a new message, or members of one that is still collecting."""

    notification: Notification | None
    members: tuple[Member, ...]


def place(channel: str, tellings: Sequence[Telling], lane: Lane, alerts: Alerts, now: int, *, more: bool = False) -> Placed:
    """Put what is to be told on one channel at `now` (wall µs) into one message. `more`: it waits for what follows at once.

    What is critical, and what concerns the daemon, never waits longer than `group_wait`; the rest of a burst waits for its group.
    """
    urgent = any(_urgent(telling.incident) for telling in tellings)
    waiting = joined(lane, alerts, now, urgent=urgent)
    if waiting is not None:
        return Placed(None, _members(waiting.id, channel, tellings))

    due = max(_due(lane, alerts, now, urgent=urgent), now + alerts.group_wait if more else now)
    first = tellings[0]
    notification = Notification(
        id=first.token,
        channel=channel,
        incident=first.incident.id,
        reason=Reason.HELD_MORE if len(tellings) > 1 and all(map(_owed, tellings)) else first.reason,
        state=NotificationState.QUEUED,
        fact_at=min(_happened(telling) for telling in tellings),
        committed_at=now,
        due_at=due,
        group=due > now or len(tellings) > 1,
    )
    return Placed(notification, _members(notification.id, channel, tellings))


def joined(lane: Lane, alerts: Alerts, now: int, *, urgent: bool) -> Notification | None:
    """The message that is still collecting and that this would join; what is urgent does not wait for a late one."""
    waiting = lane.collecting
    return waiting if waiting is not None and (not urgent or waiting.due_at <= now + alerts.group_wait) else None


def joins(incident: Incident, lane: Lane, alerts: Alerts, now: int) -> bool:
    """Whether telling it takes no message of its own."""
    return joined(lane, alerts, now, urgent=_urgent(incident)) is not None


def _owed(telling: Telling) -> bool:
    """Whether it is told now because the channel could not take it then."""
    return telling.held_back and telling.reason in _BEGINNINGS


def _happened(telling: Telling) -> int:
    """Wall µs of what is told: the end of what is over, the change of what changed, else the beginning."""
    incident = telling.incident
    if incident.resolved_at is not None:
        return incident.resolved_at

    return incident.fact_at if telling.reason in _BEGINNINGS else incident.changed_at


def _urgent(incident: Incident) -> bool:
    return incident.severity is Severity.CRITICAL or incident.subject == "daemon"


def _due(lane: Lane, alerts: Alerts, now: int, *, urgent: bool) -> int:
    """At once, unless this channel had a message a moment ago. A clock that was set back delays nothing by more than the wait."""
    if lane.last_due is None:
        return now

    wait = alerts.group_interval if lane.last_was_group and not urgent else alerts.group_wait
    return min(max(now, lane.last_due + wait), now + wait)


def _members(notification: str, channel: str, tellings: Sequence[Telling]) -> tuple[Member, ...]:
    return tuple(
        Member(notification, channel, telling.incident.id, telling.reason, replace(telling.incident)) for telling in tellings
    )
