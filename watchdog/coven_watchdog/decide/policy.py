"""Who hears of it: steps in, a plan for one transaction out. Every decision carries its `Reason` or `Suppression`. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from coven_watchdog.decide.grouping import Telling, place
from coven_watchdog.decide.suppression import Question, withheld
from coven_watchdog.model.incidents import Incident, Step
from coven_watchdog.model.telling import Lane, Member, Notification, Plan, Told, World
from coven_watchdog.model.time import Instant
from coven_watchdog.model.words import Form, Found, IncidentState, NotificationState, Reason, Suppression, Transition
from coven_watchdog.settings import Channel, Settings

_FOUND = {Found.LIVE: Reason.FIRST, Found.CATCH_UP: Reason.CATCH_UP, Found.BASELINE: Reason.BASELINE}
_REASONS: Mapping[Transition, Reason] = {
    Transition.CHANGED: Reason.CHANGED,
    Transition.REOPENED: Reason.CHANGED,
    Transition.CALMED: Reason.CHANGED,
    Transition.REMINDED: Reason.REMINDER,
    Transition.BECAME_UNSTABLE: Reason.UNSTABLE,
    Transition.RESOLVED: Reason.RESOLVED,
    Transition.WITHDRAWN: Reason.RESOLVED,
}
_OPENED_AGAIN = frozenset({Transition.REOPENED, Transition.BECAME_UNSTABLE})
_FOLLOWS = frozenset({Transition.CHANGED, Transition.REMINDED})
_NOTHING = Told()


def plan(steps: tuple[Step, ...], world: World, settings: Settings, now: Instant) -> Plan:
    """Decide what each channel is told about these steps, and about what may be told again since they happened.

    Args:
        steps: what changed, in order.
        world: what the store knows, read inside the transaction that will hold the plan.
        settings: channels, grouping.
        now: the moment of the decision.

    Returns:
        everything the transaction writes; the same world gives the same plan.
    """
    draft = _Draft(world, settings, now)
    for step in steps:
        draft.take(step)

    for incident in draft.held():
        draft.tell(Step(incident, Transition.OPENED, now), only_withheld=True)

    return draft.plan()


@dataclass(slots=True)
class _Draft:
    """One run of `plan`."""

    world: World
    settings: Settings
    now: Instant
    incidents: dict[str, Incident] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    tellings: dict[str, list[Telling]] = field(default_factory=dict)
    rows: list[Notification] = field(default_factory=list)
    replaced: list[tuple[str, str]] = field(default_factory=list)
    refreshed: dict[str, Incident] = field(default_factory=dict)

    def take(self, step: Step) -> None:
        """One step: the incident as stored may have been acknowledged meanwhile, or not be any more."""
        incident = step.incident
        before = self.incidents.get(incident.id) or self.world.incidents.get(incident.id)
        if before is not None:
            ack = incident.ack if step.transition in _OPENED_AGAIN else before.ack
            step = replace(step, incident=replace(incident, ack=ack, tellings=max(incident.tellings, before.tellings)))

        self.steps.append(step)
        self.incidents[step.incident.id] = step.incident
        if step.transition is Transition.LEARNED:
            self.refreshed[step.incident.id] = step.incident
        else:
            self.tell(step)

    def held(self) -> list[Incident]:
        """Open states that were withheld for a reason which may be over now."""
        changed = {step.incident.id for step in self.steps}
        return [one for one in self.open_now() if one.form is Form.STATE and one.id not in changed]

    def open_now(self) -> tuple[Incident, ...]:
        """Every open incident of the homes in question, after these steps."""
        known = {incident.id: incident for incident in self.world.open_incidents} | self.incidents
        return tuple(incident for incident in known.values() if incident.state is IncidentState.OPEN)

    def tell(self, step: Step, *, only_withheld: bool = False) -> None:
        """Ask each channel in turn; the number of the telling is the same on all of them."""
        verdicts = [
            (channel, *verdict)
            for channel in self.settings.channels
            if (verdict := self._verdict(step, channel, only_withheld=only_withheld)) is not None
        ]
        if not verdicts:
            return

        incident = replace(step.incident, tellings=step.incident.tellings + 1)
        self.incidents[incident.id] = incident
        self.steps = [replace(one, incident=incident) if one.incident.id == incident.id else one for one in self.steps]
        for channel, reason, suppression in verdicts:
            if suppression is None:
                self.tellings.setdefault(channel.name, []).append(Telling(incident, reason))
            else:
                self.rows.append(self._withheld_row(incident, channel, reason, suppression))

    def _verdict(self, step: Step, channel: Channel, *, only_withheld: bool) -> tuple[Reason, Suppression | None] | None:
        """What this channel is told of this step: a reason, a reason with why it is withheld, or nothing to say at all."""
        told = self.world.told.get((step.incident.id, channel.name), _NOTHING)
        if only_withheld:
            return self._told_after_all(step, channel, told)

        if step.incident.resolved_at is not None:
            return self._over(step, channel, told)

        reason = _reason(step, told)
        suppression = withheld(self._question(step, reason, channel, heard=told.first is not None))
        if suppression is None and reason in {Reason.CHANGED, Reason.REMINDER} and self._untried(told):
            self.refreshed[step.incident.id] = step.incident
            return None

        return _once(reason, suppression, told)

    def _told_after_all(self, step: Step, channel: Channel, told: Told) -> tuple[Reason, Suppression | None] | None:
        """It was withheld here and nothing was told since: the reason may be over."""
        if told.first is not None or not told.withheld:
            return None

        return (Reason.FIRST, None) if withheld(self._question(step, Reason.FIRST, channel)) is None else None

    def _question(self, step: Step, reason: Reason, channel: Channel, *, heard: bool = False) -> Question:
        before, silences = self.world.open_incidents, self.world.silences
        return Question(step, reason, channel, self.open_now(), before, silences, self.now, heard)

    def _over(self, step: Step, channel: Channel, told: Told) -> tuple[Reason, Suppression | None] | None:
        """A recovery is told to who was told of the trouble; who was not yet told hears of both at once."""
        if step.incident.unstable:
            return _once(Reason.RESOLVED, Suppression.UNSTABLE, told)

        if told.first is None:
            return None

        if not self._untried(told):
            return Reason.RESOLVED, None if self.settings.alerts.send_resolved else Suppression.RESOLVED_OFF

        if told.first.group:
            self.refreshed[step.incident.id] = step.incident
            return None

        self.replaced.append((told.first.id, channel.name))
        return Reason.LATE, None

    def _untried(self, told: Told) -> bool:
        """The first word is still waiting in the outbox: it will tell the truth of the moment it goes out."""
        return told.first is not None and told.first.state is NotificationState.QUEUED and not told.tried

    def _withheld_row(self, incident: Incident, channel: Channel, reason: Reason, suppression: Suppression) -> Notification:
        return Notification(
            id=f"{incident.id}.{incident.tellings}",
            channel=channel.name,
            incident=incident.id,
            reason=reason,
            state=NotificationState.WITHHELD,
            fact_at=incident.fact_at,
            committed_at=self.now.wall,
            due_at=self.now.wall,
            suppression=suppression,
        )

    def plan(self) -> Plan:
        """What the transaction writes."""
        members: list[Member] = [_own_member(row, self.incidents[row.incident]) for row in self.rows]
        for channel, tellings in self.tellings.items():
            lane = self.world.lanes.get(channel, Lane())
            placed = place(channel, tellings, lane, self.settings.alerts, self.now.wall)
            members += placed.members
            if placed.notification is not None:
                self.rows.append(placed.notification)

        return Plan(
            incidents=tuple(self.incidents.values()),
            steps=tuple(self.steps),
            notifications=tuple(self.rows),
            members=tuple(members),
            replaced=tuple(self.replaced),
            refreshed=tuple(self.refreshed.values()),
        )


def _once(reason: Reason, suppression: Suppression | None, told: Told) -> tuple[Reason, Suppression | None] | None:
    """What is not told is recorded once with its why: something that goes to and fro for days must not fill the disk."""
    return None if suppression in told.withheld else (reason, suppression)


def _own_member(row: Notification, incident: Incident) -> Member:
    return Member(row.id, row.channel, incident.id, row.reason, incident)


def _reason(step: Step, told: Told) -> Reason:
    """Why it is told; a channel that never heard of it hears the first word, whatever the step is."""
    first = _FOUND[step.incident.found]
    follows = step.transition in _FOLLOWS or (step.transition is Transition.REOPENED and step.incident.unstable)
    return first if follows and told.first is None else _REASONS.get(step.transition, first)


def touched(steps: Iterable[Step]) -> tuple[str, ...]:
    """The ids of the incidents that a plan for these steps must know."""
    return tuple({step.incident.id: None for step in steps})
