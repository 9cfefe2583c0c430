"""Who hears of it: steps in, a plan for one transaction out. Every decision carries its `Reason` or `Suppression`. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import tzinfo

from coven_watchdog.decide.by_hand import done_by_hand
from coven_watchdog.decide.deciding import Deciding, Decision
from coven_watchdog.decide.grouping import Telling, place
from coven_watchdog.decide.listening import Listening
from coven_watchdog.model.incidents import Incident, Step
from coven_watchdog.model.telling import Lane, Member, Notification, Plan, World
from coven_watchdog.model.time import Instant
from coven_watchdog.model.words import Form, IncidentState, NotificationState, Reason, Suppression, Transition
from coven_watchdog.settings import Channel, Settings

_OPENED_AGAIN = frozenset({Transition.REOPENED, Transition.BECAME_UNSTABLE})


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
    listening = Listening(world, settings, now, zone)
    draft = _Draft(world, settings, now, listening, Deciding(world, settings, listening))
    for step in steps:
        draft.listening.note(step.incident)

    for step in steps:
        draft.take(step)

    for incident in draft.open_states():
        draft.hide(incident)

    for incident in draft.held():
        draft.tell_after_all(incident)

    draft.go_on()
    return draft.plan()


@dataclass(slots=True)
class _Draft:
    """One run of `plan`."""

    world: World
    settings: Settings
    now: Instant
    listening: Listening
    deciding: Deciding
    incidents: dict[str, Incident] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)
    """The ids of the incidents that steps were taken about."""
    tellings: dict[str, list[Telling]] = field(default_factory=dict)
    rows: list[Notification] = field(default_factory=list)
    more: bool = False
    """What is told now is followed by more of the same at once."""

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
            self.deciding.refreshed[incident.id] = step.incident
        else:
            self._tell(step.incident, [(one, self.deciding.verdict(step, one)) for one in self.settings.channels])
            self._uncount(step)

    def hide(self, incident: Incident) -> None:
        """Somebody acknowledged or silenced it: that stands in its story, and of what is critical others hear, once."""
        for step in done_by_hand(incident, self.world.silences, self.now):
            self._note(replace(step, incident=self._latest(step.incident)))
            others = (channel for channel in self.settings.channels if not channel.local)
            self._tell(step.incident, [(channel, self.deciding.hidden(step, channel)) for channel in others])

    def tell_after_all(self, incident: Incident) -> None:
        """It was withheld for a reason that may be over."""
        step = Step(incident, Transition.OPENED, self.now)
        self._tell(incident, [(channel, self.deciding.after_all(step, channel)) for channel in self.settings.channels])

    def go_on(self) -> None:
        """Some of what was held is told, and there is more."""
        told = {telling.incident.id for tellings in self.tellings.values() for telling in tellings}
        self.more = self.world.more and any(one.id in told for one in self.world.held)
        if self.more:
            self.listening.look_again(self.now.wall)

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
                held_back = Suppression.RATE_LIMITED in self.deciding.told(incident, channel).withheld
                self.tellings.setdefault(channel.name, []).append(Telling(incident, reason, held_back))
                self.listening.spoke(channel)
            else:
                self.rows.append(self._withheld_row(incident, channel, reason, suppression))

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
            placed = place(channel, tellings, lane, self.settings.alerts, self.now.wall, more=self.more)
            members += placed.members
            if placed.notification is not None:
                self.rows.append(placed.notification)

        return Plan(
            incidents=tuple(self.incidents.values()),
            steps=tuple(replace(step, incident=self._latest(step.incident)) for step in self.steps),
            notifications=tuple(self.rows),
            members=tuple(members),
            replaced=tuple(self.deciding.replaced),
            refreshed=tuple(self.deciding.refreshed.values()),
            review_at=self.listening.review_at,
        )


def _own_member(row: Notification, incident: Incident) -> Member:
    return Member(row.id, row.channel, incident.id, row.reason, incident)


def touched(steps: Iterable[Step]) -> tuple[str, ...]:
    """The ids of the incidents that a plan for these steps must know."""
    return tuple({step.incident.id: None for step in steps})
