"""Rows that say running with nothing behind them. The row is Coven's word; that there is no process is the kernel's.

Never of external or idle rows, never while the event writer has failed (then rows are known to be stale), and only where it is
known what to look for: on versions of Coven that were tried.
"""

from coven_watchdog.judge.common import (
    UNKNOWN,
    Case,
    ask,
    brief_row,
    clear,
    internal,
    merged,
    present,
    said,
    tried,
    wait,
    witness,
)
from coven_watchdog.model.facts import Identity
from coven_watchdog.model.incidents import Facts, Judgement
from coven_watchdog.model.processes import Traces
from coven_watchdog.model.time import MILLISECOND, SECOND, Instant
from coven_watchdog.model.words import Kind, Look, Outcome, SessionStatus, Severity
from coven_watchdog.state import LiveSession

_YOUNG = 5 * SECOND
"""A row this young may not have its process yet."""
_CONFIRM = 250 * MILLISECOND
_FRESH = 90 * SECOND
_FAILED = "failed"
_NO_LEASE = (0, None)


def ghosts(case: Case) -> Judgement:
    """A verdict for each running row of which enough is known."""
    if not writes(case) or not tried(case):
        return UNKNOWN

    return merged(_ghost(case, session) for session in case.state.live.values() if _has_process(session))


def writes(case: Case) -> bool:
    """Whether what the ledger says of running sessions can be relied on: the daemon answers, and records what happens."""
    life, health = case.state.alive, case.state.health
    if life is None or life.health is None or health is None or health.outcome is not Outcome.OK:
        return False

    writer = life.health.event_writer
    return (writer is None or writer.state != _FAILED) and case.now.awake >= case.state.settle_until


def _has_process(session: LiveSession) -> bool:
    return session.row.status == SessionStatus.RUNNING and not session.row.external


def _ghost(case: Case, session: LiveSession) -> Judgement:
    row, vacant = session.row, session.vacant
    if session.lives:
        return clear(case, f"session:{row.id}", (Kind.SESSION_GHOST,), case.now)

    age = case.now.wall - row.created_at
    if age < _YOUNG:
        return wait(case.now.awake + _YOUNG - max(0, age))

    if session.sought is None:
        return ask(case, Look.HARNESS, subject=row.id)

    if vacant is None or session.sought.traces is None or session.sought.traces.leases not in _NO_LEASE:
        return UNKNOWN

    return _vacant(case, session, vacant, session.sought.traces)


def _vacant(case: Case, session: LiveSession, vacant: Instant, traces: Traces) -> Judgement:
    """Nothing is there. When that has lasted, the row and the processes are read once more."""
    due = vacant.awake + max(case.settings.sessions.ghost_after, _CONFIRM)
    if case.now.awake < due:
        return wait(due)

    assert session.sought is not None
    again = tuple(
        look for look, at in ((Look.HARNESS, session.sought.at), (Look.SESSION, session.confirmed)) if _before(at, due)
    )
    if again or case.since(session.sought.at) > _FRESH:
        return ask(case, *(again or (Look.HARNESS,)), subject=session.row.id)

    return _present(case, session, vacant, by_run=session.by_coven_run or traces.left_lease)


def _before(at: Instant | None, due: int) -> bool:
    return at is None or at.awake < due


def _present(case: Case, session: LiveSession, vacant: Instant, *, by_run: bool) -> Judgement:
    assert session.sought is not None
    assert session.confirmed is not None
    row = session.row
    which = "the `coven run` that ran it is gone" if by_run else "it has no process and no terminal"
    brief = brief_row(row, until=(session.ended or vacant).wall)
    facts = Facts(
        identity=_identity(session),
        home=case.state.home,
        sessions=(brief,),
        detail=f"{which}; only a restart of the daemon clears the row, {_cost(case)}",
        last_seen=session.ended.wall if session.ended else None,
    )
    verdict = present(
        case,
        f"session:{row.id}",
        Kind.SESSION_GHOST,
        witness("sessions", session.confirmed, "the ledger says running"),
        internal("processes", session.sought.at, "no process, no terminal, no `coven run` and no lease that may be its own"),
        facts=facts,
        severity=Severity.INFO if by_run else None,
        fact_at=session.ended or vacant,
    )
    return said(verdict)


def _identity(session: LiveSession) -> Identity | None:
    return session.harness.identity if session.harness else None


def _cost(case: Case) -> str:
    """What the restart would end."""
    ends = sum(1 for session in case.state.live.values() if session.own and session.lives)
    return f"which ends {ends} live session{'s' if ends > 1 else ''}" if ends else "and no live session is there to lose"
