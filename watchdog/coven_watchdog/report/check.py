"""One fresh look at each home and its verdicts in, what `check` says of them out. No history, no patience: only what is so now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from coven_watchdog.catalogue import CATALOGUE
from coven_watchdog.decide.advice import suggestions
from coven_watchdog.decide.changes import created
from coven_watchdog.decide.phrases import summary
from coven_watchdog.decide.words import Place
from coven_watchdog.model.incidents import Verdict
from coven_watchdog.model.looks import HomeLook
from coven_watchdog.model.time import Instant
from coven_watchdog.model.words import CheckStatus, DaemonState, Form, IncidentState, Kind, Severity
from coven_watchdog.report.times import moment
from coven_watchdog.report.views import (
    DaemonView,
    EventWriterView,
    ExitView,
    HarnessView,
    NextView,
    SessionsView,
    StoreView,
    View,
    WitnessView,
    daemon_view,
    event_writer_view,
    exit_view,
    next_view,
    sessions_view,
    store_view,
    witness_view,
)

_BAD = {Severity.CRITICAL: CheckStatus.CRITICAL, Severity.WARNING: CheckStatus.WARNING}
_PRECEDENCE = (CheckStatus.CRITICAL, CheckStatus.WARNING, CheckStatus.UNKNOWN, CheckStatus.OK)


@dataclass(frozen=True, slots=True)
class Looked:
    """One home as it was just seen, and what that means."""

    look: HomeLook
    verdicts: Sequence[Verdict]


class FindingView(View, frozen=True, kw_only=True):
    """One thing that is wrong now."""

    kind: Kind
    form: Form
    subject: str
    severity: Severity
    summary: str
    exit: ExitView | None
    witnesses: tuple[WitnessView, ...]
    next: tuple[NextView, ...]


class CheckedHome(View, frozen=True, kw_only=True):
    """One home as it was just seen."""

    home: str
    name: str
    seen_at: datetime
    complete: bool
    daemon: DaemonView
    store: StoreView
    event_writer: EventWriterView
    sessions: SessionsView
    harnesses: tuple[HarnessView, ...] | None
    findings: tuple[FindingView, ...]


class Check(View, frozen=True, kw_only=True):
    """What `check` shows."""

    schema: str = "coven-watchdog.check.v1"
    status: CheckStatus
    homes: tuple[CheckedHome, ...]


def check_of(homes: Sequence[Looked], place: Place, now: Instant) -> Check:
    """The result for these homes: states only, the worst word of them all."""
    checked = tuple(_home(one, place, now) for one in homes)
    words = {_word(home) for home in checked}
    return Check(status=next((word for word in _PRECEDENCE if word in words), CheckStatus.UNKNOWN), homes=checked)


def _home(looked: Looked, place: Place, now: Instant) -> CheckedHome:
    """One home, its worst finding first."""
    look = looked.look
    present = [one for one in looked.verdicts if one.present and CATALOGUE[one.kind].form is Form.STATE]
    findings = sorted((_finding(one, place, now) for one in present), key=lambda finding: -finding.severity.rank)
    return CheckedHome(
        home=look.home,
        name=look.name or look.home,
        seen_at=moment(look.seen_at),
        complete=look.complete,
        daemon=daemon_view(look.daemon, now.wall),
        store=store_view(look.storage, look.free_bytes),
        event_writer=event_writer_view(look.event_writer),
        sessions=sessions_view(look),
        harnesses=None,
        findings=tuple(findings),
    )


def _finding(verdict: Verdict, place: Place, now: Instant) -> FindingView:
    """A verdict in the words of an incident."""
    return FindingView(
        kind=verdict.kind,
        form=CATALOGUE[verdict.kind].form,
        subject=verdict.subject,
        severity=verdict.severity,
        summary=summary(created(verdict, "", IncidentState.OPEN, now)),
        exit=exit_view(verdict.facts),
        witnesses=tuple(witness_view(one) for one in verdict.witnesses),
        next=tuple(next_view(one) for one in suggestions(verdict.kind, verdict.facts, place)),
    )


def _word(home: CheckedHome) -> CheckStatus:
    """The word for one home."""
    bad = [_BAD[one.severity] for one in home.findings if one.severity in _BAD]
    if bad:
        return min(bad, key=_PRECEDENCE.index)

    return CheckStatus.UNKNOWN if home.daemon.state is DaemonState.UNKNOWN else CheckStatus.OK
