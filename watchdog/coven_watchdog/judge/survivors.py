"""Sessions that are over in the ledger while their process lives on. The row is Coven's word, the process the kernel's, read twice."""

from coven_watchdog.judge.common import Case, brief_row, clear, internal, merged, present, said, wait, witness
from coven_watchdog.model.incidents import Facts, Judgement, LookRequest
from coven_watchdog.model.time import SECOND
from coven_watchdog.model.words import Kind, Look, ProcessState, SessionStatus
from coven_watchdog.state import Ending, LiveSession

_LETS_GO = 30 * SECOND
"""A harness that was told to end may take a while to do so."""


def survivors(case: Case) -> Judgement:
    """A verdict for each ended session whose process was known. An idle one may be taken up again: its process may stay."""
    endings = (ending for ending in case.state.endings.values() if ending.row.status != SessionStatus.IDLE)
    return merged(_survivor(case, ending, ending.live) for ending in endings if ending.live and ending.live.harness)


def _survivor(case: Case, ending: Ending, live: LiveSession) -> Judgement:
    subject = f"session:{ending.row.id}"
    if live.ended is not None:
        return clear(case, subject, (Kind.SESSION_SURVIVOR,), live.ended)

    due = ending.noticed.awake + _LETS_GO
    if ending.old and live.sought is None:
        # The run before knew it: from here on its end is awaited again.
        return _read(case, live)

    if case.now.awake < due:
        return wait(due)

    if live.sought is None or live.sought.at.awake < due:
        return _read(case, live)

    if live.sought.state in {None, ProcessState.ENDED}:
        return Judgement()

    return _present(case, ending, live)


def _read(case: Case, live: LiveSession) -> Judgement:
    """Read the process once more."""
    assert live.harness is not None
    request = LookRequest(case.state.home, Look.HARNESS, live.row.id, process=live.harness.identity)
    return Judgement(looks=(request,))


def _present(case: Case, ending: Ending, live: LiveSession) -> Judgement:
    assert live.harness is not None
    assert live.sought is not None
    pid = live.harness.identity.pid
    row = ending.row
    stopped = " and is stopped by a signal" if live.sought.state is ProcessState.STOPPED else ""
    facts = Facts(
        identity=live.harness.identity,
        pid=pid,
        home=case.state.home,
        sessions=(brief_row(row),),
        detail=f"the ledger says {row.status}, and process {pid} lives on{stopped}; Coven does not watch over it any more",
    )
    verdict = present(
        case,
        f"session:{row.id}",
        Kind.SESSION_SURVIVOR,
        witness("sessions", ending.noticed, f"the ledger says {row.status}"),
        internal("processes", live.sought.at, f"process {pid} lives"),
        facts=facts,
        fact_at=ending.noticed,
    )
    return said(verdict)
