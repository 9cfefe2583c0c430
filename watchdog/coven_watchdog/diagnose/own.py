"""Collectors: the watchdog examines itself. Service, configuration, channels, records, and when it did not see."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from coven_watchdog import __version__
from coven_watchdog.config import FaultyConfigError, Loaded
from coven_watchdog.coven import processes
from coven_watchdog.decide.advice import Suggestion
from coven_watchdog.decide.words import Place, clock_time, counted, span
from coven_watchdog.diagnose.case import fine, seen, told, unknown, wrong
from coven_watchdog.diagnose.records import Records
from coven_watchdog.diagnose.told import recorded, topic_of
from coven_watchdog.errors import ConfigError
from coven_watchdog.model.facts import SELF_HOME
from coven_watchdog.model.time import MINUTE, Instant
from coven_watchdog.model.words import Basis, ChannelState, CheckStatus, Effect, ServiceCondition, Topic
from coven_watchdog.report.doctor import DoctorLine
from coven_watchdog.report.status import BlindView, ChannelView, WatchdogView
from coven_watchdog.report.times import moment
from coven_watchdog.report.views import WitnessView
from coven_watchdog.service import ServiceState

Lines = tuple[DoctorLine, ...]

_SILENT = 5 * MINUTE
"""The service writes itself down once a minute."""
_RUN = Suggestion("coven-watchdog run", Effect.READS, "Start it")
_INSTALL = Suggestion("coven-watchdog service install", Effect.READS, "Have it watch, from now on")
_START = Suggestion("coven-watchdog service start", Effect.READS, "Start it")
_LOGS = Suggestion("coven-watchdog service logs", Effect.READS, "See why")
_STANDS: Mapping[ServiceCondition, str] = {
    ServiceCondition.NOT_INSTALLED: "not installed",
    ServiceCondition.STOPPED: "stopped",
    ServiceCondition.STARTING: "starting",
    ServiceCondition.RUNNING: "running",
    ServiceCondition.STOPPING: "stopping",
    ServiceCondition.WAITING: "waiting to be started again",
    ServiceCondition.FAILED: "given up",
    ServiceCondition.UNKNOWN: "in an unknown state",
}
_VALIDATE = Suggestion("coven-watchdog config validate", Effect.READS, "See every fault")
_NOT_READ = "the records could not be read"
_SHOWN = 5
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class OwnCase:
    """The watchdog itself. `config` None: it is faulty, and `fault` says how. `config_path`: its file, existing or not.

    `managed`: how its service stands with its manager; None where none could be asked, and then `unmanaged` may say why.
    """

    records: Records
    config: Loaded | None
    fault: ConfigError | None
    config_path: str
    place: Place
    now: Instant
    managed: ServiceState | None = None
    unmanaged: str = ""

    def saw(self, source: str, saw: str) -> WitnessView:
        """One piece of evidence of this moment. None of it is Coven's, so there is no contract of Coven's to break."""
        return seen(source, saw, self.now, Basis.INTERNAL)

    def troubles(self, *topics: Topic) -> Lines:
        """Open incidents of the watchdog's own."""
        found = [one for one in self.records.open(SELF_HOME) if topic_of(one.kind) in topics]
        return tuple(recorded(one, self.place, self.now.wall, watched=self.records.running) for one in found)


def service(case: OwnCase) -> Lines:
    """Does it run, and who started it?"""
    status = case.records.status
    if status is None:
        return (unknown(Topic.SERVICE, _NOT_READ),)

    own = status.watchdog
    if not own.running:
        return (_nobody(case, own),)

    return (*case.troubles(Topic.SERVICE, Topic.HOME), _service(case, own))


def _nobody(case: OwnCase, own: WatchdogView) -> DoctorLine:
    """No watchdog runs: is there a service that should?"""
    managers = _managers(case)
    last = "no service has ever written itself down"
    if own.seen_at is not None:
        last = f"the last sign of a service is from {_time(case, own.seen_at)}"

    saw = (case.saw("records", last), *managers)
    state = case.managed
    if state is not None and state.condition is not ServiceCondition.NOT_INSTALLED:
        how = f", it ended by {state.trouble}" if state.trouble else ""
        following = (_LOGS, _START) if state.trouble else (_START,)
        return wrong(
            Topic.SERVICE, f"nobody watches: the service is {_STANDS[state.condition]}{how}", *saw, following=following
        )

    start = _RUN if state is None else _INSTALL
    if own.seen_at is None:
        # What was never set up is neither well nor wrong.
        return told(Topic.SERVICE, CheckStatus.UNKNOWN, "nobody watches: no service has run yet", *saw, following=(start,))

    return wrong(Topic.SERVICE, "nobody watches: the service does not run", *saw, following=(start,))


def _managers(case: OwnCase) -> tuple[WitnessView, ...]:
    """What the service manager says."""
    if case.managed is not None:
        return (case.saw(case.managed.manager.value, f"the service is {_STANDS[case.managed.condition]}"),)

    return (case.saw("service manager", case.unmanaged),) if case.unmanaged else ()


def _service(case: OwnCase, own: WatchdogView) -> DoctorLine:
    """The one that runs."""
    pid = own.pid or 0
    starter = _starter(case, pid)
    saw = (case.saw("processes", f"pid {pid} runs, {starter}"), *_managers(case))
    silent = (moment(case.now.wall) - own.seen_at) // _MICROSECOND if own.seen_at else 0
    since = f"runs since {_time(case, own.since)}" if own.since else "runs"
    says = f"{since} · pid {pid} · {starter}"
    if silent > _SILENT:
        return wrong(Topic.SERVICE, f"{says}, but wrote nothing for {span(silent)}", *saw, cause="It hangs, or its disk does.")

    if own.version != own.installed_version:
        return wrong(Topic.SERVICE, f"{says}: version {own.version}, {__version__} is installed", *saw, cause="Restart it.")

    if own.notes:
        return wrong(Topic.SERVICE, f"{says}: {'; '.join(own.notes)}", *saw)

    return fine(Topic.SERVICE, says, *saw)


def _starter(case: OwnCase, pid: int) -> str:
    """Who started it, and so whether somebody starts it again: by its manager's word, else as far as the process table tells."""
    state = case.managed
    if state is None or state.pid != pid:
        return _manager(pid)

    lasting = ", and ends with your last session (loginctl enable-linger has it run always)" if state.lingering is False else ""
    return f"a service of {state.manager.value}{lasting}"


_MANAGERS = ("systemd", "launchd")


def _manager(pid: int) -> str:
    """Who started it, as far as the process table tells."""
    parent = processes.parent(pid)
    name = processes.program(parent) if parent else ""
    if name in _MANAGERS:
        return f"managed by {name}"

    return f"started from {name}, which does not start it again" if name else "its starter is gone"


def configuration(case: OwnCase) -> Lines:
    """Is it valid?"""
    found = case.troubles(Topic.CONFIGURATION)
    if case.fault is not None:
        return (*found, _faulty(case, case.fault))

    loaded = case.config
    if loaded is None or not loaded.exists:
        saw = case.saw("files", "no such file")
        return (*found, fine(Topic.CONFIGURATION, f"no {case.place.short(case.config_path)}: everything has its default", saw))

    seen_warnings = tuple(case.saw("configuration", warning) for warning in loaded.warnings)
    warned = f", with {counted(len(loaded.warnings), 'warning')}" if loaded.warnings else ""
    return (*found, fine(Topic.CONFIGURATION, f"{case.place.short(case.config_path)} is valid{warned}", *seen_warnings))


def _faulty(case: OwnCase, fault: ConfigError) -> DoctorLine:
    faults = [(one.where, one.message) for one in fault.faults] if isinstance(fault, FaultyConfigError) else []
    listed = [": ".join(part for part in one if part) for one in faults or [(fault.where, fault.message)]]
    return wrong(
        Topic.CONFIGURATION,
        f"it is not valid: {listed[0]}",
        *(case.saw("configuration", one) for one in listed[:_SHOWN]),
        cause="`run` refuses to start with it, and a service that runs keeps the one before. What is said here rests on the defaults.",
        following=(_VALIDATE,),
    )


def channels(case: OwnCase) -> Lines:
    """Would anybody be told?"""
    status = case.records.status
    if status is None:
        return (unknown(Topic.CHANNELS, _NOT_READ),)

    if not status.channels:
        return (wrong(Topic.CHANNELS, "there is no channel: nobody would be told"),)

    failing = {one.subject.removeprefix("channel:") for one in case.records.open(SELF_HOME)}
    rest = tuple(_channel(case, one) for one in status.channels if one.name not in failing)
    return (*case.troubles(Topic.CHANNELS), *rest)


def _channel(case: OwnCase, one: ChannelView) -> DoctorLine:
    waiting = f", {counted(one.pending, 'message')} waiting" if one.pending else ""
    where = case.saw("records", f"{one.url or 'an address that only the service knows'}, {one.state.value}{waiting}")
    test = Suggestion(f"coven-watchdog notify test --channel {one.name}", Effect.READS, "Send a test message")
    following = (test,) if one.name.isprintable() and " " not in one.name else ()
    if one.state is ChannelState.FAILING:
        return wrong(
            Topic.CHANNELS, f"{one.name} fails: {one.last_error or 'no reason given'}{waiting}", where, following=following
        )

    if one.last_sent_at is None:
        return fine(Topic.CHANNELS, f"{one.name}: nothing sent yet, so nothing is proved{waiting}", where, following=following)

    doubt = f", but {one.doubt}" if one.doubt else ""
    return fine(Topic.CHANNELS, f"{one.name}: last sent at {_time(case, one.last_sent_at)}{doubt}{waiting}", where)


def records(case: OwnCase) -> Lines:
    """Can its own database be read?"""
    path = case.place.short(str(case.records.path))
    if case.records.error:
        saw = case.saw("records", case.records.error)
        return (
            wrong(Topic.RECORDS, f"{path}: {case.records.error}", saw, cause="What is open and what was told is not known."),
        )

    found = case.troubles(Topic.RECORDS)
    if found:
        return found

    if not case.records.exists:
        return (fine(Topic.RECORDS, f"{path} is not there: nothing was recorded yet", case.saw("files", "no such file")),)

    number = counted(len(case.records.recent), "incident")
    return (fine(Topic.RECORDS, f"{path} can be read", case.saw("records", f"{number} open or changed within the last day")),)


def sight(case: OwnCase) -> Lines:
    """When did it not see?"""
    status = case.records.status
    if status is None:
        return (unknown(Topic.SIGHT, _NOT_READ),)

    gaps = status.blind_windows
    witnesses = tuple(case.saw("records", _gap(case, one)) for one in gaps[-_SHOWN:])
    blind = [one for one in gaps if one.to is None]
    if blind and case.records.running:
        return (wrong(Topic.SIGHT, f"it cannot look at {case.place.short(blind[0].home)}: {blind[0].why}", *witnesses),)

    if not case.records.running:
        return (unknown(Topic.SIGHT, "nobody watches now", *witnesses),)

    says = f"{counted(len(gaps), 'gap')} within the last day" if gaps else "no gap within the last day"
    return (fine(Topic.SIGHT, says, *witnesses),)


def _gap(case: OwnCase, one: BlindView) -> str:
    until = _time(case, one.to) if one.to else "now"
    return f"{_time(case, one.since)} to {until}: {one.why} ({case.place.short(one.home)})"


def _time(case: OwnCase, at: datetime) -> str:
    """A moment as people here read it."""
    return clock_time((at - moment(0)) // _MICROSECOND, case.now.wall, case.place.zone)
