"""Whether a start that was tried came to nothing, and how far it came: the log tells that it was tried, the rest that nothing serves.

The log is an internal of Coven, so what it says of a start counts only while nothing holds the lock and nothing listens (contract).
"""

from coven_watchdog.judge.common import UNKNOWN, Case, ask, briefs, by_sessions, internal, merged, present, said, wait, witness
from coven_watchdog.judge.ended import exit_words
from coven_watchdog.model.facts import ExitStatus
from coven_watchdog.model.incidents import Facts, Judgement, Witness
from coven_watchdog.model.log import StartTried
from coven_watchdog.model.time import DAY, HOUR, MILLISECOND, MINUTE, SECOND, Instant
from coven_watchdog.model.words import DaemonState, FileType, Kind, Look, Outcome, StartPhase
from coven_watchdog.state import Life

_BUDGET = 6 * SECOND
"""A start gives up after 5 s (seen on 0.4.6)."""
_GONE = 300 * MILLISECOND
"""The lock is free at once when the daemon that took it ends."""
_STAMPS = SECOND
"""Within this, a stamp of the log and a time of ours say nothing of what was first."""
_AT_ONCE = 2 * SECOND
_YOUNG = MINUTE
_NO_ENTRY = frozenset({Outcome.REFUSED, Outcome.NO_SOCKET})
_WORDS = {
    StartPhase.LOCK: "before it had the home to itself: something holds or hides daemon-serve.lock, or the home is not fit",
    StartPhase.STORE: "while it opened its ledger: the ledger is damaged, or not for it to read",
    StartPhase.BIND: "before its socket was bound: something is in the way of coven.sock, or its path is too long",
}


def in_vain(case: Case, otherwise: Judgement) -> Judgement:
    """The start that failed after the last daemon's end; else what is known without one. No daemon lives."""
    if case.state.log is None and case.state.life is None:
        # What lies around is not all that may be known of it.
        return merged((otherwise, ask(case, Look.LOG)))

    start = _tried(case)
    if start is None:
        return _unborn(case) or otherwise

    due = _due(case, start)
    if case.now.wall < due:
        return _under_way(case, start, otherwise, wait(case.now.awake + due - case.now.wall))

    looks = _looks(case, due)
    if looks:
        return _under_way(case, start, otherwise, ask(case, *looks))

    # What the log calls serving and nobody finds has come and gone.
    return otherwise if start.phase is StartPhase.SERVING else _failed(case, start, otherwise)


def _under_way(case: Case, start: StartTried, otherwise: Judgement, more: Judgement) -> Judgement:
    """It may yet serve. How the daemon before ended is told beside a start that follows at once; of a later one, that is known."""
    served = _served(case)
    at_once = served is not None and served.ended is not None and start.at - served.ended.wall < _AT_ONCE
    return merged((otherwise, more)) if at_once else more


def _due(case: Case, start: StartTried) -> int:
    """Wall µs from which on a daemon that does not serve has failed to start: its end, where that was seen, or that its lock is free."""
    own = _own(case, start)
    if own is not None and own.ended is not None:
        return own.ended.wall

    lock = case.state.lock
    slow = start.phase is StartPhase.LOCK or lock is None or not lock.knowable
    return start.at + _BUDGET if slow else start.last + _GONE


def _tried(case: Case) -> StartTried | None:
    """The last start of the log, if it was tried after all that served."""
    start = case.state.log.start if case.state.log else None
    if start is None or start.at > case.now.wall + _STAMPS:
        return None

    served = _served(case)
    if served is not None and served.ended is not None:
        return start if start.at >= served.ended.wall - _STAMPS else None

    return start if _recent(case, start) else None


def _served(case: Case) -> Life | None:
    """The last daemon of this run that served, or was found serving."""
    lives = [*case.state.past, *([case.state.life] if case.state.life else [])]
    return next((life for life in reversed(lives) if not _stillborn(life)), None)


def _stillborn(life: Life) -> bool:
    """It ended young, without ever having answered or having been named by daemon.json."""
    left = life.leftovers
    named = life.intact or (left is not None and (left.record_named or left.socket_left))
    return life.ended is not None and life.served is None and not named and life.ended.wall - life.born < _YOUNG


def _recent(case: Case, start: StartTried) -> bool:
    """Of the time before this run: since the boot and the last sight of a daemon, and nothing was made or removed in the home since.

    Coven's own commands write there when a daemon comes or goes, but not while they only try to start one.
    """
    state, before = case.state, case.state.remembered
    if state.life is not None:
        return True

    since = state.began.wall - (DAY if before else HOUR)
    if before is not None and before.daemon.state is DaemonState.RUNNING:
        since = max(since, before.seen_at - _STAMPS)

    directory = state.files.directory if state.files else None
    quiet = directory is not None and directory.mtime // 1000 <= start.last + _BUDGET
    return quiet and start.at >= max(since, state.booted)


def _own(case: Case, start: StartTried) -> Life | None:
    """The life that this start was, when that was seen."""
    life = case.state.life
    return life if life is not None and _stillborn(life) and life.born >= start.at - _STAMPS else None


def _looks(case: Case, due: int) -> tuple[Look, ...]:
    """What must be seen after the start should have been over: who holds the lock, what lies there, how far the log tells."""
    state = case.state
    seen = ((Look.DAEMON, state.lock), (Look.FILES, state.files), (Look.LOG, state.log))
    return tuple(look for look, fact in seen if fact is None or fact.at.wall < due)


def _failed(case: Case, start: StartTried, otherwise: Judgement) -> Judgement:
    lock, log = case.state.lock, case.state.log
    if log is None or (lock is not None and lock.owners) or not _nobody_listens(case):
        # Somebody is there: another start, of which the log does not tell yet.
        return _under_way(case, start, otherwise, UNKNOWN)

    own = _own(case, start)
    saw = f"it ended {_WORDS[start.phase]}"
    told = internal("log", log.at, f"a start was tried; its last step is {start.step or 'not told'}")
    return _verdict(case, Instant(start.at, log.at.awake), saw, own.exit if own else None, told)


def _nobody_listens(case: Case) -> bool:
    files, health = case.state.files, case.state.health
    plain = files is not None and (files.socket is None or files.socket.type is not FileType.SOCKET)
    return plain or (health is not None and health.outcome in _NO_ENTRY)


def _unborn(case: Case) -> Judgement | None:
    """Without a word of the log: a daemon was seen to come, and to end with an error before it served."""
    life = case.state.life
    if life is None or life.exit in {None, ExitStatus(code=0)} or not _stillborn(life):
        return None

    return _verdict(case, life.seen, "it ended before it served", life.exit)


def _verdict(case: Case, at: Instant, saw: str, status: ExitStatus | None, *told: Witness) -> Judgement:
    files, served = case.state.files, _served(case)
    assert files is not None
    hit = [one for one in served.live_at_end if one.own] if served and served.sessions_known else []
    known = served is not None and served.sessions_known
    facts = Facts(
        exit=status,
        exit_source="kernel" if status else "",
        identity=served.identity if served else None,
        home=case.state.home,
        sessions=briefs(hit, served.ended) if served and served.ended else (),
        sessions_known=known,
        detail=f"{saw} ({exit_words(status)})" if status else saw,
    )
    nobody = witness("files", files.at, "nothing listens, and nobody holds daemon-serve.lock")
    severity = by_sessions(case, len(hit) if known else _remembered(case))
    return said(present(case, "daemon", Kind.DAEMON_START_FAILED, *told, nobody, facts=facts, severity=severity, fact_at=at))


def _remembered(case: Case) -> int | None:
    """How many sessions the run before knew to live; None where nobody knows."""
    before = case.state.remembered
    return len([row for row in before.live if not row.external]) if before and before.complete else None
