"""An id comes in; what it means goes out: an incident of the watchdog's records, or a session of a ledger. Both by their first letters."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import anyio
from anyio import to_thread

from coven_watchdog.coven.contents import Contents, Row, contents
from coven_watchdog.coven.ledger import UnclearError
from coven_watchdog.coven.paths import HomePaths
from coven_watchdog.decide.text import said
from coven_watchdog.diagnose.bundle.case import BundleCase, Wishes, about, begun
from coven_watchdog.diagnose.bundle.sessions import AT_MOST
from coven_watchdog.diagnose.doctor import Asked, Examined
from coven_watchdog.errors import CovenError, StoreError, WatchdogError
from coven_watchdog.model.facts import SELF_HOME
from coven_watchdog.model.incidents import Incident
from coven_watchdog.report.doctor import DoctorHome
from coven_watchdog.report.doctor import worst as precedence
from coven_watchdog.store import StoreReader

_PATIENCE = 4.0
_SHORTEST, _SHOWN = 4, 60

Ledgers = Mapping[str, tuple[Contents | None, CovenError | None]]


async def subject(asked: Asked, examined: Examined, name: str | None, wishes: Wishes) -> BundleCase:
    """The case: about what is named; without a name about the home that is worst off, and what is wrong there.

    Raises:
        WatchdogError: nothing of that name is known, or more than one thing is.
    """
    ledgers = await _ledgers(examined.doctor.homes)
    if name is None:
        return _with(ledgers, begun(asked, examined, _worst(examined.doctor.homes), wishes))

    incident, refusal = await to_thread.run_sync(_incident, asked.database, name)
    if incident is not None:
        home = _home_of(examined.doctor.homes, incident)
        return _with_session(_with(ledgers, about(begun(asked, examined, home, wishes), incident)), incident)

    return _of_session(asked, examined, name, wishes, ledgers, refusal)


def _incident(database: Path, name: str) -> tuple[Incident | None, WatchdogError]:
    """The incident of that name, or why there is none."""
    try:
        with StoreReader(database) as rows:
            return rows.incident(name), WatchdogError("")
    except WatchdogError as error:
        return None, error


async def _ledgers(homes: Sequence[DoctorHome]) -> Ledgers:
    """The sessions of each home, or why they are not known. All at once."""
    found: dict[str, tuple[Contents | None, CovenError | None]] = {}

    async def read(home: str) -> None:
        found[home] = await _ledger(HomePaths(Path(home)))

    async with anyio.create_task_group() as tasks:
        for home in homes:
            tasks.start_soon(read, home.home, name=f"ledger of {home.home}")

    return found


async def _ledger(paths: HomePaths) -> tuple[Contents | None, CovenError | None]:
    try:
        with anyio.fail_after(_PATIENCE):
            return await to_thread.run_sync(contents, paths, AT_MOST, abandon_on_cancel=True), None
    except TimeoutError:
        message = f"could not be read within {_PATIENCE:g} s"
        return None, UnclearError(message)
    except CovenError as error:
        return None, error


def _with(ledgers: Ledgers, case: BundleCase) -> BundleCase:
    ledger, error = ledgers[case.home.home]
    return replace(case, ledger=ledger, ledger_error=error)


def _with_session(case: BundleCase, incident: Incident) -> BundleCase:
    """An incident of one session is about that session, too."""
    briefs, ledger = incident.facts.sessions, case.ledger
    rows = ledger.named(briefs[0].id) if ledger and len(briefs) == 1 and incident.kind.startswith("session.") else ()
    return replace(case, session=rows[0]) if rows else case


def _worst(homes: Sequence[DoctorHome]) -> DoctorHome:
    """The home that is worst off; of equals the first."""
    bad = precedence([home.status for home in homes])
    return next(home for home in homes if home.status is bad)


def _home_of(homes: Sequence[DoctorHome], incident: Incident) -> DoctorHome:
    """The home of an incident; the watchdog's own troubles are told beside the home that is worst off.

    Raises:
        WatchdogError: that home is not watched any more.
    """
    if incident.home == SELF_HOME:
        return _worst(homes)

    found = next((home for home in homes if home.home == incident.home), None)
    if found is None:
        message = f"incident {incident.id} is of a home that is not watched any more: {incident.home}"
        raise WatchdogError(message, next_step=f"COVEN_HOME={incident.home} coven-watchdog bundle {incident.id}")

    return found


def _of_session(
    asked: Asked, examined: Examined, name: str, wishes: Wishes, ledgers: Ledgers, refusal: WatchdogError
) -> BundleCase:
    """The session of that name, with what happened to it.

    Raises:
        WatchdogError: there is none, or more than one.
    """
    rows = [(home, row) for home, (ledger, _) in ledgers.items() if ledger for row in ledger.named(name)]
    if len(rows) > 1 and len(exact := [one for one in rows if one[1].id == name]) == 1:
        rows = exact

    if not rows or len(name) < _SHORTEST:
        raise _unknown(name, ledgers, refusal)

    if len(rows) > 1:
        names = ", ".join(row.id for _, row in rows[:3])
        message = f"{len(rows)} sessions begin with {said(name, _SHOWN)!r}: {names}{', …' if len(rows) > 3 else ''}"  # noqa: PLR2004 - three are enough
        raise WatchdogError(message, next_step="give more of the id")

    (key, row), homes = rows[0], examined.doctor.homes
    case = begun(asked, examined, next(home for home in homes if home.home == key), wishes)
    return replace(_with(ledgers, case), session=row, incident=_about(case, row))


def _about(case: BundleCase, row: Row) -> Incident | None:
    """The last trouble that this session was in."""
    return next((one for one in case.case.recent if row.id in {brief.id for brief in one.facts.sessions}), None)


def _unknown(name: str, ledgers: Ledgers, refusal: WatchdogError) -> WatchdogError:
    """Why nothing of that name was found."""
    name = said(name, _SHOWN)
    if isinstance(refusal, StoreError):
        message = f"no session begins with {name!r}, and the records of incidents cannot be read: {refusal.message}"
        return WatchdogError(message, next_step="without an id, the bundle is about what is wrong now")

    unread = [error.message for _, error in ledgers.values() if error]
    why = f"; the ledger {unread[0]}" if unread else ""
    message = f"no incident and no session begins with {name!r}{why}"
    return WatchdogError(message, next_step="coven-watchdog incidents --all; coven sessions")
