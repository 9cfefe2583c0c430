"""Facts for the report: how the daemon ended, what was heard of it before and after, how far its last start came."""

from collections.abc import Iterator

from coven_watchdog.coven.log import panicked
from coven_watchdog.coven.logbook import entries, failures
from coven_watchdog.decide.text import said
from coven_watchdog.diagnose.bundle.case import BundleCase
from coven_watchdog.diagnose.bundle.facts import LONGEST, RUNS, Collected, fact, outcome, time
from coven_watchdog.diagnose.bundle.system import System
from coven_watchdog.model.facts import ExitStatus
from coven_watchdog.model.samples import Turn
from coven_watchdog.model.time import MILLISECOND
from coven_watchdog.model.words import Basis, DaemonState, Outcome

_LINES = 5
_TICK = "`"


def ending(found: Collected) -> Iterator[str]:
    """All of it."""
    yield fact(_ended(found.case), Basis.INTERNAL)
    system = found.data("system.json", System)
    scene = found.case.incident.scene if found.case.incident else None
    word = (scene.kernel if scene else "") or (system.kernel_log if system else "")
    yield fact(f"Kernel log: {word or 'no OOM kill or fault of that process, as far as it may be read'}", Basis.INTERNAL)
    yield fact(_health(found), Basis.CONTRACT)
    yield from _started(found)


def _ended(case: BundleCase) -> str:
    incident, look = case.incident, case.case.look.daemon
    facts = incident.facts if incident and incident.subject == "daemon" else None
    whom = f" (pid {case.suspect.pid})" if case.suspect else ""
    if facts is not None and facts.exit is not None:
        return f"The daemon{whom} ended {_exit(facts.exit)}, says the {facts.exit_source or 'kernel'}"

    if look.state in RUNS:
        return f"The daemon did not end: pid {look.pid or 'not known'} is {look.state.value.replace('_', ' ')}"

    if look.state is DaemonState.CRASHED:
        why = "not knowable here: nobody watched it when it died" if incident is None else "not told by the kernel"
        return f"The daemon{whom} is gone and left its files behind; by which signal or code is {why}"

    if look.state in {DaemonState.STOPPED, DaemonState.ABSENT}:
        return "No daemon runs, and nothing is left behind: stopped cleanly, or not started"

    return f"Not known: {look.state.value}"


def _exit(status: ExitStatus) -> str:
    return f"by signal {status.signal}" if status.signal is not None else f"with exit code {status.code}"


def _health(found: Collected) -> str:
    """The last good answer before the fault and the first after it."""
    case, turns = found.case, found.turns()
    fault = case.fault
    if fault is None:
        return f"Health now: {_now(case)}"

    last = next((turn for turn in reversed(turns) if turn.good and turn.at <= fault), None)
    seen = case.incident.facts.last_seen if case.incident else None
    before = _turn(last) if last else time(seen) if seen else "not recorded (a running service writes once a minute)"
    failed = next((turn for turn in turns if not turn.good and turn.at > fault), None)
    broke = f"; first failed: {time(failed.at)} {outcome(failed.outcome)}" if failed else ""
    after = next((turn for turn in turns if turn.good and turn.at > fault), None)
    good = _turn(after) if after else "now" if _well(case) else "none yet"
    return f"Last good health before the fault: {before}{broke}; first good after: {good}; now: {_now(case)}"


def _turn(turn: Turn) -> str:
    pid = f" by pid {turn.pid}" if turn.pid else ""
    return f"{time(turn.at)}{pid} in {turn.latency // MILLISECOND} ms"


def _well(case: BundleCase) -> bool:
    return case.case.state.health is not None and case.case.state.health.outcome is Outcome.OK


def _now(case: BundleCase) -> str:
    asked = case.case.state.health
    if asked is None:
        return "not asked"

    return f"{outcome(asked.outcome)}{f' ({asked.detail})' if asked.detail else ''} in {asked.latency // MILLISECOND} ms"


def _started(found: Collected) -> Iterator[str]:
    """From the log."""
    log = found.log
    if log is None or log.start is None:
        yield fact(
            "Last start: not known, for the log was not read" if log is None else "Last start: the log tells of none",
            Basis.INTERNAL,
        )
        if log is None:
            return
    else:
        start = log.start
        phase = start.phases[-1] if start.phases else "not logged by this version"
        came = f"came up as pid {start.pid}" if start.pid else "came up" if start.serving else "did not come up"
        opened = "its store opened" if start.opened else "no word that its store opened" if start.detailed else ""
        says = (f"Last start: {time(start.at)}, {came}, last phase {phase}", opened)
        yield fact("; ".join(part for part in says if part), Basis.INTERNAL)

    if panicked(log.lines):
        yield fact("The log has a panic, whole in daemon-recovery.log", Basis.INTERNAL)

    told = failures(entries(log.lines), None)
    yield fact(f"Failures in the log since then: {len(told) or 'none'}", Basis.INTERNAL)
    yield from (f"  - `{said(entry.raw.replace(_TICK, chr(39)), LONGEST)}`" for entry in told[-_LINES:])
