"""A configuration, the watchdog's database and its homes come in; all that `doctor` says goes out. Coven is asked reading routes only.

Nothing is changed in a COVEN_HOME, not a file and not a timestamp; all of it takes ten seconds at most, whatever hangs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import anyio
from anyio import to_thread

from coven_watchdog import clock
from coven_watchdog.config import Loaded
from coven_watchdog.coven.ledger import Ledger, UnclearError, read_ledger
from coven_watchdog.coven.logbook import Entry, read
from coven_watchdog.coven.paths import HomePaths
from coven_watchdog.decide.words import Place
from coven_watchdog.diagnose import contact, ledger, logged, own, programs
from coven_watchdog.diagnose.case import HomeCase
from coven_watchdog.diagnose.collecting import Collector, attempt, collect
from coven_watchdog.diagnose.limits import limits
from coven_watchdog.diagnose.look import HomeCheck, fresh_look
from coven_watchdog.diagnose.own import OwnCase
from coven_watchdog.diagnose.questions import questions
from coven_watchdog.diagnose.records import Records, read_records
from coven_watchdog.diagnose.symptoms import symptoms
from coven_watchdog.errors import ConfigError, CovenError, WatchdogError
from coven_watchdog.model.time import DAY
from coven_watchdog.model.words import Topic
from coven_watchdog.report.doctor import Doctor, DoctorHome, DoctorLine, worst
from coven_watchdog.service import ServiceState, manager
from coven_watchdog.settings import Home, Settings

LOOK_PATIENCE = 5.0
_RECORDS_PATIENCE = _MANAGER_PATIENCE = 1.0
_LOG_PATIENCE, _LEDGER_PATIENCE = 0.5, 1.0
_RECENT = 2 * DAY
"""What sessions used that long ago is still used."""

OF_HOME: tuple[Collector[HomeCase], ...] = (
    Collector(Topic.HOME, contact.home),
    Collector(Topic.DAEMON, contact.daemon),
    Collector(Topic.SOCKET, contact.socket),
    Collector(Topic.HEALTH, contact.health),
    Collector(Topic.API, contact.api),
    Collector(Topic.CAPABILITIES, contact.capabilities),
    Collector(Topic.STORE, ledger.store),
    Collector(Topic.EVENT_WRITER, ledger.event_writer),
    Collector(Topic.SESSIONS, ledger.sessions),
    Collector(Topic.HARNESSES, programs.harnesses),
    Collector(Topic.LOG, logged.log),
)
OF_ITSELF: tuple[Collector[OwnCase], ...] = (
    Collector(Topic.SERVICE, own.service),
    Collector(Topic.CONFIGURATION, own.configuration),
    Collector(Topic.CHANNELS, own.channels),
    Collector(Topic.RECORDS, own.records),
    Collector(Topic.SIGHT, own.sight),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What `doctor` is asked.

    Attributes:
        settings: those in force, or the defaults while the configuration is faulty.
        config: the configuration; None while it is faulty, and then `fault` says how.
        config_path: its file, existing or not.
        database: the watchdog's own.
        place: this machine, for texts and commands.
        uid: whose Coven it must be.
        platform: `sys.platform`.
        env: for the PATH of whoever asks.
    """

    settings: Settings
    config: Loaded | None
    fault: ConfigError | None
    config_path: Path
    database: Path
    place: Place
    uid: int
    platform: str
    env: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Examined:
    """All that was found out, and what it rests on. `cases`: by home; None where nobody could look in time."""

    doctor: Doctor
    cases: Mapping[str, HomeCase | None]
    records: Records


async def diagnose(asked: Asked) -> Doctor:
    """Examine everything."""
    return (await examine(asked)).doctor


async def examine(asked: Asked) -> Examined:
    """Examine everything, and keep what it rests on."""
    records = await _records(asked)
    homes = await _homes(asked, records)
    managed, unmanaged = await _managed(asked)
    config = str(asked.config_path)
    case = OwnCase(records, asked.config, asked.fault, config, asked.place, clock.now(), managed, unmanaged)
    itself = await collect(OF_ITSELF, case)
    notes = [note for _, one in homes if one for note in one.look.notes]
    shown = tuple(home for home, _ in homes)
    doctor = Doctor(
        status=worst([*(home.status for home in shown), *(line.status for line in itself)]),
        homes=shown,
        watchdog=itself,
        limits=limits(asked.platform, notes),
    )
    return Examined(doctor, {home.home: one for home, one in homes}, records)


async def _records(asked: Asked) -> Records:
    """The records, or that reading them took too long."""
    now, config = clock.now().wall, str(asked.config_path)
    with anyio.move_on_after(_RECORDS_PATIENCE):
        boot = await to_thread.run_sync(clock.boot_id, abandon_on_cancel=True)
        return await to_thread.run_sync(read_records, asked.database, asked.settings, config, boot, now, abandon_on_cancel=True)

    return Records(asked.database, exists=True, error=f"could not be read within {_RECORDS_PATIENCE:g} s")


async def _managed(asked: Asked) -> tuple[ServiceState | None, str]:
    """How the service stands with its manager, or why that is not known."""

    def ask() -> ServiceState:
        return manager(asked.env, longest=_MANAGER_PATIENCE).state()

    try:
        with anyio.fail_after(_MANAGER_PATIENCE):
            return await to_thread.run_sync(ask, abandon_on_cancel=True), ""
    except TimeoutError:
        return None, f"no answer within {_MANAGER_PATIENCE:g} s"
    except WatchdogError as error:
        return None, error.message


async def _homes(asked: Asked, records: Records) -> Sequence[tuple[DoctorHome, HomeCase | None]]:
    """Each home, with what is said of it. All at once."""
    found: dict[str, tuple[DoctorHome, HomeCase | None]] = {}

    async def examine(home: Home) -> None:
        found[home.path] = await _home(asked, home, records)

    async with anyio.create_task_group() as tasks:
        for home in asked.settings.watched:
            tasks.start_soon(examine, home, name=f"doctor: {home.path}")

    return [found[home.path] for home in asked.settings.watched]


async def _home(asked: Asked, home: Home, records: Records) -> tuple[DoctorHome, HomeCase | None]:
    """One home."""

    async def look() -> HomeCheck:
        return (await fresh_look(asked.settings, [home], asked.uid, listing=False)).homes[0]

    check = await attempt(Topic.HOME, look, LOOK_PATIENCE)
    if isinstance(check, DoctorLine):
        return _unseen(home, check), None

    case = await _case(asked, check, records)
    lines = await collect(OF_HOME, case)
    return _shown(home, case, lines), case


async def _case(asked: Asked, check: HomeCheck, records: Records) -> HomeCase:
    """Everything that the collectors of a home need."""
    key = check.look.home
    paths = HomePaths(Path(key))
    log, log_error = await _log(paths)
    ledger, ledger_error = await _ledger(paths)
    return HomeCase(
        paths=paths,
        check=check,
        settings=asked.settings,
        place=asked.place,
        now=clock.now(),
        incidents=records.open(key),
        recent=records.of(key),
        remembered=records.looks.get(key),
        watched=records.running,
        log=log,
        log_error=log_error,
        ledger=ledger,
        ledger_error=ledger_error,
        env_path=asked.env.get("PATH", ""),
    )


async def _log(paths: HomePaths) -> tuple[tuple[Entry, ...], str]:
    """The daemon's log, and why it cannot be read."""
    try:
        with anyio.fail_after(_LOG_PATIENCE):
            return await to_thread.run_sync(read, paths, abandon_on_cancel=True), ""
    except TimeoutError:
        return (), f"the log could not be read within {_LOG_PATIENCE:g} s"
    except CovenError as error:
        return (), f"the log could not be read: {error.message}"


async def _ledger(paths: HomePaths) -> tuple[Ledger | None, CovenError | None]:
    """The ledger's file, and why it cannot be read."""
    recent = clock.now().wall - _RECENT
    try:
        with anyio.fail_after(_LEDGER_PATIENCE):
            return await to_thread.run_sync(read_ledger, paths, recent, abandon_on_cancel=True), None
    except TimeoutError:
        message = f"could not be read within {_LEDGER_PATIENCE:g} s"
        return None, UnclearError(message)
    except CovenError as error:
        return None, error


def _shown(home: Home, case: HomeCase, lines: tuple[DoctorLine, ...]) -> DoctorHome:
    return DoctorHome(
        home=home.path,
        name=home.name or home.path,
        status=worst([line.status for line in lines]),
        lines=lines,
        questions=questions(case),
        symptoms=symptoms(case, lines),
    )


def _unseen(home: Home, line: DoctorLine) -> DoctorHome:
    """A home at which nobody could look in time."""
    return DoctorHome(home=home.path, name=home.name or home.path, status=line.status, lines=(line,), questions=(), symptoms=())
