"""One fresh look at each home: the real sources and the real rules, without history, patience or store."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

import anyio
import msgspec
from anyio import to_thread

from coven_watchdog import clock
from coven_watchdog.catalogue import CATALOGUE, order
from coven_watchdog.judge import judge
from coven_watchdog.judge.common import Case, present, witness
from coven_watchdog.judge.look import conclusive, look_of
from coven_watchdog.model.facts import Observation
from coven_watchdog.model.incidents import Judgement, Verdict
from coven_watchdog.model.looks import HomeLook
from coven_watchdog.model.time import SECOND, Instant
from coven_watchdog.model.words import CheckStatus, DaemonState, Expect, Form, Kind, Severity
from coven_watchdog.observe import SOURCES
from coven_watchdog.observe.home import HomeWatch
from coven_watchdog.observe.sessions import SessionsSource
from coven_watchdog.settings import Duration, Home, Settings
from coven_watchdog.state import HomeState, fold

_PATIENCE = 2.0
_TRIES = 2
_SHORTEST = 0.01
_WAITING = 256


@dataclass(frozen=True, slots=True)
class HomeCheck:
    """One home as it is now, and what is wrong with it, worst first. `state`: all that was seen."""

    look: HomeLook
    findings: tuple[Verdict, ...]
    status: CheckStatus
    state: HomeState


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The whole answer. Precedence: critical, warning, unknown, ok."""

    status: CheckStatus
    homes: tuple[HomeCheck, ...]


async def fresh_look(settings: Settings, homes: Sequence[Home], uid: int, *, listing: bool = True) -> CheckResult:
    """Look at each home at once, for at most two seconds and once more.

    `listing` False: Coven is not asked for its sessions, for then it reads its ledger, and leaves traces of that in the home.
    """
    checks: dict[str, HomeCheck] = {}
    quick = impatient(settings)
    boot = await to_thread.run_sync(clock.boot_id)

    async def check(home: Home) -> None:
        checks[home.path] = await _check(quick, home, uid, boot, listing=listing)

    async with anyio.create_task_group() as tasks:
        for home in homes:
            tasks.start_soon(check, home, name=f"check {home.path}")

    found = tuple(checks[home.path] for home in homes)
    return CheckResult(_worst([check.status for check in found]), found)


def impatient(settings: Settings) -> Settings:
    """For a single look: two tries of a second each stand for what the service would try three times."""
    probe = msgspec.structs.replace(settings.probe, unresponsive_after=_TRIES, health_timeout=Duration(SECOND))
    sessions = msgspec.structs.replace(settings.sessions, ghost_after=Duration(0), stuck_after=Duration(0))
    return msgspec.structs.replace(settings, probe=probe, sessions=sessions)


async def _check(settings: Settings, home: Home, uid: int, boot: str, *, listing: bool) -> HomeCheck:
    began = HomeState.new(home.path, clock.now(), booted=clock.booted(), boot=boot)
    state = await _look(settings, home, uid, began, listing=listing)
    now = clock.now()
    judgement = judge(state, settings, now)
    look = look_of(state, judgement, settings, now, boot)
    findings = _findings(judgement) or _missing(state, settings, look)
    return HomeCheck(look, findings, _status(findings, look, settings), state)


async def _look(settings: Settings, home: Home, uid: int, state: HomeState, *, listing: bool) -> HomeState:
    """Run the real sources until enough is known, or the time is over."""
    sources = SOURCES if listing else tuple(source for source in SOURCES if source is not SessionsSource)
    watch = HomeWatch(home, lambda: settings, clock.now, uid, brief=True, sources=sources)
    send, receive = anyio.create_memory_object_stream[Observation](_WAITING)
    async with send, receive, anyio.create_task_group() as tasks:
        tasks.start_soon(watch.run, send.send, name=f"look at {home.path}")
        with anyio.move_on_after(_PATIENCE * _TRIES):
            while (pause := _pause(state, settings, watch, listing=listing)) is not None:
                with anyio.move_on_after(pause):
                    state = fold(state, await receive.receive())

        tasks.cancel_scope.cancel()

    return state


def _pause(state: HomeState, settings: Settings, watch: HomeWatch, *, listing: bool) -> float | None:
    """Seconds to wait for the next fact at most; None when enough is known. Looks that the rules want are asked for."""
    now = clock.now()
    judgement = judge(state, settings, now)
    watch.ask(judgement.looks)
    due = inf if judgement.wake_at is None else max(_SHORTEST, (judgement.wake_at - now.awake) / SECOND)
    return None if _conclusive(state, judgement, now, listing=listing) else due


def _conclusive(state: HomeState, judgement: Judgement, now: Instant, *, listing: bool) -> bool:
    """`conclusive`; without a listing as if there had been one, and as if nobody wanted to look at what it would have shown."""
    if listing:
        return conclusive(state, judgement, now)

    looks = tuple(request for request in judgement.looks if request.look not in SessionsSource.looks)
    return conclusive(replace(state, listed=now), replace(judgement, looks=looks), now)


def _findings(judgement: Judgement) -> tuple[Verdict, ...]:
    """The states that are present, worst first; one for each subject, as the incidents would have it."""
    states = [verdict for verdict in judgement.verdicts if verdict.present and CATALOGUE[verdict.kind].form is Form.STATE]
    worst: dict[str, Verdict] = {}
    for verdict in sorted(states, key=lambda verdict: (-verdict.severity.rank, order(verdict.kind))):
        worst.setdefault(verdict.subject, verdict)

    return tuple(verdict for verdict in worst.values() if verdict.severity is not Severity.OFF)


def _missing(state: HomeState, settings: Settings, look: HomeLook) -> tuple[Verdict, ...]:
    """A home that does not exist is a stopped daemon where one is expected to run."""
    case = Case(state, settings, state.last)
    if look.daemon.state is not DaemonState.ABSENT or settings.expect_of(state.home) is not Expect.RUNNING:
        return ()

    seen = witness("files", state.last, "no such directory")
    return (present(case, "daemon", Kind.DAEMON_STOPPED, seen, severity=Severity.CRITICAL),)


def _status(findings: Sequence[Verdict], look: HomeLook, settings: Settings) -> CheckStatus:
    severities = {verdict.severity for verdict in findings if not told_by_choice(verdict, settings)}
    if Severity.CRITICAL in severities:
        return CheckStatus.CRITICAL

    if Severity.WARNING in severities:
        return CheckStatus.WARNING

    return CheckStatus.UNKNOWN if look.daemon.state is DaemonState.UNKNOWN else CheckStatus.OK


def told_by_choice(verdict: Verdict, settings: Settings) -> bool:
    """A daemon that is cleanly not running is fine unless it is expected to run."""
    return verdict.kind is Kind.DAEMON_STOPPED and settings.expect_of(verdict.home) is not Expect.RUNNING


_PRECEDENCE = (CheckStatus.CRITICAL, CheckStatus.WARNING, CheckStatus.UNKNOWN, CheckStatus.OK)


def _worst(statuses: Sequence[CheckStatus]) -> CheckStatus:
    return min(statuses, key=_PRECEDENCE.index, default=CheckStatus.UNKNOWN)
