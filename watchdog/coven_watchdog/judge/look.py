"""The state of one home, flattened for keeping and showing: what `status`, `check` and the next start read."""

from collections.abc import Iterator
from dataclasses import replace

from coven_watchdog.judge.common import Case, without_secrets
from coven_watchdog.judge.restarts import newcomer_to
from coven_watchdog.judge.sessions import undecided
from coven_watchdog.model.facts import Health, Identity, SessionRow
from coven_watchdog.model.incidents import Judgement
from coven_watchdog.model.looks import DaemonLook, HomeLook, Outlived
from coven_watchdog.model.time import MILLISECOND, Instant
from coven_watchdog.model.words import DaemonState, Kind
from coven_watchdog.settings import Settings
from coven_watchdog.state import HomeState, Life

_SOON = 600 * MILLISECOND

_STATES = {
    Kind.DAEMON_CRASHED: DaemonState.CRASHED,
    Kind.DAEMON_START_FAILED: DaemonState.STOPPED,
    Kind.DAEMON_STOPPED: DaemonState.STOPPED,
    Kind.DAEMON_UNRESPONSIVE: DaemonState.UNRESPONSIVE,
    Kind.DAEMON_SOCKET_LOST: DaemonState.SOCKET_LOST,
    Kind.DAEMON_UNHEALTHY: DaemonState.UNHEALTHY,
    Kind.DAEMON_INCOMPATIBLE: DaemonState.INCOMPATIBLE,
}


def look_of(state: HomeState, judgement: Judgement, settings: Settings, now: Instant, boot: str) -> HomeLook:
    """One home as it is believed to be at `now`; of rows, what is not needed to tell them apart is left out."""
    case = Case(state, settings, now)
    life = state.alive
    health = life.health if life else None
    files = state.files
    return HomeLook(
        home=state.home,
        name=settings.home(state.home).name,
        seen_at=now.wall,
        boot=boot,
        complete=life is not None and life.listed is not None,
        existed=state.existed,
        daemon=_daemon(case, judgement, life),
        storage=health.storage if health else None,
        event_writer=health.event_writer if health else None,
        free_bytes=files.free_bytes if files else None,
        total=sum(state.counts.values()) if state.listed else None,
        by_status=dict(state.counts),
        live=tuple(map(_kept, _live(case))),
        ending=tuple(map(_kept, undecided(case))),
        outlived=tuple(_outlived(case)),
        listed_at=state.listed.wall if state.listed else state.horizon,
        baseline=dict(state.baseline or {}),
        notes=tuple(state.notes.values()),
    )


def _live(case: Case) -> Iterator[SessionRow]:
    """What is live, and what fell with a daemon whose story may not be told to its end yet."""
    state = case.state
    yield from (session.row for session in state.live.values())
    fallen = newcomer_to(case) or (state.life.identity if state.life and not state.life.alive else None)
    yield from (ending.row for ending in state.endings.values() if fallen is not None and ending.lost_with == fallen)


def _outlived(case: Case) -> Iterator[Outlived]:
    for ending in case.state.endings.values():
        live = ending.live
        if live is not None and live.harness is not None and live.lives:
            yield Outlived(_kept(ending.row), live.harness.identity)


def _kept(row: SessionRow) -> SessionRow:
    """A live row as it may lie in the store: without its title, and no secret in its path."""
    return replace(row, title="", project_root=without_secrets(row.project_root), conversation_id="")


def _daemon(case: Case, judgement: Judgement, life: Life | None) -> DaemonLook:
    state = case.state
    health: Health | None = life.health if life else None
    last = life or state.life
    return DaemonLook(
        state=_state(state, judgement),
        identity=_identity(case),
        pid=life.identity.pid if life else None,
        started_at=life.started_wall if life else None,
        api_version=health.api_version if health else None,
        coven_version=health.coven_version or None if health else None,
        socket=f"{state.home}/coven.sock" if life else None,
        latency=life.latency if life else None,
        watch=last.watch if last else None,
        features=tuple(sorted(state.features or ())),
        adapters=tuple(sorted(state.adapters or ())),
        harnesses=tuple(sorted(state.harnesses or ())),
    )


def _identity(case: Case) -> Identity | None:
    """Whom the next run compares with. A daemon that has just come takes the place of the one before when that can be told."""
    before, state = newcomer_to(case), case.state
    if before is not None:
        return before

    if state.life is not None:
        return state.life.identity

    return state.remembered.daemon.identity if state.remembered else None


def _state(state: HomeState, judgement: Judgement) -> DaemonState:
    """The word of the worst verdict about the daemon; without one, what the facts say."""
    if state.files is not None and state.files.directory is None and not state.files.error:
        return DaemonState.ABSENT

    for verdict in judgement.verdicts:
        if verdict.present and verdict.subject == "daemon" and verdict.kind in _STATES:
            return _STATES[verdict.kind]

    life = state.alive
    if life is not None:
        trusted = state.files is not None and not state.files.problems
        return DaemonState.RUNNING if life.served is not None and trusted else DaemonState.UNKNOWN

    # Of a home that cannot be looked at, a free lock says nothing.
    seen = state.files is not None and not state.files.error
    gone = seen and state.lock is not None and not state.lock.owners
    return DaemonState.STOPPED if gone else DaemonState.UNKNOWN


def settled(state: HomeState) -> bool:
    """Whether enough is known for a single judgement: files, lock, and of a daemon that lives its health and its sessions."""
    if state.files is None:
        return False

    if state.files.error or state.files.directory is None:
        return True

    if state.alive is None:
        return state.lock is not None and not state.lock.owners and (state.health is not None or not _leftovers(state))

    if state.files.problems:
        return True

    if state.files.socket is None:
        return _missed(state.alive)

    good = state.health is not None and state.failures == 0
    return (good and (state.listed is not None or state.listing_failures > 1)) or state.failures > 1


def conclusive(state: HomeState, judgement: Judgement, now: Instant) -> bool:
    """Whether a single look may end here: enough is known, no more looks are wanted, and time alone will tell nothing soon."""
    soon = judgement.wake_at is not None and judgement.wake_at - now.awake <= _SOON
    return settled(state) and not judgement.looks and not soon


def _missed(life: Life) -> bool:
    """The process was seen alive after its socket was missed."""
    return life.socket_gone is not None and life.process_at is not None and life.process_at.awake > life.socket_gone.awake


def _leftovers(state: HomeState) -> bool:
    return state.files is not None and (state.files.record is not None or state.files.socket is not None)
