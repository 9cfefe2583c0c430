"""Sessions that are to be started and are not. Their rows say created; so do those of `coven run --detach`, which wait by design.

Nothing in a row tells the two apart (seen on 0.4.6). So it is said only of a launch that Coven has promised to somebody, and of
one whose `coven run` was seen; of any other row nobody can know, and nothing is said.
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
from coven_watchdog.judge.ghosts import writes
from coven_watchdog.model.facts import Identity
from coven_watchdog.model.incidents import Facts, Judgement, Witness
from coven_watchdog.model.processes import HarnessSought
from coven_watchdog.model.time import SECOND, Instant
from coven_watchdog.model.words import Kind, Look, ProcessState, SessionStatus
from coven_watchdog.state import LiveSession

_YOUNG = 5 * SECOND
"""A launch takes some 15 ms (seen on 0.4.6)."""
_FRESH = 90 * SECOND


def stuck(case: Case) -> Judgement:
    """A verdict for each live row of which enough is known; what has started is clear."""
    if not writes(case):
        return UNKNOWN

    # There may be thousands of rows that were never anything but running.
    concerned = (one for one in case.state.live.values() if one.row.status == SessionStatus.CREATED or _has_started(one))
    return merged(_stuck(case, session) for session in concerned)


def _has_started(session: LiveSession) -> bool:
    """It is known to have a process, or was waited for."""
    return session.lives or session.starter is not None or session.row.adopted


def _stuck(case: Case, session: LiveSession) -> Judgement:
    row = session.row
    if row.status != SessionStatus.CREATED:
        return clear(case, f"session:{row.id}", (Kind.SESSION_STUCK,), case.now)

    age = case.now.wall - row.created_at
    if age < _YOUNG:
        return wait(case.now.awake + _YOUNG - max(0, age))

    due = session.seen.awake + case.settings.sessions.stuck_after
    return _promised(case, session, due) if row.adopted else _by_run(case, session, due)


def _promised(case: Case, session: LiveSession, due: int) -> Judgement:
    """Coven gives it up neither after ten minutes nor when it is restarted (seen on 0.4.6)."""
    if case.now.awake < due:
        return wait(due)

    if _before(session.confirmed, due):
        return ask(case, Look.SESSION, subject=session.row.id)

    return _present(case, session, "Coven has promised to run it, and does not give it up by itself")


def _by_run(case: Case, session: LiveSession, due: int) -> Judgement:
    """One look, early, for the `coven run` that is to start it: one that only noted it down is gone by then."""
    sought, found = session.sought, session.starter
    if sought is None:
        return ask(case, Look.HARNESS, subject=session.row.id) if tried(case) else UNKNOWN

    if found is None or (found.terminal and not case.settings.sessions.own_terminal):
        return UNKNOWN

    if case.now.awake < due:
        return wait(due)

    old = _before(sought.at, due) or case.since(sought.at) > _FRESH
    looks = ((Look.HARNESS, old), (Look.SESSION, _before(session.confirmed, due)))
    if any(wanted for _, wanted in looks):
        return ask(case, *(look for look, wanted in looks if wanted), subject=session.row.id)

    return _of_run(case, session, sought, found.starter)


def _before(at: Instant | None, due: int) -> bool:
    return at is None or at.awake < due


def _of_run(case: Case, session: LiveSession, sought: HarnessSought, starter: Identity | None) -> Judgement:
    assert starter is not None
    saw = f"its `coven run`, process {starter.pid}, {_how(sought)}"
    seen = internal("processes", sought.at, saw)
    return _present(case, session, f"{saw}; Coven gives it up when it is ten minutes old", seen, starter=starter)


def _how(sought: HarnessSought) -> str:
    if sought.starter is None:
        return "is gone and has started nothing"

    return "was stopped by a signal" if sought.state is ProcessState.STOPPED else "is there and has started nothing"


def _present(case: Case, session: LiveSession, detail: str, *witnesses: Witness, starter: Identity | None = None) -> Judgement:
    assert session.confirmed is not None
    row = session.row
    brief = brief_row(row, until=case.now.wall)
    facts = Facts(identity=starter, home=case.state.home, sessions=(brief,), detail=detail)
    seen = witness("sessions", session.confirmed, "the ledger says created")
    return said(present(case, f"session:{row.id}", Kind.SESSION_STUCK, seen, *witnesses, facts=facts, fact_at=session.seen))
