"""The store as `plan` sees it, in memory: plans in, worlds out. `test_policy` compares it with the real one, query by query."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from coven_watchdog.decide.bucket import REMEMBERED
from coven_watchdog.model.incidents import Incident
from coven_watchdog.model.telling import Lane, Member, Notification, Plan, Silence, Told, World
from coven_watchdog.model.time import DAY, HOUR
from coven_watchdog.model.words import IncidentState, NotificationState, Reason, Suppression
from coven_watchdog.store.world import HELD_AT_ONCE

_PASSING = frozenset({Suppression.QUIET_HOURS, Suppression.RATE_LIMITED})
ENDS = frozenset({Reason.RESOLVED, Reason.LATE})
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
        held = [one for one in self._held(homes, now) if one.id not in ids]
        pairs = ((one, channel) for one in (*known, *(one.id for one in held)) for channel in channels)
        over = {one.id for one in held}
        return World(
            incidents={one: self.incidents[one] for one in ids if one in self.incidents},
            open_incidents=tuple(sorted(still, key=lambda one: (one.opened_at, one.id))),
            told={pair: told for pair in pairs if (told := self._told(*pair, over=pair[0] in over)) != Told()},
            lanes={channel: self._lane(channel, now) for channel in channels},
            silences=tuple(silence for silence in self.silences if silence.until > now),
            held=tuple(held[:HELD_AT_ONCE]),
            more=len(held) > HELD_AT_ONCE,
            traffic={channel: self._traffic(channel, now) for channel in channels},
        )

    def write(self, plan: Plan) -> Plan:
        """Keep a whole plan."""
        for incident in plan.incidents:
            self._put(incident)

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

    def _put(self, incident: Incident) -> None:
        anew = incident.state is IncidentState.OPEN and self._ended(incident.id)
        if anew:
            self._go_on(incident.id)

        self.openings[incident.id] = self.openings.get(incident.id, 1) + anew
        self.incidents[incident.id] = incident

    def _go_on(self, name: str) -> None:
        """Where its end is owed, what was told belongs to the new opening too."""
        was = self.openings[name]
        channels = {channel for _, channel, about in self.members if about == name and self._owed(name, channel)}
        for spot, (member, opening) in self.members.items():
            if spot[1] in channels and (spot[2], opening) == (name, was):
                self.members[spot] = (member, was + 1)

    def _owed(self, incident: str, channel: str) -> bool:
        """Whether its end was held back by quiet hours, and not told since."""
        ends = [row for row, member in self._words(incident, channel) if member.role in ENDS]
        return any(row.suppression is Suppression.QUIET_HOURS for row in ends) and all(row.suppression for row in ends)

    def _told(self, incident: str, channel: str, *, over: bool) -> Told:
        if self._ended(incident) and not over and not self._owed(incident, channel):
            return Told()

        words = self._words(incident, channel)
        told = [(row, member) for row, member in words if row.state is not WITHHELD and member.role is not Reason.HIDDEN]
        hidden = [row for row, member in words if row.state is not WITHHELD and member.role is Reason.HIDDEN]
        last = told[-1][1].snapshot if told else None
        return Told(
            first=told[0][0] if told else None,
            last=told[-1][0] if told else None,
            withheld=frozenset(row.suppression for row, _ in words if row.suppression is not None),
            hidden=hidden[0] if hidden else None,
            heard=(last.severity, last.kind) if last else None,
            closed=any(member.role in ENDS for _, member in told),
            owed=self._held_end(words),
        )

    def _held_end(self, words: list[tuple[Notification, Member]]) -> bool:
        """Whether an end that quiet hours held back is the latest word."""
        spoken = [position for position, (row, _) in enumerate(words) if row.suppression is None]
        since = words[spoken[-1] + 1 :] if spoken else words
        return any(member.role in ENDS and row.suppression is Suppression.QUIET_HOURS for row, member in since)

    def _words(self, incident: str, channel: str) -> list[tuple[Notification, Member]]:
        """What was decided about this opening, in the order of its writing."""
        spoken = [
            (self.rows[row, where], member)
            for (row, where, about), (member, opening) in self.members.items()
            if (where, about) == (channel, incident) and opening == self.openings[about] and member.role is not Reason.DIGEST
        ]
        order = list(self.rows)
        return sorted(spoken, key=lambda word: order.index((word[0].id, word[0].channel)))

    def _held(self, homes: Collection[str], now: int) -> list[Incident]:
        """What is not open and was held back by what passes, with no word of it since."""
        order = list(self.rows)
        found = {
            row.incident
            for key, row in self.rows.items()
            if row.suppression in {Suppression.QUIET_HOURS, Suppression.RATE_LIMITED}
            and row.committed_at > now - DAY
            and not any(
                order.index(spot[:2]) > order.index(key) and self._settles(spot[:2])
                for spot, (member, _) in self.members.items()
                if spot[1:] == (row.channel, row.incident) and member.role is not Reason.DIGEST
            )
        }
        held = (self.incidents[one] for one in found)
        return sorted(
            (one for one in held if one.state is not IncidentState.OPEN and one.home in homes),
            key=lambda one: (one.opened_at, one.id),
        )

    def _settles(self, key: tuple[str, str]) -> bool:
        """Whether this row is a word, or says that there will be none."""
        row = self.rows[key]
        noted = self.incidents[row.incident].state is IncidentState.NOTED
        return row.state is not WITHHELD or (noted and row.suppression not in _PASSING)

    def _lane(self, channel: str, now: int) -> Lane:
        known = [row for row in self.rows.values() if row.channel == channel and row.committed_at <= now]
        recent = [row for row in known if row.committed_at >= now - HOUR and row.state is not WITHHELD]
        last = max(reversed(recent), key=lambda row: row.due_at, default=None)
        waiting = [row for row in known if row.due_at > now and row.group and self.untried((row.id, channel))]
        collecting = min(waiting, key=lambda row: row.due_at, default=None)
        waited = last is not None and last.group and last.due_at > last.committed_at
        return Lane(last.due_at if last else None, waited, collecting)

    def _traffic(self, channel: str, now: int) -> tuple[int, ...]:
        rows = (row for row in self.rows.values() if row.channel == channel and row.state is not WITHHELD)
        return tuple(sorted(row.committed_at for row in rows if now - REMEMBERED <= row.committed_at <= now))
