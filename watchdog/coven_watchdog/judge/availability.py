"""Whether the daemon can be worked with: first match wins, as the table in the documentation has it."""

from coven_watchdog.judge.common import (
    UNKNOWN,
    Case,
    ask,
    briefs,
    by_sessions,
    clear,
    internal,
    present,
    said,
    wait,
    witness,
)
from coven_watchdog.judge.contract import difference
from coven_watchdog.judge.ended import ended, never_seen, panic_words
from coven_watchdog.judge.restarts import aftermath
from coven_watchdog.judge.starts import in_vain
from coven_watchdog.model.facts import Asked
from coven_watchdog.model.incidents import Facts, Judgement, Verdict, Witness
from coven_watchdog.model.time import MILLISECOND, SECOND
from coven_watchdog.model.words import Kind, Look, Outcome, ProcessState, Severity
from coven_watchdog.state import Life

KINDS = (
    Kind.DAEMON_CRASHED,
    Kind.DAEMON_START_FAILED,
    Kind.DAEMON_SOCKET_LOST,
    Kind.DAEMON_UNRESPONSIVE,
    Kind.DAEMON_UNHEALTHY,
    Kind.DAEMON_STOPPED,
    Kind.DAEMON_INCOMPATIBLE,
)

_STARTING = 10 * SECOND
"""A start takes 0.1 s; its own budget is 5 s (seen on 0.4.6)."""
_PASSING = SECOND
"""A clean stop refuses for 1 to 9 ms while the process lives (seen on 0.4.6)."""
_WITHOUT_LOCK = 10 * SECOND
"""Where the system does not say who holds the lock, only time makes a second witness."""
_UNANSWERED = 500 * MILLISECOND
_LISTING_WITHIN = 5 * SECOND
_LATE_COUNTS = 2 * SECOND
_THREADS = 64
_NEXT_TRY = 250 * MILLISECOND
_SILENT = frozenset({Outcome.TIMED_OUT, Outcome.RESET})
_NO_ENTRY = frozenset({Outcome.REFUSED, Outcome.NO_SOCKET})
_WRONG = frozenset({Outcome.NOT_CONTRACT, Outcome.HTTP_ERROR})


def availability(case: Case) -> Judgement:
    """One verdict about the daemon, or the looks that would allow one."""
    state = case.state
    files = state.files
    if files is None:
        return ask(case, Look.FILES)

    if files.error or files.directory is None:
        return UNKNOWN

    if case.now.awake < state.settle_until:
        return wait(state.settle_until)

    if state.life is None:
        return in_vain(case, never_seen(case, files))

    if state.life.ended is not None:
        return in_vain(case, ended(case, state.life))

    return UNKNOWN if files.problems else _living(case, state.life)


def _living(case: Case, life: Life) -> Judgement:
    """Its process lives: can it be reached, does it answer, is the answer good?"""
    files, health = case.state.files, case.state.health
    assert files is not None
    starting = _starting(case, life)
    if starting is not None:
        return starting

    if files.socket is None:
        return _socket_gone(case, life)

    if health is None or health.at.awake < life.seen.awake:
        return ask(case, Look.HEALTH)

    if health.outcome is Outcome.OK:
        return _answered(case, life, health)

    return _failing(case, life, health)


def _starting(case: Case, life: Life) -> Judgement | None:
    """A young daemon that never served has no socket yet: the lock comes first, the store is opened, the socket is bound, daemon.json is written."""
    files, health = case.state.files, case.state.health
    unbound = files is None or files.socket is None or (health is not None and health.outcome in _NO_ENTRY)
    age = case.now.wall - life.born
    if life.served is not None or life.intact or not unbound or not 0 <= age < _STARTING:
        return None

    return wait(case.now.awake + _STARTING - age)


def _socket_gone(case: Case, life: Life) -> Judgement:
    """No socket file while the process lives: both seen again, a moment after the socket was first missed."""
    files, lock = case.state.files, case.state.lock
    assert files is not None
    since = life.socket_gone or files.at
    confirmed = since.awake + (_NEXT_TRY if case.tested and lock is not None and lock.knowable else _WITHOUT_LOCK)
    if case.now.awake < confirmed:
        return wait(confirmed)

    if files.at.awake < confirmed or life.process_at is None or life.process_at.awake < confirmed:
        return ask(case, Look.FILES, Look.DAEMON)

    panic = f"; {panic_words(life)}" if life.panicked else ""
    seen = witness("files", files.at, f"its socket file is gone{panic}")
    return _trouble(case, life, Kind.DAEMON_SOCKET_LOST, seen, _holds(case, life))


def _holds(case: Case, life: Life) -> Witness:
    lock = case.state.lock
    if case.tested and lock is not None and life.identity in lock.owners:
        return internal("lock", lock.at, f"process {life.identity.pid} holds daemon-serve.lock")

    return witness("process", life.process_at or life.seen, f"process {life.identity.pid} lives")


def _failing(case: Case, life: Life, health: Asked) -> Judgement:
    """A request got no good answer. How often, and for how long, decides."""
    since = case.state.failing_since or health.at
    if health.outcome in _NO_ENTRY:
        return _refused(case, life, health) if case.since(since) >= _PASSING else wait(since.awake + _PASSING)

    if health.outcome in _SILENT:
        return _silent(case, life, health)

    if health.outcome not in _WRONG:
        return UNKNOWN

    if case.state.failures > 1:
        return _trouble(
            case, life, Kind.DAEMON_UNHEALTHY, witness("health", health.at, f"GET /health: {health.detail or health.outcome}")
        )

    return _again(case, health)


def _again(case: Case, health: Asked) -> Judgement:
    """One more request, a moment after the last one."""
    due = health.at.awake + _NEXT_TRY
    return ask(case, Look.HEALTH) if case.now.awake >= due else wait(due)


def _refused(case: Case, life: Life, health: Asked) -> Judgement:
    """The process lives and nobody listens behind the socket file."""
    seen = witness("socket", health.at, f"{health.detail or health.outcome}")
    return _trouble(case, life, Kind.DAEMON_SOCKET_LOST, seen, _holds(case, life))


def _silent(case: Case, life: Life, health: Asked) -> Judgement:
    """No complete answer. Never an accusation while our own loop or the machine was late."""
    late = case.state.late_at
    if late is not None and case.now.awake - late < _LATE_COUNTS:
        return wait(late + _LATE_COUNTS)

    seen = witness("health", health.at, f"{case.state.failures} requests in a row got no complete answer")
    if case.state.failures >= case.settings.probe.unresponsive_after:
        return _trouble(case, life, Kind.DAEMON_UNRESPONSIVE, seen, _process(life))

    if _frozen(life) and health.latency >= _UNANSWERED:
        return _trouble(case, life, Kind.DAEMON_UNRESPONSIVE, seen, _process(life))

    fresh = life.process_at is not None and life.process_at.awake >= health.at.awake
    return UNKNOWN if fresh else ask(case, Look.DAEMON)


def _frozen(life: Life) -> bool:
    """The kernel showed the process stopped twice, half a second apart."""
    since, at = life.stopped_since, life.process_at
    return since is not None and at is not None and at.awake - since.awake >= _UNANSWERED


def _held(case: Case, life: Life) -> int:
    """How many clients hold it, when they are as many as it serves at once; else 0.

    Each that sends half a request has a thread of its own until it hangs up, or for a minute, when the log tells of it (seen on 0.4.6).
    """
    log, since = case.state.log, case.state.failing_since
    told = log is not None and since is not None and log.unfinished_at is not None and log.unfinished_at >= since.wall
    clients = max((life.sockets or 1) - 1, log.unfinished if log is not None and told else 0)
    return clients if case.tested and clients >= _THREADS else 0


def _process(life: Life) -> Witness:
    at = life.process_at or life.seen
    state = "is stopped (T)" if life.process is ProcessState.STOPPED else "lives"
    return witness("process", at, f"process {life.identity.pid} {state}")


def frozen(case: Case) -> Judgement:
    """The kernel shows the daemon stopped: ask it now with half a second's patience, and look at the process again."""
    life = case.state.alive
    if life is None or life.stopped_since is None or _frozen(life):
        return UNKNOWN

    again = life.stopped_since.awake + _UNANSWERED
    if case.now.awake >= again:
        return ask(case, Look.DAEMON)

    health = case.state.health
    if health is not None and health.at.awake > life.stopped_since.awake:
        return wait(again)

    return ask(case, Look.HEALTH, timeout=_UNANSWERED, wake_at=again)


def _answered(case: Case, life: Life, health: Asked) -> Judgement:
    """It answered. What the answer says decides; a good one clears everything, once the sessions are known too."""
    answer = health.health
    if answer is None or not answer.ok:
        return _trouble(
            case,
            life,
            Kind.DAEMON_UNHEALTHY,
            witness("health", health.at, f"GET /health: {health.detail or 'it says ok: false'}"),
        )

    if saw := difference(answer):
        seen = witness("health", health.at, saw)
        return said(_verdict(case, life, Kind.DAEMON_INCOMPATIBLE, seen, severity=Severity.WARNING))

    served = life.served or health.at
    if life.listed is None and case.since(served) < _LISTING_WITHIN:
        return wait(served.awake + _LISTING_WITHIN)

    return clear(case, "daemon", KINDS, health.at, aftermath(case, life))


def _trouble(case: Case, life: Life, kind: Kind, *witnesses: Witness) -> Judgement:
    return said(_verdict(case, life, kind, *witnesses))


def _verdict(case: Case, life: Life, kind: Kind, *witnesses: Witness, severity: Severity | None = None) -> Verdict:
    own = [session for session in case.state.live.values() if session.own]
    known = life.listed is not None
    facts = Facts(
        identity=life.identity,
        pid=life.identity.pid,
        home=case.state.home,
        sessions=briefs(own, case.now),
        sessions_known=known,
        detail="stopped" if life.process is ProcessState.STOPPED else "",
        count=_held(case, life) if kind is Kind.DAEMON_UNRESPONSIVE else 0,
        last_seen=life.last_good.wall if life.last_good else None,
        version=life.health.coven_version if life.health else "",
    )
    loud = by_sessions(case, len(own) if known else None)
    return present(case, "daemon", kind, *witnesses, facts=facts, severity=severity or loud)
