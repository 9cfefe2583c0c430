"""Who hears of it: steps in, a plan for one transaction out. Every decision carries its `Reason` or `Suppression`. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import tzinfo

from coven_watchdog.decide.by_hand import done_by_hand
from coven_watchdog.decide.changes import corrects, weight
from coven_watchdog.decide.grouping import Telling, place
from coven_watchdog.decide.listening import Listening
from coven_watchdog.decide.suppression import withheld
from coven_watchdog.model.incidents import Incident, Step
from coven_watchdog.model.telling import Lane, Member, Notification, Plan, Told, World
from coven_watchdog.model.time import Instant
from coven_watchdog.model.words import Form, Found, IncidentState, NotificationState, Reason, Severity, Suppression, Transition
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
_FOLLOWS = frozenset({Transition.CHANGED, Transition.REMINDED, Transition.CALMED})
_PASSES = frozenset({Suppression.QUIET_HOURS, Suppression.RATE_LIMITED})
"""What is no open state, and was withheld for one of these, is told when that is over."""
_NOTHING = Told()

Decision = tuple[Reason, Suppression | None]
"""Why it is told, and, if it is not, why not."""


def plan(steps: tuple[Step, ...], world: World, settings: Settings, now: Instant, zone: tzinfo | None = None) -> Plan:
    """Decide what each channel is told about these steps, and about what may be told again since they happened.

    Args:
        steps: what changed, in order; without any, only what was withheld is looked at again.
        world: what the store knows, read inside the transaction that will hold the plan.
        settings: channels, grouping, quiet hours.
        now: the moment of the decision.
        zone: of the quiet hours; None is the zone of the system.

    Returns:
        everything the transaction writes; the same world gives the same plan.
    """
    draft = _Draft(world, settings, now, Listening(world, settings, now, zone))
    for step in steps:
        draft.take(step)

    for incident in draft.open_states():
        draft.hide(incident)

    for incident in draft.held():
        draft.tell_after_all(incident)

    return draft.plan()


@dataclass(slots=True)
class _Draft:
    """One run of `plan`."""

    world: World
    settings: Settings
    now: Instant
    listening: Listening
    incidents: dict[str, Incident] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)
    """The ids of the incidents that steps were taken about."""
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

        self.changed.add(incident.id)
        self._note(step)
        if step.transition is Transition.LEARNED:
            self.refreshed[incident.id] = step.incident
        else:
            self._tell(step.incident, [(one, self._verdict(step, one)) for one in self.settings.channels])
            self._uncount(step)

    def hide(self, incident: Incident) -> None:
        """Somebody acknowledged or silenced it: that stands in its story, and of what is critical others hear, once."""
        for step in done_by_hand(incident, self.world.silences, self.now):
            self._note(replace(step, incident=self._latest(step.incident)))
            others = (channel for channel in self.settings.channels if not channel.local)
            self._tell(step.incident, [(channel, self._hidden(step, channel)) for channel in others])

    def tell_after_all(self, incident: Incident) -> None:
        """It was withheld for a reason that may be over."""
        step = Step(incident, Transition.OPENED, self.now)
        self._tell(incident, [(channel, self._after_all(step, channel)) for channel in self.settings.channels])

    def open_states(self) -> list[Incident]:
        """Every open state of the homes in question, after the steps."""
        known = {one.id: one for one in self.world.open_incidents} | self.incidents
        return [one for one in known.values() if one.state is IncidentState.OPEN and one.form is Form.STATE]

    def held(self) -> list[Incident]:
        """What no step was about, and may have been withheld: open states, and what passing reasons held back."""
        known = (*self.open_states(), *self.world.held)
        return [self._latest(one) for one in known if one.id not in self.changed]

    def _latest(self, incident: Incident) -> Incident:
        """As numbered by what was decided before."""
        before = self.incidents.get(incident.id, incident)
        return replace(incident, tellings=before.tellings) if incident.tellings != before.tellings else incident

    def _note(self, step: Step) -> None:
        self.steps.append(step)
        self.incidents[step.incident.id] = step.incident
        self.listening.note(step.incident)

    def _uncount(self, step: Step) -> None:
        """A reminder that nobody got is none."""
        incident = self.incidents[step.incident.id]
        reminded = any(told.incident.id == incident.id for tellings in self.tellings.values() for told in tellings[-1:])
        if step.transition is Transition.REMINDED and not reminded:
            self.incidents[incident.id] = replace(incident, reminders=incident.reminders - 1)

    def _tell(self, incident: Incident, decided: Iterable[tuple[Channel, Decision | None]]) -> None:
        """Put it where it was decided to go; the number of the telling is the same on all channels."""
        decisions = [(channel, *decision) for channel, decision in decided if decision is not None]
        if not decisions:
            return

        incident = replace(self._latest(incident), tellings=self._latest(incident).tellings + 1)
        self.incidents[incident.id] = incident
        for channel, reason, suppression in decisions:
            if suppression is None:
                held_back = Suppression.RATE_LIMITED in self._told(incident, channel).withheld
                self.tellings.setdefault(channel.name, []).append(Telling(incident, reason, held_back))
                self.listening.spoke(channel)
            else:
                self.rows.append(self._withheld_row(incident, channel, reason, suppression))

    def _told(self, incident: Incident, channel: Channel) -> Told:
        return self.world.told.get((incident.id, channel.name), _NOTHING)

    def _verdict(self, step: Step, channel: Channel) -> Decision | None:
        """What this channel is told of this step: a reason, a reason with why it is withheld, or nothing to say at all."""
        told = self._told(step.incident, channel)
        if step.incident.resolved_at is not None:
            return self._over(step, channel, told)

        reason = _reason(step, told)
        suppression = self._withheld(step, reason, channel, told)
        if suppression is None and reason in {Reason.CHANGED, Reason.REMINDER} and _untried(told.first):
            self.refreshed[step.incident.id] = step.incident
            return None

        return _once(reason, suppression, told)

    def _withheld(self, step: Step, reason: Reason, channel: Channel, told: Told) -> Suppression | None:
        """Why it is not told, and when that may be over."""
        question = self.listening.question(step, reason, channel, heard=told.first is not None)
        suppression = withheld(question)
        if suppression is not None and (step.incident.state is IncidentState.OPEN or suppression in _PASSES):
            self.listening.review(question, suppression)

        return suppression

    def _after_all(self, step: Step, channel: Channel) -> Decision | None:
        """Something was withheld here. Either nothing of it was told, or the last word is not the truth any more."""
        incident, told = step.incident, self._told(step.incident, channel)
        if not told.withheld:
            return None

        if incident.resolved_at is not None:
            return self._end_after_all(step, channel, told)

        if incident.state is IncidentState.NOTED:
            return self._event_after_all(step, channel, told)

        if told.first is None:
            return _once(Reason.FIRST, self._withheld(step, Reason.FIRST, channel, told), told)

        if _untried(told.last) or not _behind(incident, told):
            return None

        change = replace(step, transition=Transition.CHANGED, worse=True)
        return _once(Reason.CHANGED, self._withheld(change, Reason.CHANGED, channel, told), told)

    def _event_after_all(self, step: Step, channel: Channel, told: Told) -> Decision | None:
        if told.first is not None or not told.withheld & _PASSES:
            return None

        reason = _FOUND[step.incident.found]
        return _once(reason, self._withheld(step, reason, channel, told), told)

    def _end_after_all(self, step: Step, channel: Channel, told: Told) -> Decision | None:
        """An end that the night held back."""
        if told.closed or Suppression.QUIET_HOURS not in told.withheld:
            return None

        return self._over(replace(step, transition=Transition.RESOLVED), channel, told)

    def _hidden(self, step: Step, channel: Channel) -> Decision | None:
        """Whoever was told of it, or would have been, hears that somebody took it in hand."""
        told = self._told(step.incident, channel)
        if told.hidden is not None or step.incident.severity is not Severity.CRITICAL:
            return None

        if step.transition is not Transition.SILENCED:
            return (Reason.HIDDEN, None) if step.transition is Transition.ACKNOWLEDGED and told.first is not None else None

        question = self.listening.question(step, Reason.HIDDEN, channel, heard=told.first is not None)
        return (Reason.HIDDEN, None) if withheld(replace(question, silences=())) is None else None

    def _over(self, step: Step, channel: Channel, told: Told) -> Decision | None:
        """A recovery is told to who was told of the trouble; who was not yet told hears of both at once."""
        if step.incident.unstable:
            return _once(Reason.RESOLVED, Suppression.UNSTABLE, told)

        begun = told.first or told.hidden
        if begun is None:
            return None

        if _untried(begun):
            return self._never_tried(step, channel, begun)

        if not self.settings.alerts.send_resolved:
            return Reason.RESOLVED, Suppression.RESOLVED_OFF

        if self.listening.holds_end(begun):
            return _once(Reason.RESOLVED, Suppression.QUIET_HOURS, told)

        return Reason.RESOLVED, None

    def _never_tried(self, step: Step, channel: Channel, begun: Notification) -> Decision | None:
        """The first word is still waiting in the outbox: it will tell the truth of the moment it goes out, or is replaced."""
        if begun.group:
            self.refreshed[step.incident.id] = step.incident
            return None

        self.replaced.append((begun.id, channel.name))
        return Reason.LATE, None

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
            steps=tuple(replace(step, incident=self._latest(step.incident)) for step in self.steps),
            notifications=tuple(self.rows),
            members=tuple(members),
            replaced=tuple(self.replaced),
            refreshed=tuple(self.refreshed.values()),
            review_at=self.listening.review_at,
        )


def _untried(row: Notification | None) -> bool:
    return row is not None and row.state is NotificationState.QUEUED and not row.attempts


def _behind(incident: Incident, told: Told) -> bool:
    """Whether it is worse than it was by the last word, or another death."""
    if told.heard is None:
        return False

    severity, kind = told.heard
    return weight(incident.severity, incident.kind) > weight(severity, kind) or corrects(kind, incident.kind)


def _once(reason: Reason, suppression: Suppression | None, told: Told) -> Decision | None:
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
