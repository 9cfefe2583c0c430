"""What the end of a session means. Sessions lost with their daemon are part of its story and never judged here."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from coven_watchdog.judge.common import UNKNOWN, Case, ask, brief_row, internal, merged, present, said, wait, witness
from coven_watchdog.judge.ended import exit_words
from coven_watchdog.judge.harnesses import why_not_launched
from coven_watchdog.judge.output import wanted, with_output
from coven_watchdog.model.facts import ExitStatus, SessionRow
from coven_watchdog.model.incidents import Facts, Judgement, Witness
from coven_watchdog.model.time import MINUTE, SECOND
from coven_watchdog.model.words import Found, Kind, Look, SessionStatus
from coven_watchdog.state import Ending
from coven_watchdog.state.sessions import HOLD, ambiguous

_AT_ONCE = 5 * SECOND
_GIVEN_UP = 10 * MINUTE
"""Coven marks rows that were never started as failed after 600 s (seen on 0.4.6)."""
_SIGINT = 2
_INTERRUPTED = 130
_BEHIND = 5 * SECOND
"""A `coven run` writes its row's end 13 to 37 ms after the event (seen on 0.4.6); much later, somebody else has touched the row."""
_GIVES_UP_ASKING = 10 * SECOND
_HAS_ASKED = MINUTE
"""By then every question has been put: requests wait for their turn, and under the ceiling."""
_WITH_OUTPUT = frozenset({Kind.SESSION_FAILED, Kind.SESSION_CRASHED})
_DECIDED = 15 * SECOND
"""Nothing about an end is waited for as long as this, once what there is to ask was asked."""


def sessions(case: Case) -> Judgement:
    """A verdict for each session that ended, that is news, and that was not lost with its daemon."""
    return merged(judgement for _, judgement in _judged(case))


def undecided(case: Case) -> tuple[SessionRow, ...]:
    """The rows of sessions that have ended and about which nothing can be said yet."""
    return tuple(ending.row for ending, judgement in _judged(case) if _waits(judgement))


def _judged(case: Case) -> list[tuple[Ending, Judgement]]:
    """Each with what is to be said of it. What ended while nobody watched is said together, once it can be said of all."""
    judged = [(ending, _judge(case, ending)) for ending in _news(case)]
    asked = [judgement for ending, judgement in judged if _waits(judgement) and not _just_now(case, ending)]
    if not asked:
        return judged

    until = min(judgement.wake_at for judgement in asked if judgement.wake_at is not None)
    return [
        (ending, judgement if _just_now(case, ending) or not judgement.verdicts else wait(until))
        for ending, judgement in judged
    ]


def _news(case: Case) -> Iterator[Ending]:
    """What was judged when it was old enough has been judged for good: an event is noted once."""
    since = case.state.previous.awake - _DECIDED
    endings = (one for one in case.state.endings.values() if one.lost_with is None and not one.old)
    return (one for one in endings if one.noticed.awake >= (since - _HAS_ASKED if _unheard(one) else since))


def _unheard(ending: Ending) -> bool:
    """What it did must be asked of Coven, which was not asked yet."""
    return _unwatched(ending) and ending.events is None and not ending.unread


def _unwatched(ending: Ending) -> bool:
    return ending.live is None or ending.live.harness is None


def _waits(judgement: Judgement) -> bool:
    return judgement.wake_at is not None and not judgement.verdicts


def _judge(case: Case, ending: Ending) -> Judgement:
    if _quiet(case, ending):
        return UNKNOWN

    judge = _BY_STATUS.get(ending.row.status)
    return judge(case, ending) if judge else UNKNOWN


def _quiet(case: Case, ending: Ending) -> bool:
    """What a person does in the own terminal is no news to that person."""
    if case.settings.sessions.own_terminal:
        return False

    harness = ending.live.harness if ending.live else None
    in_terminal = harness is not None and harness.terminal and ending.live is not None and ending.live.by_coven_run
    return in_terminal or _interrupted(ending)


def _interrupted(ending: Ending) -> bool:
    """Ctrl-C: by the kernel's word, or by the exit code that shells give it."""
    if ending.exit is not None:
        return ending.exit.signal == _SIGINT or ending.exit.code == _INTERRUPTED

    return ending.row.exit_code == _INTERRUPTED


def _failed(case: Case, ending: Ending) -> Judgement:
    """Failed, crashed or never launched; ambiguous ends wait a moment for the kernel and for the daemon's own end."""
    if ambiguous(ending) and _just_now(case, ending) and case.since(ending.noticed) < HOLD:
        return wait(ending.noticed.awake + HOLD)

    if ending.exit is not None and ending.exit.signal is not None:
        return _tell(case, ending, Kind.SESSION_CRASHED, _kernel(ending, ending.exit), exit_=ending.exit, source="kernel")

    code = ending.row.exit_code
    return _of_a_run(case, ending) or (_exited(case, ending, code) if code else _without_code(case, ending))


def _of_a_run(case: Case, ending: Ending) -> Judgement | None:
    """Of a `coven run` whose process was not known (too short, or ended while nobody watched) nothing is told: whoever ran it saw it end.

    The daemon writes a row's end and its exit event in one go, with one time; a `coven run` writes the event first (seen on 0.4.6).
    """
    if not (_unwatched(ending) and case.tested) or case.settings.sessions.own_terminal:
        return None

    if (asking := _asking(case, ending)) is not None:
        return asking

    behind = 0 if ending.exit_at is None else ending.row.updated_at - ending.exit_at
    return UNKNOWN if 0 < behind <= _BEHIND else None


def _asking(case: Case, ending: Ending) -> Judgement | None:
    """The question what it did, for as long as there is hope of an answer."""
    patience = _HAS_ASKED if _unheard(ending) else _GIVES_UP_ASKING
    if ending.events is not None or case.since(ending.noticed) >= patience:
        return None

    return ask(case, Look.EVENTS, subject=ending.row.id, wake_at=ending.noticed.awake + patience)


def _just_now(case: Case, ending: Ending) -> bool:
    """It ended while this home was seen; else it is found out afterwards, and there is nothing to wait for."""
    return ending.row.updated_at >= case.state.sight.wall


def _exited(case: Case, ending: Ending, code: int) -> Judgement:
    """A non-zero code. Without the kernel's word a 1 proves little: Coven also records 1 for a harness ended by a signal."""
    doubtful = code == 1 and ending.exit is None
    detail = "Coven also records 1 for a harness that was killed" if doubtful else ""
    seen = witness("sessions", ending.noticed, f"the ledger says failed, exit code {code}")
    witnesses = (seen, _kernel(ending, ending.exit)) if ending.exit else (seen,)
    source = "kernel" if ending.exit and ending.exit.code == code else "coven"
    return _tell(case, ending, Kind.SESSION_FAILED, *witnesses, exit_=ExitStatus(code=code), source=source, detail=detail)


def _without_code(case: Case, ending: Ending) -> Judgement:
    """No exit code: it crashed after doing work, or it never ran."""
    ran = ending.row.updated_at - ending.row.created_at
    if (asking := _asking(case, ending)) is not None:
        return asking

    seen = witness("sessions", ending.noticed, "the ledger says failed, without an exit code")
    if ending.events or (ending.live is not None and ending.live.harness is not None):
        return _tell(case, ending, Kind.SESSION_CRASHED, seen)

    if ran <= _AT_ONCE:
        return _never_launched(case, ending, seen)

    return _given_up(case, ending, seen) if ran >= _GIVEN_UP else _tell(case, ending, Kind.SESSION_CRASHED, seen)


def _given_up(case: Case, ending: Ending, seen: Witness) -> Judgement:
    """Coven gives up what nobody begins. That is a launch that failed where it is known that somebody should have: see `stuck`."""
    starter = ending.live.starter if ending.live else None
    if starter is None or (starter.terminal and not case.settings.sessions.own_terminal):
        return UNKNOWN

    found = internal("processes", starter.at, "there was a `coven run` that had started nothing")
    detail = "Coven has given it up: its `coven run` had not started it within ten minutes"
    return _tell(case, ending, Kind.SESSION_LAUNCH_FAILED, seen, found, detail=detail)


def _never_launched(case: Case, ending: Ending, seen: Witness) -> Judgement:
    """It never ran. The PATH of the daemon's process tells why, if it may be read."""
    why = why_not_launched(case, ending.row, ending.noticed)
    if why is None and case.since(ending.noticed) < _GIVES_UP_ASKING:
        return ask(case, Look.PROGRAMS, wake_at=ending.noticed.awake + _GIVES_UP_ASKING)

    events = witness("events", ending.noticed, "not one event")
    return _tell(case, ending, Kind.SESSION_LAUNCH_FAILED, seen, events, detail=why or "")


def _kernel(ending: Ending, status: ExitStatus | None) -> Witness:
    assert status is not None
    at = ending.live.ended if ending.live and ending.live.ended else ending.noticed
    return witness(
        "kernel", at, f"its process was {exit_words(status)}" if status.signal else f"its process {exit_words(status)}"
    )


def _finished(case: Case, ending: Ending) -> Judgement:
    """Exit 0, of a run long enough to be waited for."""
    if ending.row.updated_at - ending.row.created_at < case.settings.sessions.finished_after:
        return UNKNOWN

    detail = "its turn is over; it can be continued" if ending.row.status == SessionStatus.IDLE else ""
    seen = witness("sessions", ending.noticed, f"the ledger says {ending.row.status}, exit code {ending.row.exit_code}")
    return _tell(case, ending, Kind.SESSION_FINISHED, seen, exit_=ExitStatus(code=0), source="coven", detail=detail)


def _killed(case: Case, ending: Ending) -> Judgement:
    return _tell(case, ending, Kind.SESSION_KILLED, witness("sessions", ending.noticed, "the ledger says killed"))


def _orphaned(case: Case, ending: Ending) -> Judgement:
    """Of one that had nothing behind it before, a restart of the daemon has only cleared the row."""
    if ending.live is not None and ending.live.vacant is not None:
        return UNKNOWN

    seen = witness("sessions", ending.noticed, "the ledger says orphaned")
    alive = ending.live is not None and ending.live.lives
    return _tell(
        case,
        ending,
        Kind.SESSION_ORPHANED,
        seen,
        detail="Coven calls it orphaned, and its process is still alive" if alive else "",
    )


def _tell(
    case: Case,
    ending: Ending,
    kind: Kind,
    *witnesses: Witness,
    exit_: ExitStatus | None = None,
    source: str = "",
    detail: str = "",
) -> Judgement:
    row = ending.row
    looks = wanted(case, ending) if kind in _WITH_OUTPUT and case.since(ending.noticed) < _GIVES_UP_ASKING else ()
    if looks:
        return ask(case, *looks, subject=row.id, wake_at=ending.noticed.awake + _GIVES_UP_ASKING)

    facts = Facts(exit=exit_, exit_source=source, home=case.state.home, sessions=(brief_row(row),), detail=detail)
    facts = with_output(facts, ending.tail, ending.dropped) if kind in _WITH_OUTPUT else facts
    verdict = present(
        case,
        f"session:{row.id}",
        kind,
        *witnesses,
        facts=facts,
        found=Found.LIVE if _just_now(case, ending) else Found.CATCH_UP,
    )
    ended = ending.live.ended if ending.live else None
    # Coven's clock may be ahead of ours: what was seen has happened.
    fact_at = ended.wall if ended else min(row.updated_at, ending.noticed.wall)
    return said(replace(verdict, occurrence=str(row.updated_at), fact_at=fact_at))


_BY_STATUS: dict[str, Callable[[Case, Ending], Judgement]] = {
    SessionStatus.FAILED: _failed,
    SessionStatus.COMPLETED: _finished,
    SessionStatus.IDLE: _finished,
    SessionStatus.KILLED: _killed,
    SessionStatus.ORPHANED: _orphaned,
}
