"""The incident machine: verdicts in, steps out. pending → open → resolved for states, noted for events. Pure."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from coven_watchdog.catalogue import CATALOGUE, order
from coven_watchdog.decide import changes
from coven_watchdog.decide.memory import Advance, EventKey, Incidents, Key, remembered
from coven_watchdog.decide.patience import Waiting
from coven_watchdog.decide.subjects import by_subject, gone, stories
from coven_watchdog.model.incidents import Facts, Incident, Judgement, LookRequest, Step, Verdict
from coven_watchdog.model.time import MILLISECOND, MINUTE, Instant
from coven_watchdog.model.words import Form, IncidentState, Look, Severity, Transition
from coven_watchdog.settings import Settings

CONFIRM_AFTER = 250 * MILLISECOND
REOPEN_WITHIN = 10 * MINUTE

_NOTHING = Facts()
_CONFIRMING: Mapping[str, tuple[Look, ...]] = {
    "daemon": (Look.FILES, Look.HEALTH),
    "home": (Look.FILES,),
    "store": (Look.SESSIONS,),
}


def advance(
    incidents: Incidents,
    judgement: Judgement,
    settings: Settings,
    now: Instant,
    *,
    home: str,
    names: Iterator[str],
    patient: bool = True,
) -> Advance:
    """Take one home's judgement into the incidents.

    Args:
        incidents: the memory before.
        judgement: every verdict about `home` at `now`.
        settings: patience, reminders.
        now: the moment of the judgement.
        home: whose judgement it is; open states of it without a verdict are frozen.
        names: fresh ids for new incidents.
        patient: False for a single look, which cannot wait to see whether something lasts.

    Returns:
        the memory after, the steps in the order of the verdicts, looks that would confirm a recovery, and the next wake.
    """
    machine = _Machine(incidents, settings, now, names, patient)
    for subject, verdicts in by_subject(judgement, incidents, home).items():
        machine.subject((home, subject), verdicts)

    if judgement.followed:
        machine.leave(home, judgement.followed)

    for verdict in judgement.verdicts:
        if verdict.present and CATALOGUE[verdict.kind].form is Form.EVENT:
            machine.event(verdict)

    return machine.result()


def withdraw(incidents: Incidents, home: str, now: Instant) -> Advance:
    """The home is no longer watched: every open state of it, and every one that owes a last word, is resolved as withdrawn."""
    owing = (*incidents.open.values(), *(incident for incident in incidents.closed.values() if incident.unstable))
    steps = tuple(changes.withdrawn(incident, now) for incident in owing if incident.home == home)
    return Advance(incidents.without(home), steps)


@dataclass(slots=True)
class _Machine:
    """One run of `advance`: working copies of the memory, and what comes of it."""

    before: Incidents
    settings: Settings
    now: Instant
    names: Iterator[str]
    patient: bool
    open: dict[Key, Incident] = field(init=False)
    closed: dict[Key, Incident] = field(init=False)
    waiting: Waiting = field(init=False)
    clearing: dict[Key, int] = field(init=False)
    frozen: dict[Key, int] = field(init=False)
    events: dict[EventKey, None] = field(default_factory=dict)
    """Every event that is present."""
    steps: list[Step] = field(default_factory=list)
    looks: list[LookRequest] = field(default_factory=list)
    wakes: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.open, self.closed = dict(self.before.open), dict(self.before.closed)
        self.clearing, self.frozen = dict(self.before.clearing), dict(self.before.frozen)
        self.waiting = Waiting(dict(self.before.pending), self.settings, self.now.awake)
        self.wakes = self.waiting.wakes

    def subject(self, key: Key, verdicts: list[Verdict]) -> None:
        """The worst that has lasted decides; else whether it is clear of all that it was; else nothing is known."""
        presents = [verdict for verdict in verdicts if verdict.present]
        lasting = [verdict for verdict in presents if self._counts(key, verdict)]
        for verdict in verdicts:
            if not verdict.present:
                self.waiting.drop(key, verdict.clears)

        self.waiting.freeze(key, (verdict.kind for verdict in presents))
        clearance = None if presents else self._clearance(key, verdicts)
        if lasting:
            self._thaw(key)
            self._present(key, max(lasting, key=lambda verdict: (verdict.severity.rank, -order(verdict.kind))))
        elif clearance is not None:
            self._thaw(key)
            self._clear(key, clearance)
        else:
            self._unknown(key)

        self._expire(key)

    def leave(self, home: str, followed: Sequence[Container[str]]) -> None:
        """A session that nobody will say anything of any more: archived, sacrificed, or gone while nobody watched."""
        for side in (self.open, self.closed):
            for key in gone(side, home, followed):
                incident = side.pop(key)
                if side is self.open or incident.unstable:
                    self.steps.append(changes.withdrawn(incident, self.now))

    def event(self, verdict: Verdict) -> None:
        """Noted once, whatever happens later."""
        key = (verdict.home, verdict.subject, verdict.kind, verdict.occurrence)
        known = key in self.before.noted or key in self.events
        self.events[key] = None
        if known:
            return

        incident = changes.created(verdict, next(self.names), IncidentState.NOTED, self.now)
        self.steps.append(Step(incident, Transition.NOTED, self.now))

    def result(self) -> Advance:
        """The memory after this judgement."""
        news = any(key not in self.before.noted for key in self.events)
        noted = remembered(self.before.noted, self.events) if news else self.before.noted
        after = Incidents(self.open, self.closed, self.waiting.pending, self.clearing, self.frozen, noted)
        wakes = [wake for wake in self.wakes if wake > self.now.awake]
        return Advance(after, tuple(self.steps), tuple(self.looks), min(wakes, default=None))

    def _counts(self, key: Key, verdict: Verdict) -> bool:
        """What would be told must have lasted. What is known already, or only adds to the record, counts at once."""
        incident = self.open.get(key)
        recorded = incident is not None and (incident.kind is verdict.kind or not changes.worsens(incident, verdict))
        return recorded or not self.patient or self.waiting.lasted(key, verdict)

    def _clearance(self, key: Key, verdicts: list[Verdict]) -> Verdict | None:
        """The word that it is over: from every rule that saw what it was since it opened; the one that knows the cost tells it."""
        incident = self.open.get(key) or self.closed.get(key)
        was = {incident.kind, *stories(incident)} if incident is not None else set()
        wanted = [verdict for verdict in verdicts if was & set(verdict.clears)]
        if not wanted or not was <= {kind for verdict in wanted for kind in verdict.clears}:
            return None

        cost = next((verdict.facts for verdict in verdicts if verdict.facts != _NOTHING), _NOTHING)
        return replace(wanted[0], facts=cost, basis_at=min(verdict.basis_at for verdict in wanted))

    def _unknown(self, key: Key) -> None:
        """Frozen: deadlines stand still, and a recovery must show itself from the start."""
        self.clearing.pop(key, None)
        if key in self.open or key in self.closed:
            self.frozen.setdefault(key, self.now.awake)

    def _thaw(self, key: Key) -> None:
        """It is known again: what was to come later comes later by the time that nobody saw it."""
        since = self.frozen.pop(key, None)
        for side in (self.open, self.closed):
            incident = side.get(key)
            if since is not None and incident is not None and incident.next_look_at is not None:
                side[key] = replace(incident, next_look_at=incident.next_look_at + max(0, self.now.awake - since))

    def _present(self, key: Key, verdict: Verdict) -> None:
        self.clearing.pop(key, None)
        self.waiting.drop(key, (verdict.kind,))
        incident = self.open.get(key)
        if incident is not None:
            self._still(key, incident, verdict)
            self._calm(key, self.open)
        else:
            self._open(key, verdict)

    def _open(self, key: Key, verdict: Verdict) -> None:
        closed = self.closed.pop(key, None)
        recent = closed is not None and closed.resolved_at is not None and self._age(closed.resolved_at) < REOPEN_WITHIN
        if closed is not None and (recent or closed.unstable):
            step = changes.reopened(closed, verdict, self.now)
        else:
            incident = changes.created(verdict, next(self.names), IncidentState.OPEN, self.now)
            step = Step(incident, Transition.OPENED, self.now)

        self._take(key, step)

    def _still(self, key: Key, incident: Incident, verdict: Verdict) -> None:
        """An open state is still present: it may have changed, more may be known of it, or a reminder may be due."""
        if verdict.severity is Severity.OFF and incident.severity is not Severity.OFF:
            del self.open[key]
            self.steps.append(changes.withdrawn(incident, self.now))
            return

        step = changes.changed(incident, verdict, self.now) or changes.learned(incident, verdict, self.now)
        if step is not None:
            self._take(key, step)
        else:
            self._remind(key, incident)

    def _take(self, key: Key, step: Step) -> None:
        """An open incident changed: it is remembered with its next reminder."""
        incident = step.incident
        if step.transition is not Transition.LEARNED:
            incident = replace(incident, next_look_at=self._next_look(incident))
            if incident.next_look_at is not None:
                self.wakes.append(incident.next_look_at)

        self.open[key] = incident
        self.steps.append(replace(step, incident=incident))

    def _next_look(self, incident: Incident) -> int | None:
        """Awake µs of the next reminder, or of the end of an unstable spell."""
        if incident.unstable:
            return self.now.awake + changes.CALM_AFTER

        due = incident.severity is Severity.CRITICAL and self.settings.alerts.max_reminders > 0
        return self.now.awake + self.settings.alerts.repeat_every if due else None

    def _remind(self, key: Key, incident: Incident) -> None:
        """A reminder that nobody got (it was acknowledged, or silenced) does not count, so that the last one can say so."""
        due = incident.next_look_at
        if due is None or incident.unstable or incident.reminders >= self.settings.alerts.max_reminders:
            return

        if self.now.awake < due:
            self.wakes.append(due)
            return

        self._take(key, changes.reminded(incident, self.now))

    def _clear(self, key: Key, verdict: Verdict) -> None:
        incident = self.open.get(key)
        if incident is None:
            self._calm(key, self.closed)
            return

        looks = _CONFIRMING.get(key[1], ())
        since = self.clearing.setdefault(key, self.now.awake)
        if looks and self.patient and verdict.basis_at < since + CONFIRM_AFTER:
            self._confirm(key, since, looks)
            return

        del self.open[key], self.clearing[key]
        step = changes.resolved(incident, verdict, self.now)
        resolved = replace(step.incident, next_look_at=self.now.awake + changes.CALM_AFTER if incident.unstable else None)
        self.closed[key] = resolved
        self.steps.append(replace(step, incident=resolved))

    def _confirm(self, key: Key, since: int, looks: tuple[Look, ...]) -> None:
        """It looks clear: look once more, a moment later."""
        due = since + CONFIRM_AFTER
        if self.now.awake < due:
            self.wakes.append(due)
        else:
            self.looks += [LookRequest(key[0], look) for look in looks]

    def _calm(self, key: Key, side: dict[Key, Incident]) -> None:
        """After a quarter of an hour without a change, an unstable incident is steady again: well, or broken for good."""
        incident = side.get(key)
        if incident is None or not incident.unstable or incident.next_look_at is None:
            return

        if self.now.awake < incident.next_look_at:
            self.wakes.append(incident.next_look_at)
        elif side is self.open:
            self._take(key, changes.calmed(incident, self.now))
        else:
            step = changes.calmed(incident, self.now)
            self.closed[key] = step.incident
            self.steps.append(step)

    def _expire(self, key: Key) -> None:
        """What has been well for long enough would open anew, under another id."""
        closed = self.closed.get(key)
        if closed is not None and not closed.unstable and self._age(closed.resolved_at or 0) >= REOPEN_WITHIN:
            del self.closed[key]
            self.frozen.pop(key, None)

    def _age(self, wall: int) -> int:
        """Wall µs since then; a clock that was set back makes it young, never old."""
        return max(0, self.now.wall - wall)
