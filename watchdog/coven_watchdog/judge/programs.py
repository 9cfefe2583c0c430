"""Whether the daemon runs the program that is installed: it may have been replaced under it."""

from coven_watchdog.judge.common import UNKNOWN, Case, clear, present, said, witness
from coven_watchdog.model.incidents import Facts, Judgement
from coven_watchdog.model.words import Kind

SUBJECT = "program"
"""Not `daemon`: it may last for weeks, and a crash meanwhile is a story of its own."""


def outdated(case: Case) -> Judgement:
    """The file that the daemon was started from is gone or is another one; over with that daemon."""
    life, lock = case.state.life, case.state.lock
    if life is None:
        nobody = lock is not None and lock.knowable and not lock.owners
        return clear(case, SUBJECT, (Kind.DAEMON_OUTDATED,), lock.at) if lock is not None and nobody else UNKNOWN

    if life.ended is not None or not life.replaced:
        return clear(case, SUBJECT, (Kind.DAEMON_OUTDATED,), life.ended or life.seen)

    seen = witness("process", life.seen, f"the program of process {life.identity.pid} is not there any more, or is another one")
    version = life.health.coven_version if life.health else ""
    facts = Facts(home=case.state.home, pid=life.identity.pid, identity=life.identity, version=version)
    return said(present(case, SUBJECT, Kind.DAEMON_OUTDATED, seen, facts=facts))
