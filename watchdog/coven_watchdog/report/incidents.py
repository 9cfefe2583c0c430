"""Incidents of the store in, what `incidents` and `incidents show` say of them out: the list, and the whole why of one."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Protocol

from coven_watchdog.catalogue import CATALOGUE
from coven_watchdog.decide.advice import Suggestion, resume, suggestions
from coven_watchdog.decide.text import one_line, said
from coven_watchdog.decide.words import Place
from coven_watchdog.model.facts import Scene
from coven_watchdog.model.incidents import Incident, SessionBrief
from coven_watchdog.model.telling import Attempt, Notification
from coven_watchdog.model.time import SECOND
from coven_watchdog.model.words import (
    AttemptOutcome,
    Found,
    IncidentState,
    Kind,
    NotificationState,
    Reason,
    Severity,
    Suppression,
    Transition,
)
from coven_watchdog.report.times import moment
from coven_watchdog.report.views import (
    AckView,
    ExitView,
    Hush,
    IncidentView,
    NextView,
    SilenceView,
    View,
    WitnessView,
    ack_view,
    exit_view,
    incident_view,
    next_view,
    silence_view,
    witness_view,
)
from coven_watchdog.store import History

_LONGEST = 200
_LOG_LINE = 400


class ListedIncident(IncidentView, frozen=True, kw_only=True):
    """An incident as `status` shows it, and how it went on. `messages`: how many messages were numbered."""

    resolved_at: datetime | None
    messages: int


class Incidents(View, frozen=True, kw_only=True):
    """What `incidents` shows."""

    schema: str = "coven-watchdog.incidents.v1"
    incidents: tuple[ListedIncident, ...]


class SessionView(View, frozen=True, kw_only=True):
    """A session in an incident, without its title."""

    id: str
    harness: str
    project: str
    status: str | None
    exit_code: int | None
    ran_for_seconds: int
    lives_on: bool


class EventView(View, frozen=True, kw_only=True):
    """One line of the story: either a transition of the incident, or a message about it with its reason or suppression.

    `note`: who acknowledged or silenced it, and why.
    """

    at: datetime
    transition: Transition | None = None
    kind: Kind | None = None
    severity: Severity | None = None
    message: str | None = None
    channel: str | None = None
    reason: Reason | None = None
    suppression: Suppression | None = None
    state: NotificationState | None = None
    sent_at: datetime | None = None
    note: str | None = None


class SceneView(View, frozen=True, kw_only=True):
    """What lay around right after the fault."""

    taken_at: datetime
    record: str | None
    socket: str | None
    lock: str | None
    log_tail: tuple[str, ...]
    panic: bool
    kernel: str | None


class ReceiptView(View, frozen=True, kw_only=True):
    """One try to deliver one message."""

    message: str
    channel: str
    at: datetime
    outcome: AttemptOutcome
    error: str | None


class IncidentDetail(ListedIncident, frozen=True, kw_only=True):
    """One incident with everything that is known about it."""

    meaning: str
    acknowledgement: AckView | None
    silences: tuple[SilenceView, ...]
    fact_at: datetime
    found: Found
    withdrawn: bool
    exit: ExitView | None
    detail: str | None
    output: tuple[str, ...]
    output_dropped: int
    between: tuple[datetime, datetime] | None
    sessions: tuple[SessionView, ...]
    lost: tuple[SessionView, ...]
    survivors: tuple[SessionView, ...]
    witnesses: tuple[WitnessView, ...]
    history: tuple[EventView, ...]
    scene: SceneView | None
    receipts: tuple[ReceiptView, ...]
    next: tuple[NextView, ...]


class IncidentShown(View, frozen=True, kw_only=True):
    """What `incidents show` shows."""

    schema: str = "coven-watchdog.incidents.show.v1"
    incident: IncidentDetail


class Rows(Protocol):
    """What is read of the store: `store.StoreReader` has it."""

    def history(self, incident: str) -> tuple[History, ...]:
        """The steps of an incident."""
        ...

    def notifications(
        self, *, channel: str | None = None, failed: bool = False, incident: str | None = None, limit: int | None = None
    ) -> tuple[Notification, ...]:
        """Messages, the newest first."""
        ...

    def attempts(self, notification_id: str, channel: str) -> tuple[Attempt, ...]:
        """The tries of one message."""
        ...


def listed(incidents: Sequence[Incident], hush: Hush) -> Incidents:
    """The list, the latest change first."""
    return Incidents(incidents=tuple(listed_incident(one, hush) for one in incidents))


def listed_incident(incident: Incident, hush: Hush) -> ListedIncident:
    """One incident of the list."""
    return ListedIncident(**_listed(incident, hush))


def incident_shown(rows: Rows, incident: Incident, place: Place, hush: Hush) -> IncidentShown:
    """Everything about one incident.

    Args:
        rows: an open reader of the store.
        incident: one of its incidents.
        place: for the suggested commands: which home needs no COVEN_HOME.
        hush: what is silenced now.
    """
    messages = tuple(reversed(rows.notifications(incident=incident.id)))
    facts = incident.facts
    return IncidentShown(
        incident=IncidentDetail(
            **_listed(incident, hush),
            meaning=CATALOGUE[incident.kind].meaning,
            acknowledgement=ack_view(incident.ack) if incident.ack and hush.acknowledged(incident) else None,
            silences=tuple(silence_view(one) for one in hush.over(incident)),
            fact_at=moment(incident.fact_at),
            found=incident.found,
            withdrawn=incident.withdrawn,
            exit=exit_view(facts),
            detail=said(facts.detail, _LONGEST) or None,
            output=tuple(said(text, _LONGEST) for text in facts.output),
            output_dropped=facts.dropped,
            between=(moment(facts.between[0]), moment(facts.between[1])) if facts.between else None,
            sessions=_sessions(facts.sessions),
            lost=_sessions(facts.lost),
            survivors=_sessions(facts.survivors),
            witnesses=tuple(witness_view(witness) for witness in incident.witnesses),
            history=tuple(sorted((*_steps(rows.history(incident.id)), *map(_telling, messages)), key=lambda event: event.at)),
            scene=_scene(incident.scene) if incident.scene else None,
            receipts=tuple(receipt for message in messages for receipt in _receipts(rows, message)),
            next=tuple(next_view(one) for one in _suggested(incident, place)),
        )
    )


def _listed(incident: Incident, hush: Hush) -> dict[str, Any]:
    """The fields of the list."""
    view = incident_view(incident, hush)
    fields = {name: getattr(view, name) for name in view.__struct_fields__}
    return fields | {"resolved_at": moment(incident.resolved_at), "messages": incident.tellings}


def _sessions(briefs: Sequence[SessionBrief]) -> tuple[SessionView, ...]:
    """Sessions as programs read them: hostile words on one line, no titles."""
    return tuple(
        SessionView(
            id=one_line(brief.id, _LONGEST),
            harness=said(brief.harness, _LONGEST),
            project=said(brief.project, _LONGEST),
            status=said(brief.status, _LONGEST) or None,
            exit_code=brief.exit_code,
            ran_for_seconds=brief.ran_for // SECOND,
            lives_on=brief.lives_on,
        )
        for brief in briefs
    )


def _steps(history: Sequence[History]) -> Iterator[EventView]:
    """The incident's own transitions."""
    for step in history:
        yield EventView(
            at=moment(step.at),
            transition=step.transition,
            kind=step.kind,
            severity=step.severity,
            note=said(step.note, _LONGEST) or None,
        )


def _telling(message: Notification) -> EventView:
    """A message about it, sent or withheld."""
    return EventView(
        at=moment(message.committed_at),
        message=message.id,
        channel=message.channel,
        reason=message.reason,
        suppression=message.suppression,
        state=message.state,
        sent_at=moment(message.sent_at),
    )


def _scene(scene: Scene) -> SceneView:
    """The scene; it was redacted when it was taken."""
    return SceneView(
        taken_at=moment(scene.taken_at),
        record=scene.record or None,
        socket=scene.socket or None,
        lock=scene.lock or None,
        log_tail=tuple(one_line(text, _LOG_LINE) for text in scene.log_tail),
        panic=scene.panic,
        kernel=scene.kernel or None,
    )


def _receipts(rows: Rows, message: Notification) -> Iterator[ReceiptView]:
    """Every try to deliver a message."""
    for attempt in rows.attempts(message.id, message.channel):
        yield ReceiptView(
            message=message.id,
            channel=message.channel,
            at=moment(attempt.at),
            outcome=attempt.outcome,
            error=attempt.error or None,
        )


def _suggested(incident: Incident, place: Place) -> Iterator[Suggestion]:
    """What to run next: about the trouble while it lasts, about lost sessions afterwards."""
    if incident.state is not IncidentState.RESOLVED:
        yield from suggestions(incident.kind, incident.facts, place)

    for brief in incident.facts.lost:
        made = resume(brief, incident.facts.home, place)
        if made is not None:
            yield made
