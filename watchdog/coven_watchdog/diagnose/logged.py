"""Collector: what the daemon's log tells of since that daemon's start, and the lines in question."""

import re
from collections.abc import Sequence

from coven_watchdog.catalogue import Advice
from coven_watchdog.coven.log import panic_words, panicked
from coven_watchdog.coven.logbook import Entry, around, failures
from coven_watchdog.decide.words import counted
from coven_watchdog.diagnose.case import HomeCase, fine, unknown, wrong
from coven_watchdog.diagnose.told import troubles
from coven_watchdog.model.facts import Identity
from coven_watchdog.model.words import Basis, Effect, Topic
from coven_watchdog.report.doctor import DoctorLine
from coven_watchdog.report.views import WitnessView

Lines = tuple[DoctorLine, ...]

_READ = Advice("tail -n 60 {log}", Effect.READS, "Read it")
_SHOWN = 5
_FRAME = re.compile(r"\s*\d+: |backtrace:|-{8}|$")
"""What stands below a panic's message."""


def log(case: HomeCase) -> Lines:
    """Does it tell of trouble?"""
    found = troubles(case, Topic.LOG)
    if found:
        return found

    if case.log_error:
        return (unknown(Topic.LOG, case.log_error),)

    if not case.log:
        return (fine(Topic.LOG, "daemon-recovery.log is empty or not there: nothing was started here yet"),)

    return (_read(case),)


def _read(case: HomeCase) -> DoctorLine:
    bad = failures(case.log, _since(case))
    panic = panicked([entry.raw for entry in bad])
    if panic or bad:
        words = panic_words([entry.raw for entry in case.log]) if panic else ""
        what = f"a panic ({words})" if panic else counted(len(bad), "failure")
        says = f"it tells of {what} since this daemon's start"
        return wrong(Topic.LOG, says, *_lines(case, bad[-_SHOWN:]), following=case.advice(_READ))

    newest = case.log[-1]
    when = f", the last line at {case.time(newest.at)}" if newest.at is not None else ""
    return fine(Topic.LOG, f"no failure since the last start{when}", *_lines(case, (newest,)))


def _since(case: HomeCase) -> int | None:
    """Wall µs: the start of the daemon that runs, or of the one that ended."""
    life = case.state.life
    if life is not None:
        return life.started_wall

    start = next((entry.at for entry in reversed(case.log) if "before-spawn" in entry.says), None)
    return start if start is not None else case.log[0].at


def _lines(case: HomeCase, told: Sequence[Entry]) -> tuple[WitnessView, ...]:
    """These, and the ones in question, each once, in their order."""
    wanted = {entry.raw for entry in (*told, *_in_question(case))}
    once = dict.fromkeys(entry.raw for entry in case.log if entry.raw in wanted and not _FRAME.match(entry.raw))
    return tuple(case.saw("log", raw, basis=Basis.INTERNAL) for raw in once)


def _in_question(case: HomeCase) -> tuple[Entry, ...]:
    """The entries around the pid, the session, the time or the error code that a finding speaks of."""
    facts = [(finding.facts, finding.fact_at) for finding in case.check.findings]
    facts += [(one.facts, one.fact_at) for one in case.incidents]
    names = {name for fact, _ in facts for name in (*_pids(fact.identity, fact.pid), *(brief.id for brief in fact.sessions))}
    names |= {case.state.listing.error_code} if case.state.listing and case.state.listing.error_code else set()
    times = {at for _, at in facts if at is not None}
    return around(case.log, names, times)[-_SHOWN:]


def _pids(identity: Identity | None, pid: int | None) -> list[str]:
    return [f"pid={one}" for one in {identity.pid if identity else pid} if one is not None]
