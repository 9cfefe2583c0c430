"""Collector: are the harnesses that sessions use on the PATH of the daemon's process, and where are they instead? Blocking reads."""

from coven_watchdog.coven.programs import programs
from coven_watchdog.diagnose.case import HomeCase, fine, unknown, wrong
from coven_watchdog.diagnose.told import troubles
from coven_watchdog.model.programs import Program
from coven_watchdog.model.words import Basis, Topic
from coven_watchdog.report.doctor import DoctorLine
from coven_watchdog.report.views import WitnessView

Lines = tuple[DoctorLine, ...]

_CAUSE = (
    "The PATH of the daemon's process counts, not your shell's, and it is frozen when the daemon starts. Started by a desktop or a "
    "service manager it is short: start the daemon from a shell that finds the program."
)


def harnesses(case: HomeCase) -> Lines:
    """Where each is found."""
    return troubles(case, Topic.HARNESSES) or (_looked_up(case),)


def _looked_up(case: HomeCase) -> DoctorLine:
    """Those that Coven knows in this home, against the daemon's PATH."""
    life = case.state.alive
    if life is None:
        return unknown(Topic.HARNESSES, "no daemon runs whose PATH would count")

    if not case.settings.privacy.read_environ:
        return unknown(Topic.HARNESSES, "the daemon's PATH is not read: [privacy] read_environ is false")

    found = programs(life.identity, case.paths.root, _used(case), case.env_path)
    if not found:
        return unknown(Topic.HARNESSES, "the system does not show the environment of the daemon's process")

    return _compared(case, found)


def _compared(case: HomeCase, found: tuple[Program, ...]) -> DoctorLine:
    """What is there, and what is used and is not."""
    there = [one.harness for one in found if one.found]
    lost = [one.harness for one in found if one.used and one.found is False]
    witnesses = tuple(_place(case, one) for one in found if one.found or one.used or one.elsewhere)
    if lost:
        return wrong(Topic.HARNESSES, f"{', '.join(lost)} not on the PATH of the daemon's process", *witnesses, cause=_CAUSE)

    if not there:
        names = ", ".join(one.harness for one in found)
        return fine(Topic.HARNESSES, f"none of {names} on the daemon's PATH, and no session uses one", *witnesses)

    return fine(Topic.HARNESSES, f"{', '.join(there)} on the PATH of the daemon's process", *witnesses)


def _used(case: HomeCase) -> set[str]:
    """What live sessions use, and what those used that had trouble within the last day."""
    told = {brief.harness for one in case.recent for brief in one.facts.sessions}
    return told | (case.ledger.harnesses if case.ledger else frozenset())


def _place(case: HomeCase, one: Program) -> WitnessView:
    """Where one of them is."""
    used = "; sessions use it" if one.used else ""
    if one.found:
        where = "on the daemon's PATH"
    elif one.found is None:
        where = "cannot be known"
    else:
        where = f"not on the daemon's PATH, but in {case.shown(one.elsewhere)}" if one.elsewhere else "nowhere"

    return case.saw("environ", f"{one.harness} ({one.executable}): {where}{used}", basis=Basis.INTERNAL)
