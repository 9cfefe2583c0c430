"""The result of a fresh look at each home in, what `check` says of it out. The look itself is `diagnose.look`'s."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from coven_watchdog.catalogue import CATALOGUE
from coven_watchdog.decide.advice import suggestions
from coven_watchdog.decide.changes import created
from coven_watchdog.decide.phrases import summary
from coven_watchdog.decide.words import Place
from coven_watchdog.model.incidents import Verdict
from coven_watchdog.model.looks import HomeLook
from coven_watchdog.model.time import Instant
from coven_watchdog.model.words import CheckStatus, Form, IncidentState, Kind, Severity
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


class HomeResult(Protocol):
    """One home as it was just seen, and what that means; `diagnose.look` makes it."""

    @property
    def look(self) -> HomeLook:
        """What was seen."""
        ...

    @property
    def findings(self) -> Sequence[Verdict]:
        """What is wrong, worst first."""
        ...


class Result(Protocol):
    """All homes."""

    @property
    def status(self) -> CheckStatus:
        """The worst word of them all."""
        ...

    @property
    def homes(self) -> Sequence[HomeResult]:
        """In the order in which they were asked for."""
        ...


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


def check_of(result: Result, place: Place, now: Instant) -> Check:
    """What is shown of a look at `now`. `place`: for suggested commands."""
    return Check(status=result.status, homes=tuple(_home(one, place, now) for one in result.homes))


def _home(one: HomeResult, place: Place, now: Instant) -> CheckedHome:
    """One home."""
    look = one.look
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
        findings=tuple(_finding(finding, place, now) for finding in one.findings),
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
