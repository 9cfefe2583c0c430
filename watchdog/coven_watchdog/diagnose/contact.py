"""Collectors: is there a home and a daemon, and does it answer? Home, daemon, socket, health, API, capabilities."""

from coven_watchdog.catalogue import Advice
from coven_watchdog.coven.wire import API_VERSION
from coven_watchdog.decide.words import span
from coven_watchdog.diagnose.case import HomeCase, fine, unknown, wrong
from coven_watchdog.diagnose.told import troubles
from coven_watchdog.model.facts import FileFact, FilesSeen, Health
from coven_watchdog.model.words import Basis, DaemonState, Effect, Holder, Outcome, Topic
from coven_watchdog.report.doctor import DoctorLine
from coven_watchdog.report.views import WitnessView

Lines = tuple[DoctorLine, ...]

_NEEDED = ("sessions", "events")
_START = Advice("coven daemon start", Effect.STARTS, "Start it when you need it")
_COMPARE = Advice("coven-watchdog --version", Effect.READS, "Compare the versions")
_NO_DAEMON = "nothing to ask: no daemon runs"
_SERVING = frozenset({DaemonState.RUNNING, DaemonState.INCOMPATIBLE})
"""What is not understood of its contract is said of that."""
_DOWN = frozenset({DaemonState.STOPPED, DaemonState.ABSENT})
_HOLDERS = {
    Holder.DAEMON: "which is the daemon",
    Holder.ZOMBIE: "which has ended and waits to be reaped",
    Holder.NOBODY: "and there is no such process",
    Holder.UNKNOWN: "and whose that is cannot be known",
}


def home(case: HomeCase) -> Lines:
    """The directory."""
    files = case.state.files
    found = troubles(case, Topic.HOME)
    if found:
        return found

    if files is None or files.error:
        return (unknown(Topic.HOME, f"{case.shown(case.look.home)} could not be looked at: {files.error if files else ''}"),)

    if files.directory is None:
        saw = case.saw("files", "no such directory", at=files.at)
        return (fine(Topic.HOME, f"{case.shown(case.look.home)} does not exist: Coven has not run here yet", saw),)

    return (fine(Topic.HOME, f"{case.shown(case.look.home)}, and only you can look into it", _stat(case, files.directory)),)


def _stat(case: HomeCase, fact: FileFact) -> WitnessView:
    return case.saw("files", f"{fact.type.value}, mode {fact.mode:04o}, user {fact.uid}")


def daemon(case: HomeCase) -> Lines:
    """Is there one, and since when?"""
    found = troubles(case, Topic.DAEMON)
    if found:
        return found

    state = case.look.daemon.state
    if state in _SERVING:
        return (fine(Topic.DAEMON, _running(case), *_process(case)),)

    if state in _DOWN:
        why = "there is no home" if state is DaemonState.ABSENT else "nothing is left behind, as after a clean stop"
        return (fine(Topic.DAEMON, f"not running: {why}", *_process(case), following=case.advice(_START)),)

    return (unknown(Topic.DAEMON, f"{state.value.replace('_', ' ')}: {_why_unknown(case.state.files)}", *_process(case)),)


def _running(case: HomeCase) -> str:
    look = case.look.daemon
    up = f"up {span(max(0, case.now.wall - look.started_at))}" if look.started_at is not None else ""
    version = f"Coven {look.coven_version}" if look.coven_version else ""
    return " · ".join(part for part in ("running", f"pid {look.pid}", up, version) if part)


def _why_unknown(files: FilesSeen | None) -> str:
    if files is not None and files.problems:
        return "nothing is asked of it while home or socket is not safe"

    return (files.error if files else "") or "not enough could be seen"


def _process(case: HomeCase) -> tuple[WitnessView, ...]:
    """The lock and the record, as they were seen."""
    lock, files = case.state.lock, case.state.files
    found = []
    if lock is not None and lock.knowable:
        held = " and ".join(f"pid {owner.pid}" for owner in lock.owners)
        saw = f"{held} holds daemon-serve.lock" if held else "nobody holds daemon-serve.lock"
        found.append(case.saw("lock", saw, at=lock.at, basis=Basis.INTERNAL))

    if files is not None and files.directory is not None:
        found.append(case.saw("files", _record(files), at=files.at))

    return tuple(found)


def _record(files: FilesSeen) -> str:
    """What daemon.json says."""
    if files.record is None:
        return "no daemon.json"

    if files.record.garbage:
        return "daemon.json is not what Coven writes"

    holder = f"which is {files.record_program or 'another program'}"
    return f"daemon.json names pid {files.record.pid}, {_HOLDERS.get(files.record_holder, holder)}"


def socket(case: HomeCase) -> Lines:
    """Is it there, is it safe, does somebody listen?"""
    found = troubles(case, Topic.SOCKET)
    files = case.state.files
    if found or files is None or files.error:
        return found or (unknown(Topic.SOCKET, "could not be looked at"),)

    path = case.shown(str(case.paths.socket))
    if files.socket is None:
        saw = case.saw("files", "no socket file", at=files.at)
        alive = case.state.alive is not None
        return (wrong(Topic.SOCKET, f"{path} is not there, though the daemon runs", saw),) if alive else (_none(path, saw),)

    return (_there(case, path, files.socket),)


def _none(path: str, saw: WitnessView) -> DoctorLine:
    return fine(Topic.SOCKET, f"{path} is not there, as it should be while no daemon runs", saw)


def _there(case: HomeCase, path: str, fact: FileFact) -> DoctorLine:
    """The file is there: what came of connecting."""
    asked, stat = case.state.health, _stat(case, fact)
    if asked is None or asked.outcome is Outcome.UNTRUSTED:
        return unknown(Topic.SOCKET, f"{path} was not connected to", stat)

    if asked.outcome is Outcome.REFUSED:
        saw = case.saw("socket", "connection refused", at=asked.at)
        return wrong(Topic.SOCKET, f"{path} is left behind: nobody listens", stat, saw)

    peer = f"pid {asked.peer.pid}" if asked.peer else "somebody"
    saw = case.saw("socket", f"{peer} accepts connections, as user {asked.peer_uid}", at=asked.at)
    return fine(Topic.SOCKET, f"{path}, {peer} listens", stat, *([saw] if asked.peer_uid is not None else []))


def health(case: HomeCase) -> Lines:
    """Does it answer, and what?"""
    asked = case.state.health
    if asked is None or asked.outcome is Outcome.NO_SOCKET or (case.state.alive is None and asked.health is None):
        return (unknown(Topic.HEALTH, _nobody(case) or "nobody could be asked"),)

    if asked.outcome is Outcome.UNTRUSTED:
        return (unknown(Topic.HEALTH, "not asked while home or socket is not safe"),)

    saw = case.saw("health", asked.detail or asked.outcome.value.replace("_", " "), at=asked.at)
    if asked.health is None:
        return (wrong(Topic.HEALTH, f"no good answer: {asked.detail or asked.outcome.value}", saw),)

    took = f"in {asked.latency // 1000} ms"
    if not asked.health.ok:
        return (wrong(Topic.HEALTH, f"it answers {took} that it is not well", saw),)

    return (fine(Topic.HEALTH, f"it answers {took} that it is well", case.saw("health", "ok: true", at=asked.at)),)


def _health_of(case: HomeCase) -> Health | None:
    life = case.state.alive
    return life.health if life else None


def _unsaid(case: HomeCase) -> str:
    return _nobody(case) or "it gave no answer that would say so"


def _nobody(case: HomeCase) -> str:
    """Why there is nobody to ask; "" when there is somebody."""
    if case.state.files is not None and case.state.files.error:
        return "whether a daemon runs cannot be seen"

    return _NO_DAEMON if case.look.daemon.state in _DOWN or case.state.alive is None else ""


def api(case: HomeCase) -> Lines:
    """Do we speak the same contract?"""
    found, heard = troubles(case, Topic.API), _health_of(case)
    if found or heard is None:
        return found or (unknown(Topic.API, _unsaid(case)),)

    saw = case.saw("health", f"apiVersion {heard.api_version}, covenVersion {heard.coven_version or 'not given'}")
    if heard.api_version != API_VERSION:
        return (wrong(Topic.API, f"{heard.api_version}, but what this watchdog knows is {API_VERSION}", saw),)

    return (fine(Topic.API, f"{heard.api_version}, which this watchdog knows", saw),)


def capabilities(case: HomeCase) -> Lines:
    """Can it do what is needed, and what was there before?"""
    found, heard = troubles(case, Topic.CAPABILITIES), _health_of(case)
    if found or heard is None:
        return found or (unknown(Topic.CAPABILITIES, _unsaid(case)),)

    on = sorted(name for name, value in heard.capabilities.items() if value)
    missing = [name for name in _NEEDED if not heard.capabilities.get(name)]
    saw = case.saw("health", ", ".join(on) or "none")
    if heard.strange:
        parts = " and ".join(heard.strange)
        says = f"the health answer's {parts} cannot be read: what rests on it is not watched until the older of Coven and the watchdog is updated"
        return (wrong(Topic.CAPABILITIES, says, saw, following=case.advice(_COMPARE)),)

    if missing:
        return (wrong(Topic.CAPABILITIES, f"{' and '.join(missing)} not offered, which watching needs", saw),)

    return (fine(Topic.CAPABILITIES, f"{' and '.join(_NEEDED)}, which watching needs, and {len(on) - len(_NEEDED)} more", saw),)
