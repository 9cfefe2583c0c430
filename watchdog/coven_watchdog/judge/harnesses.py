"""Whether the daemon finds the programs that its sessions are run with."""

from collections.abc import Iterator

from coven_watchdog.judge.common import UNKNOWN, Case, ask, clear, internal, merged, present, said, without_secrets, witness
from coven_watchdog.model.facts import SessionRow
from coven_watchdog.model.incidents import Facts, Judgement, Witness
from coven_watchdog.model.programs import Program, ProgramsSeen
from coven_watchdog.model.time import MINUTE, SECOND, Instant
from coven_watchdog.model.words import Kind, Look, SessionStatus

_LOOK_EVERY = MINUTE
_AT_ONCE = 5 * SECOND


def harnesses(case: Case) -> Judgement:
    """One verdict for each harness that is configured; read once for each daemon, and each minute while one is missing."""
    life, seen = case.state.alive, case.state.programs
    if life is None or life.listed is None or not case.settings.privacy.read_environ:
        return UNKNOWN

    if seen is None or seen.identity != life.identity:
        return ask(case, Look.PROGRAMS)

    return merged(_judge(case, seen, program) for program in seen.programs)


def _judge(case: Case, seen: ProgramsSeen, program: Program) -> Judgement:
    """Missing when sessions use it; while nobody does, it is nobody's trouble."""
    subject, kinds = f"harness:{program.harness}", (Kind.HARNESS_MISSING,)
    if program.found is None:
        return UNKNOWN

    failed = _failed(case, program.harness)
    if program.found or not (program.used or failed):
        return clear(case, subject, kinds, seen.at)

    if not (case.tested or failed):
        # That Coven looks nowhere else is an internal of the versions that were tried.
        return UNKNOWN

    saw = missing(program)
    witnesses = (internal("environment", seen.at, saw), *(_launches(failed)))
    facts = Facts(home=case.state.home, identity=seen.identity, pid=seen.identity.pid, detail=saw)
    verdict = present(case, subject, Kind.HARNESS_MISSING, *witnesses, facts=facts)
    due = seen.at.awake + _LOOK_EVERY
    return said(verdict, *ask(case, Look.PROGRAMS).looks) if case.now.awake >= due else said(verdict, wake_at=due)


def missing(program: Program) -> str:
    """What is wrong, and where the program is instead."""
    name = without_secrets(program.executable)
    if name.startswith("/"):
        return f"{name} is not there"

    where = f"it is in {without_secrets(program.elsewhere)}" if program.elsewhere else "it is in no usual place either"
    return f"{name} is not on the daemon's PATH; {where}"


def why_not_launched(case: Case, row: SessionRow, noticed: Instant) -> str | None:
    """What the daemon's PATH says of a launch that failed: in words, "" when it says nothing, None when it must be read first."""
    life, seen = case.state.alive, case.state.programs
    if life is None or row.created_at < life.born or not case.settings.privacy.read_environ:
        return ""

    if seen is None or seen.identity != life.identity or seen.at.awake < noticed.awake:
        return None

    program = next((one for one in seen.programs if one.harness == row.harness), None)
    if program is None or program.found is None:
        return ""

    name = without_secrets(program.executable)
    if not program.found:
        return missing(program)

    return f"it could not be started, though the daemon finds {name} on its PATH; Coven told only whoever launched it why"


def _failed(case: Case, harness: str) -> tuple[Instant, ...]:
    """When launches with it failed under this daemon, as Coven's rows tell."""
    life = case.state.alive
    rows = ((one.row, one.noticed) for one in case.state.endings.values() if one.events is False)
    born = life.born if life else 0
    return tuple(at for row, at in rows if row.harness == harness and row.created_at >= born and _never_ran(row))


def _never_ran(row: SessionRow) -> bool:
    return row.status == SessionStatus.FAILED and row.exit_code is None and row.updated_at - row.created_at <= _AT_ONCE


def _launches(failed: tuple[Instant, ...]) -> Iterator[Witness]:
    if failed:
        yield witness("sessions", failed[-1], "a launch with it failed at once, without one event")
