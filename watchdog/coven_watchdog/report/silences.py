"""Silences and open incidents of the store in; what `silence` and `ack` say of them out: what is hidden, from whom, until when."""

from collections.abc import Iterable, Sequence

from coven_watchdog.decide.hiding import matches
from coven_watchdog.decide.phrases import summary
from coven_watchdog.model.incidents import Ack, Incident
from coven_watchdog.model.telling import Silence
from coven_watchdog.model.words import Kind, Severity
from coven_watchdog.report.views import (
    AckView,
    Hush,
    IncidentView,
    SilenceView,
    View,
    ack_view,
    incident_view,
    silence_view,
)


class HiddenView(View, frozen=True, kw_only=True):
    """An open incident that a silence hides."""

    id: str
    kind: Kind
    severity: Severity
    summary: str


class ListedSilence(SilenceView, frozen=True, kw_only=True):
    """A silence with what it hides now, the worst first."""

    hides: tuple[HiddenView, ...]


class Silences(View, frozen=True, kw_only=True):
    """What `silence list` shows."""

    schema: str = "coven-watchdog.silence.list.v1"
    silences: tuple[ListedSilence, ...]


class Silenced(View, frozen=True, kw_only=True):
    """What `silence DURATION` shows. `channels`: those that stay quiet."""

    schema: str = "coven-watchdog.silence.v1"
    silence: ListedSilence
    channels: tuple[str, ...]


class Unsilenced(View, frozen=True, kw_only=True):
    """What `silence remove` shows: the silence as it was, and which open incidents nobody hides any more."""

    schema: str = "coven-watchdog.silence.remove.v1"
    silence: SilenceView
    told_again: tuple[HiddenView, ...]


class AckShown(View, frozen=True, kw_only=True):
    """What `ack` shows. `before`: the acknowledgement that it had already."""

    schema: str = "coven-watchdog.ack.v1"
    incident: IncidentView
    acknowledgement: AckView | None
    before: AckView | None


def silences_of(hush: Hush, incidents: Sequence[Incident]) -> Silences:
    """Every silence in force, the first to end first. `incidents`: those that are open."""
    return Silences(silences=tuple(listed_silence(one, hush, incidents) for one in hush.silences))


def listed_silence(silence: Silence, hush: Hush, incidents: Sequence[Incident]) -> ListedSilence:
    """One silence with what it hides."""
    view = silence_view(silence)
    return ListedSilence(
        **{name: getattr(view, name) for name in view.__struct_fields__},
        hides=_worst_first(one for one in incidents if Hush((silence,), hush.now).over(one)),
    )


def unsilenced(removed: Silence, hush: Hush, incidents: Sequence[Incident]) -> Unsilenced:
    """What comes of removing a silence. `hush`: what is silenced without it."""
    free = (one for one in incidents if matches(removed, one) and not hush.over(one) and not hush.acknowledged(one))
    return Unsilenced(silence=silence_view(removed), told_again=_worst_first(free))


def _worst_first(incidents: Iterable[Incident]) -> tuple[HiddenView, ...]:
    ordered = sorted(incidents, key=lambda one: (-one.severity.rank, one.opened_at))
    return tuple(_hidden(one) for one in ordered)


def _hidden(incident: Incident) -> HiddenView:
    return HiddenView(id=incident.id, kind=incident.kind, severity=incident.severity, summary=summary(incident))


def ack_shown(incident: Incident, before: Ack | None, hush: Hush) -> AckShown:
    """What became of an incident's acknowledgement."""
    return AckShown(
        incident=incident_view(incident, hush),
        acknowledgement=ack_view(incident.ack) if incident.ack else None,
        before=ack_view(before) if before else None,
    )
