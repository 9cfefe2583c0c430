"""Whether two daemons serve one home: each holds a lock of that name, one of them on a file that was deleted."""

from coven_watchdog.judge.common import UNKNOWN, Case, ask, briefs, clear, internal, present, said, tried, wait, witness
from coven_watchdog.model.facts import Identity, LockSeen
from coven_watchdog.model.incidents import Facts, Judgement, Witness
from coven_watchdog.model.time import MILLISECOND, SECOND
from coven_watchdog.model.words import Kind, Look

_AGAIN = 250 * MILLISECOND
_RECHECK = SECOND


def duplicate(case: Case) -> Judgement:
    """Two owners of the serve lock, seen twice. Never by command line: a guardian's is a daemon's (seen on 0.4.6)."""
    lock, since = case.state.lock, case.state.rivals
    if lock is None or not lock.knowable:
        return UNKNOWN

    if since is None:
        return clear(case, "daemon", (Kind.DAEMON_DUPLICATE,), case.now)

    again = since.awake + _AGAIN
    if lock.at.awake < again:
        return ask(case, Look.DAEMON) if case.now.awake >= again else wait(again)

    return _both(case, lock) if tried(case) else UNKNOWN


def _both(case: Case, lock: LockSeen) -> Judgement:
    life = case.state.alive
    assert life is not None  # one of the owners lives, or its version would not be known
    other = next((owner for owner in lock.owners if owner != life.identity), life.identity)
    old = case.state.predecessor
    hit = [one for one in old.live_at_end if one.own] if old is not None and old.identity == other else []
    facts = Facts(
        home=case.state.home,
        pid=other.pid,
        sessions=briefs(hit, case.now),
        detail=f"process {life.identity.pid} answers; process {other.pid} lives on out of reach",
    )
    pids = " and ".join(str(owner.pid) for owner in lock.owners)
    seen = internal(
        "lock", lock.at, f"processes {pids} each hold a daemon-serve.lock of this home; one of the files is deleted"
    )
    verdict = present(case, "daemon", Kind.DAEMON_DUPLICATE, seen, *_answers(case, life.identity), facts=facts)
    due = lock.at.awake + _RECHECK
    looks = ask(case, Look.DAEMON).looks if case.now.awake >= due else ()
    return said(verdict, *looks, wake_at=None if looks else due)


def _answers(case: Case, identity: Identity) -> tuple[Witness, ...]:
    """Who is reached."""
    health = case.state.health
    reached = health is not None and health.peer == identity
    return (witness("socket", health.at, f"process {identity.pid} answers"),) if health is not None and reached else ()
