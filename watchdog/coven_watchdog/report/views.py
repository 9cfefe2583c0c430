"""One home and one incident as every report shows them. What cannot be known is None."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

from coven_watchdog.decide.advice import Suggestion
from coven_watchdog.decide.hiding import hiding, holds
from coven_watchdog.decide.phrases import summary
from coven_watchdog.decide.text import said
from coven_watchdog.model.facts import EventWriter, Storage
from coven_watchdog.model.incidents import Ack, Facts, Incident, Witness
from coven_watchdog.model.looks import DaemonLook, HomeLook
from coven_watchdog.model.telling import Silence
from coven_watchdog.model.time import MILLISECOND, SECOND
from coven_watchdog.model.words import LIVE_STATUSES, Basis, DaemonState, Effect, Form, IncidentState, Kind, Severity
from coven_watchdog.report.times import moment

_ENDED = frozenset({DaemonState.STOPPED, DaemonState.CRASHED, DaemonState.ABSENT})
_LONGEST = 200


class View(msgspec.Struct, frozen=True, kw_only=True):
    """Plain data; its fields, in their order, are the keys of the JSON."""


class DaemonView(View, frozen=True, kw_only=True):
    """The daemon of a home."""

    state: DaemonState
    pid: int | None = None
    started_at: datetime | None = None
    uptime_seconds: int | None = None
    api_version: str | None = None
    coven_version: str | None = None
    socket: str | None = None
    latency_ms: float | None = None


class StoreView(View, frozen=True, kw_only=True):
    """Coven's ledger, as the daemon describes it; the free space also as seen from outside."""

    status: str | None = None
    database_bytes: int | None = None
    wal_bytes: int | None = None
    free_disk_bytes: int | None = None
    maintenance_blocked: bool | None = None
    last_error: str | None = None


class EventWriterView(View, frozen=True, kw_only=True):
    """The part of the daemon that records what sessions print and how they end."""

    state: str | None = None
    dropped_events: int | None = None
    committed_events: int | None = None
    last_error: str | None = None


class SessionsView(View, frozen=True, kw_only=True):
    """How many sessions there are."""

    total: int | None = None
    live: int | None = None
    by_status: Mapping[str, int] | None = None


class HarnessView(View, frozen=True, kw_only=True):
    """A harness and where the daemon finds it."""

    id: str
    path: str | None


class WitnessView(View, frozen=True, kw_only=True):
    """One piece of evidence."""

    source: str
    basis: Basis
    at: datetime
    saw: str


class ExitView(View, frozen=True, kw_only=True):
    """How a process ended, and who says so: `kernel` or `coven`."""

    code: int | None
    signal: int | None
    source: str | None


class NextView(View, frozen=True, kw_only=True):
    """A command worth running, and what it does to Coven."""

    run: str
    effect: Effect
    why: str


class AckView(View, frozen=True, kw_only=True):
    """That somebody has seen an incident; `until` None: until it is over."""

    at: datetime
    by: str
    reason: str | None
    until: datetime | None


class MatchersView(View, frozen=True, kw_only=True):
    """What a silence means; None: any."""

    kind: str | None
    session: str | None
    home: str | None


class SilenceView(View, frozen=True, kw_only=True):
    """One silence."""

    id: str
    since: datetime
    until: datetime
    matchers: MatchersView
    reason: str | None
    by: str


@dataclass(frozen=True, slots=True)
class Hush:
    """What is silenced when somebody looks. `now`: wall µs."""

    silences: tuple[Silence, ...]
    now: int

    def over(self, incident: Incident) -> tuple[Silence, ...]:
        """The silences that hide an open incident now."""
        return hiding(self.silences, incident, self.now) if incident.state is IncidentState.OPEN else ()

    def acknowledged(self, incident: Incident) -> bool:
        """Whether it is acknowledged now, or was when it ended."""
        return holds(incident.ack, self.now if incident.resolved_at is None else incident.resolved_at)


class IncidentView(View, frozen=True, kw_only=True):
    """One incident in a list."""

    id: str
    home: str
    kind: Kind
    form: Form
    subject: str
    severity: Severity
    state: IncidentState
    opened_at: datetime
    acknowledged: bool
    silenced: bool
    summary: str


def daemon_view(look: DaemonLook, now: int) -> DaemonView:
    """The daemon at `now` (wall µs); one that has ended has no uptime."""
    runs = look.started_at is not None and look.state not in _ENDED
    return DaemonView(
        state=look.state,
        pid=look.pid,
        started_at=moment(look.started_at),
        uptime_seconds=max(0, now - (look.started_at or 0)) // SECOND if runs else None,
        api_version=_shown(look.api_version),
        coven_version=_shown(look.coven_version),
        socket=look.socket,
        latency_ms=None if look.latency is None else round(look.latency / MILLISECOND, 1),
    )


def _shown(text: str | None) -> str | None:
    """Coven's word; the wire made it harmless, which an older row of the store may not be."""
    return None if text is None else said(text, _LONGEST)


def store_view(storage: Storage | None, free_bytes: int | None) -> StoreView:
    """The ledger; only the free space is known without the daemon."""
    if storage is None:
        return StoreView(free_disk_bytes=free_bytes)

    return StoreView(
        status=said(storage.status, _LONGEST) or None,
        database_bytes=storage.database_bytes,
        wal_bytes=storage.wal_bytes,
        free_disk_bytes=free_bytes if storage.free_disk_bytes is None else storage.free_disk_bytes,
        maintenance_blocked=storage.maintenance_blocked,
        last_error=said(storage.last_error, _LONGEST) or None,
    )


def event_writer_view(writer: EventWriter | None) -> EventWriterView:
    """The event writer; older daemons do not describe it."""
    if writer is None:
        return EventWriterView()

    return EventWriterView(
        state=said(writer.state, _LONGEST) or None,
        dropped_events=writer.dropped_events,
        committed_events=writer.committed_events,
        last_error=said(writer.last_error, _LONGEST) or None,
    )


def sessions_view(look: HomeLook) -> SessionsView:
    """The sessions, as far as they were listed."""
    if not look.by_status and not look.complete and not look.live:
        return SessionsView(total=look.total)

    total = sum(look.by_status.values()) if look.total is None and look.complete else look.total
    by_status = {said(status, _LONGEST): count for status, count in look.by_status.items()}
    # A look also keeps what fell with the daemon before, until its story is told.
    live = sum(row.status in LIVE_STATUSES for row in look.live)
    return SessionsView(total=total, live=live, by_status=by_status)


def witness_view(witness: Witness) -> WitnessView:
    """A witness as it is shown."""
    return WitnessView(source=witness.source, basis=witness.basis, at=moment(witness.at), saw=said(witness.saw, _LONGEST))


def incident_view(incident: Incident, hush: Hush) -> IncidentView:
    """An incident as lists show it."""
    return IncidentView(
        id=incident.id,
        home=incident.home,
        kind=incident.kind,
        form=incident.form,
        subject=incident.subject,
        severity=incident.severity,
        state=incident.state,
        opened_at=moment(incident.opened_at),
        acknowledged=hush.acknowledged(incident),
        silenced=bool(hush.over(incident)),
        summary=summary(incident),
    )


def ack_view(ack: Ack) -> AckView:
    """An acknowledgement as it is shown."""
    return AckView(
        at=moment(ack.at), by=said(ack.by, _LONGEST), reason=said(ack.reason, _LONGEST) or None, until=moment(ack.until)
    )


def silence_view(silence: Silence) -> SilenceView:
    """A silence as it is shown."""
    return SilenceView(
        id=silence.id,
        since=moment(silence.at),
        until=moment(silence.until),
        matchers=MatchersView(
            kind=None if silence.kind == "*" else silence.kind, session=silence.session or None, home=silence.home or None
        ),
        reason=said(silence.reason, _LONGEST) or None,
        by=said(silence.by, _LONGEST),
    )


def exit_view(facts: Facts) -> ExitView | None:
    """How the process ended, if that is known."""
    return ExitView(code=facts.exit.code, signal=facts.exit.signal, source=facts.exit_source or None) if facts.exit else None


def next_view(suggestion: Suggestion) -> NextView:
    """A suggested command as it is shown."""
    return NextView(run=suggestion.run, effect=suggestion.effect, why=said(suggestion.why, _LONGEST))
