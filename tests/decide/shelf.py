"""The store as `plan` sees it, in memory: plans in, worlds out. `test_policy` compares it with the real one, query by query."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from coven_watchdog.model.incidents import Incident
from coven_watchdog.model.telling import Lane, Member, Notification, Plan, Silence, Told, World
from coven_watchdog.model.time import HOUR
from coven_watchdog.model.words import IncidentState, NotificationState, Reason, Suppression

QUEUED, SENT, WITHHELD = NotificationState.QUEUED, NotificationState.SENT, NotificationState.WITHHELD


@dataclass
class Shelf:
    """Incidents, messages and who stands in which. Rows keep the order of their writing."""

    incidents: dict[str, Incident] = field(default_factory=dict)
    openings: dict[str, int] = field(default_factory=dict)
    rows: dict[tuple[str, str], Notification] = field(default_factory=dict)
    members: dict[tuple[str, str, str], tuple[Member, int]] = field(default_factory=dict)
    silences: tuple[Silence, ...] = ()

    def world(self, ids: Collection[str], homes: Collection[str], channels: Collection[str], now: int) -> World:
        """What a transaction at `now` (wall µs) reads."""
        still = [one for one in self.incidents.values() if one.state is IncidentState.OPEN and one.home in homes]
        known = {*ids, *(one.id for one in still)}
        pairs = ((one, channel) for one in known for channel in channels)
        return World(
            incidents={one: self.incidents[one] for one in ids if one in self.incidents},
            open_incidents=tuple(sorted(still, key=lambda one: (one.opened_at, one.id))),
            told={pair: told for pair in pairs if (told := self._told(*pair)) != Told()},
            lanes={channel: self._lane(channel, now) for channel in channels},
            silences=tuple(silence for silence in self.silences if silence.until > now),
            sent_last_hour={channel: self._sent(channel, now) for channel in channels},
        )

    def write(self, plan: Plan) -> Plan:
        """Keep a whole plan."""
        for incident in plan.incidents:
            anew = incident.state is IncidentState.OPEN and self._ended(incident.id)
            self.openings[incident.id] = self.openings.get(incident.id, 1) + anew
            self.incidents[incident.id] = incident

        for key in plan.replaced:
            assert self.untried(key)
            self.rows[key] = replace(self.rows[key], state=WITHHELD, suppression=Suppression.RESOLVED_MEANWHILE)

        for row in plan.notifications:
            assert (row.id, row.channel) not in self.rows
            self.rows[row.id, row.channel] = row

        for member in plan.members:
            opening = self.openings[member.incident]
            self.members[member.notification, member.channel, member.incident] = (member, opening)

        for incident in plan.refreshed:
            opening = self.openings[incident.id]
            for spot, (member, which) in self.members.items():
                if (spot[2], which) == (incident.id, opening) and self.untried(spot[:2]):
                    self.members[spot] = (replace(member, snapshot=incident), opening)

        return plan

    def untried(self, key: tuple[str, str]) -> bool:
        """Whether a message waits and may still be changed."""
        return self.rows[key].state is QUEUED and not self.rows[key].attempts

    def attempt(self, now: int, *, accepted: bool | None) -> None:
        """Every service is offered what is due; it takes it, or not (or, with None, nobody offers anything)."""
        for key, row in self.rows.items():
            if accepted is not None and row.state is QUEUED and row.due_at <= now:
                sent = {"state": SENT, "sent_at": now} if accepted else {}
                self.rows[key] = replace(row, attempts=row.attempts + 1, **sent)  # type: ignore[arg-type]

    def _ended(self, name: str) -> bool:
        """Whether it is over, and what comes next is told anew; an unstable one is one story until it is calm."""
        incident = self.incidents.get(name)
        return incident is not None and incident.state is IncidentState.RESOLVED and not incident.unstable

    def _told(self, incident: str, channel: str) -> Told:
        if self._ended(incident):
            return Told()

        spoken = [
            self.rows[row, where]
            for (row, where, about), (member, opening) in self.members.items()
            if (where, about) == (channel, incident) and opening == self.openings[about] and member.role is not Reason.DIGEST
        ]
        order = list(self.rows)
        spoken.sort(key=lambda row: order.index((row.id, row.channel)))
        told = [row for row in spoken if row.state is not WITHHELD]
        withheld = [row.suppression for row in spoken if row.suppression is not None]
        return Told(told[0] if told else None, told[-1] if told else None, frozenset(withheld))

    def _lane(self, channel: str, now: int) -> Lane:
        known = [row for row in self.rows.values() if row.channel == channel and row.committed_at <= now]
        recent = [row for row in known if row.committed_at >= now - HOUR and row.state is not WITHHELD]
        last = max(reversed(recent), key=lambda row: row.due_at, default=None)
        waiting = [row for row in known if row.due_at > now and row.group and self.untried((row.id, channel))]
        collecting = min(waiting, key=lambda row: row.due_at, default=None)
        waited = last is not None and last.group and last.due_at > last.committed_at
        return Lane(last.due_at if last else None, waited, collecting)

    def _sent(self, channel: str, now: int) -> int:
        rows = (row for row in self.rows.values() if row.channel == channel and row.state is SENT)
        return sum(now - HOUR <= (row.sent_at or 0) <= now for row in rows)
