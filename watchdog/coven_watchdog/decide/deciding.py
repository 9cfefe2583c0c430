"""One step and one channel in, what it is told out: a reason, with a suppression where it is withheld, or nothing to say. Pure.

Counterpart: `policy`, which asks for each step and writes down what comes of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from coven_watchdog.catalogue import CATALOGUE
from coven_watchdog.decide.changes import corrects, implies, weight
from coven_watchdog.decide.listening import Listening
from coven_watchdog.decide.suppression import withheld
from coven_watchdog.model.incidents import Incident, Step
from coven_watchdog.model.telling import Notification, Told, World
from coven_watchdog.model.words import Found, IncidentState, Kind, NotificationState, Reason, Severity, Suppression, Transition
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
_FOLLOWS = frozenset({Transition.CHANGED, Transition.REMINDED, Transition.CALMED})
_PASSES = frozenset({Suppression.QUIET_HOURS, Suppression.RATE_LIMITED})
"""What is no open state, and was withheld for one of these, is told when that is over."""
_NOTHING = Told()

Decision = tuple[Reason, Suppression | None]
"""Why it is told, and, if it is not, why not."""


@dataclass(slots=True)
class Deciding:
    """Decides for one plan. `replaced`, `refreshed`: what is to become of messages that wait, as in `Plan`."""

    world: World
    settings: Settings
    listening: Listening
    replaced: list[tuple[str, str]] = field(default_factory=list)
    refreshed: dict[str, Incident] = field(default_factory=dict)

    def told(self, incident: Incident, channel: Channel) -> Told:
        """What this channel was told of it."""
        return self.world.told.get((incident.id, channel.name), _NOTHING)

    def verdict(self, step: Step, channel: Channel) -> Decision | None:
        """What this channel is told of this step: a reason, a reason with why it is withheld, or nothing to say at all.

        What it has been before is worse only for those who heard of that: a correction may have made the last word a mild one.
        """
        told = self.told(step.incident, channel)
        if step.incident.resolved_at is not None:
            return self._over(step, channel, told)

        if step.transition is Transition.CHANGED and _behind(step.incident, told):
            step = replace(step, worse=True)

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

    def after_all(self, step: Step, channel: Channel) -> Decision | None:
        """Something was withheld here. Either nothing of it was told, or the last word is not the truth any more.

        That it is hidden may have taken the place of a first word that was still waiting to go out.
        """
        incident, told = step.incident, self.told(step.incident, channel)
        if not told.withheld and (told.first is not None or told.hidden is None):
            return None

        if incident.resolved_at is not None:
            return self._end_after_all(step, channel, told)

        if incident.state is IncidentState.NOTED:
            return self._event_after_all(step, channel, told)

        if told.first is None:
            return _once(Reason.FIRST, self._withheld(step, Reason.FIRST, channel, told), told)

        if not _behind(incident, told):
            return None

        change = replace(step, transition=Transition.CHANGED, worse=True)
        suppression = self._withheld(change, Reason.CHANGED, channel, told)
        if suppression is None and _untried(told.last):
            self.refreshed[incident.id] = incident
            return None

        return _once(Reason.CHANGED, suppression, told)

    def _event_after_all(self, step: Step, channel: Channel, told: Told) -> Decision | None:
        if told.first is not None or not told.withheld or told.withheld - _PASSES:
            return None

        reason = _FOUND[step.incident.found]
        return _once(reason, self._withheld(step, reason, channel, told), told)

    def _end_after_all(self, step: Step, channel: Channel, told: Told) -> Decision | None:
        """An end that the night held back."""
        if told.closed or not told.owed:
            return None

        return self._over(replace(step, transition=Transition.RESOLVED), channel, told)

    def hidden(self, step: Step, channel: Channel) -> Decision | None:
        """Whoever was told of it, or would have been, hears that somebody took it in hand."""
        told = self.told(step.incident, channel)
        if told.hidden is not None or step.incident.severity is not Severity.CRITICAL:
            return None

        question = self.listening.question(step, Reason.HIDDEN, channel, heard=told.first is not None)
        if step.transition is Transition.ACKNOWLEDGED and told.first is not None:
            self.listening.review(question, Suppression.ACKNOWLEDGED)
            return Reason.HIDDEN, None

        if step.transition is not Transition.SILENCED or withheld(replace(question, silences=())) is not None:
            return None

        self.listening.review(question, Suppression.SILENCED)
        return Reason.HIDDEN, None

    def _over(self, step: Step, channel: Channel, told: Told) -> Decision | None:
        """A recovery is told to who was told of the trouble; who was not yet told hears of both at once."""
        if step.incident.unstable:
            return _once(Reason.RESOLVED, Suppression.UNSTABLE, told)

        begun = told.first or told.hidden
        if begun is None:
            return None

        if _untried(begun):
            return self._never_tried(step, channel, begun, told.hidden)

        if CATALOGUE[step.incident.kind].ends_quietly:
            return Reason.RESOLVED, Suppression.WITHDRAWN

        if not self.settings.alerts.send_resolved:
            return Reason.RESOLVED, Suppression.RESOLVED_OFF

        latest = max((row for row in (told.last, told.hidden) if row is not None), key=lambda row: row.committed_at)
        if self.listening.holds_end(latest):
            return None if told.owed else (Reason.RESOLVED, Suppression.QUIET_HOURS)

        return Reason.RESOLVED, None

    def _never_tried(self, step: Step, channel: Channel, begun: Notification, hidden: Notification | None) -> Decision | None:
        """The first word is still waiting in the outbox: it will tell the truth of the moment it goes out, or is replaced.

        With it goes the word that it was hidden.
        """
        if begun.group:
            self.refreshed[step.incident.id] = step.incident
            return None

        waiting = [row for row in (begun, hidden) if row is not None and _untried(row) and not row.group]
        self.replaced += dict.fromkeys((row.id, channel.name) for row in waiting)
        return Reason.LATE, None


def _untried(row: Notification | None) -> bool:
    return row is not None and row.state is NotificationState.QUEUED and not row.attempts


def _behind(incident: Incident, told: Told) -> bool:
    """Whether it is worse than it was by the last word, or another death."""
    return told.heard is not None and _worse(incident, *told.heard)


def _worse(incident: Incident, severity: Severity, kind: Kind) -> bool:
    if implies(kind, incident.kind):
        return incident.severity.rank > severity.rank

    return weight(incident.severity, incident.kind) > weight(severity, kind) or corrects(kind, incident.kind)


def _once(reason: Reason, suppression: Suppression | None, told: Told) -> Decision | None:
    """What is not told is recorded once with its why: something that goes to and fro for days must not fill the disk."""
    return None if suppression in told.withheld else (reason, suppression)


def _reason(step: Step, told: Told) -> Reason:
    """Why it is told; a channel that never heard of it hears the first word, whatever the step is."""
    first = _FOUND[step.incident.found]
    follows = step.transition in _FOLLOWS or (step.transition is Transition.REOPENED and step.incident.unstable)
    return first if follows and told.first is None else _REASONS.get(step.transition, first)
