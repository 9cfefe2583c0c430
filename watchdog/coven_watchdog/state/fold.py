"""`fold`: one observation at a time, the state before in, the state after out. No judgement, no clock."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from coven_watchdog.model.facts import (
    Asked,
    DaemonEnded,
    DaemonSeen,
    ExitLearned,
    FilesSeen,
    HomeForgotten,
    LockSeen,
    LoopLate,
    Observation,
    OwnTrouble,
    ProcessSeen,
    SceneSeen,
    SessionSeen,
    SessionsListed,
    Slept,
    SourceFailed,
    SourceWorks,
)
from coven_watchdog.model.log import LogSeen
from coven_watchdog.model.programs import AdaptersSeen, ProgramsSeen
from coven_watchdog.model.time import HOUR, MINUTE, SECOND, Instant
from coven_watchdog.model.words import Outcome, ProcessState, Route
from coven_watchdog.state.features import fold_adapters, fold_features, fold_programs
from coven_watchdog.state.home import Ending, HomeState, Leftovers, Life
from coven_watchdog.state.processes import OF_PROCESSES
from coven_watchdog.state.quiet import fold_drops
from coven_watchdog.state.sessions import end_with_daemon, fold_listing, fold_row, fold_unread

SETTLE = 5 * SECOND
_BACKWARDS = SECOND
_MEMORY = HOUR
_RESTARTS = 10 * MINUTE
_PAST_LIVES = 8

T = TypeVar("T")


def fold(state: HomeState, observation: Observation) -> HomeState:
    """The state after one more observation. Kinds of observation that carry nothing but time change only `last`."""
    state = _passed(state, observation.at)
    step = _FOLDS.get(type(observation))
    return step(state, observation) if step else state


def _passed(state: HomeState, at: Instant) -> HomeState:
    """Time goes on: forget what is older than an hour, and follow a wall clock that was set back."""
    if at.wall < state.last.wall - _BACKWARDS:
        known = at.wall - (at.awake - state.last.awake)  # the last observation's time, by the clock as it is now
        reached = state.listed.wall if state.listed else 0
        state = replace(state, horizon=min(state.horizon, known), reached=max(state.reached, reached))

    if any(_is_over(ending, at) for ending in state.endings.values()):
        kept = {key: ending for key, ending in state.endings.items() if not _is_over(ending, at)}
        state = replace(state, endings=kept, horizon=max(state.horizon, at.wall - _MEMORY))

    if state.starts and at.awake - state.starts[0] > _RESTARTS:
        state = replace(state, starts=tuple(start for start in state.starts if at.awake - start <= _RESTARTS))

    return replace(state, last=at, previous=state.last)


def _is_over(ending: Ending, at: Instant) -> bool:
    """Old enough to be forgotten: by our time, and by its own, so that its row is no news when it is listed again."""
    if ending.live is not None and ending.live.lives:
        return False

    return at.awake - ending.noticed.awake > _MEMORY and ending.row.updated_at < at.wall - _MEMORY


def _files(state: HomeState, seen: FilesSeen) -> HomeState:
    state = replace(state, files=seen, existed=state.existed or seen.directory is not None)
    life = state.life
    if life is None or seen.error:
        return state

    if life.alive:
        named = seen.record is not None and seen.record.pid == life.identity.pid
        inode = seen.socket.inode if seen.socket else life.socket_inode
        gone = None if seen.socket else life.socket_gone or seen.at
        return replace(state, life=replace(life, intact=named, socket_inode=inode, socket_gone=gone))

    if life.leftovers is None:
        return replace(state, life=replace(life, leftovers=_leftovers(life, seen)))

    return state


def _leftovers(life: Life, seen: FilesSeen) -> Leftovers:
    return Leftovers(
        at=seen.at,
        record_named=seen.record is not None and seen.record.pid == life.identity.pid,
        socket_left=life.intact and seen.socket is not None and seen.socket.inode == life.socket_inode,
    )


def _lock(state: HomeState, seen: LockSeen) -> HomeState:
    return replace(state, lock=seen, rivals=(state.rivals or seen.at) if len(seen.owners) > 1 else None)


def _daemon(state: HomeState, seen: DaemonSeen) -> HomeState:
    """A daemon was identified. Another identity than before makes the one before the past."""
    life = state.life
    if life is not None and life.identity == seen.identity:
        known = replace(life, watch=seen.watch, program=seen.program or life.program, replaced=seen.binary_replaced)
        return replace(state, life=known)

    new = Life(seen.identity, seen.at, program=seen.program, started_wall=seen.started_wall, watch=seen.watch)
    new = replace(new, replaced=seen.binary_replaced, **_record_of(state, new))
    if life is None:
        return replace(state, life=new, failures=0, failing_since=None, listing=None, listing_failures=0)

    if life.alive:
        life = _ended_life(state, life, seen.at)

    return replace(
        state,
        life=new,
        past=(*state.past, life)[-_PAST_LIVES:],
        starts=(*state.starts, seen.at.awake),
        failures=0,
        failing_since=None,
        listing=None,
        listing_failures=0,
    )


def _record_of(state: HomeState, life: Life) -> dict[str, Any]:
    """What the last look at the files says about a daemon that was just found."""
    files = state.files
    if files is None:
        return {}

    named = files.record is not None and files.record.pid == life.identity.pid
    return {"intact": named, "socket_inode": files.socket.inode if files.socket else None}


def _process(state: HomeState, seen: ProcessSeen) -> HomeState:
    life = state.life
    if life is None or life.identity != seen.identity:
        return state

    since = (life.stopped_since or seen.at) if seen.state is ProcessState.STOPPED else None
    held = life.sockets if seen.sockets is None else seen.sockets
    return replace(state, life=replace(life, process=seen.state, process_at=seen.at, stopped_since=since, sockets=held))


def _ended(state: HomeState, seen: DaemonEnded) -> HomeState:
    life = state.life
    if life is None or life.identity != seen.identity or not life.alive:
        return state

    state = end_with_daemon(state, seen.identity, seen.at)
    life = replace(_ended_life(state, life, seen.at), exit=seen.exit)
    return replace(state, life=life, failures=0, failing_since=None)


def _ended_life(state: HomeState, life: Life, at: Instant) -> Life:
    """The sessions that were live are kept with the daemon that had them."""
    return replace(
        life,
        ended=at,
        process=ProcessState.ENDED,
        live_at_end=tuple(state.live.values()),
        sessions_known=life.listed is not None,
    )


def _exit(state: HomeState, learned: ExitLearned) -> HomeState:
    change = partial(replace, exit=learned.exit)
    return _on_life(state, lambda life: life.identity == learned.identity, change)


def _log(state: HomeState, seen: LogSeen) -> HomeState:
    """A panic that is younger than the daemon is its own."""
    life, panic = state.life, seen.panic
    state = replace(state, log=seen)
    own = life is not None and panic is not None and panic >= life.born
    return replace(state, life=replace(life, panicked=True, panic_says=seen.panic_says)) if life and own else state


def _scene(state: HomeState, seen: SceneSeen) -> HomeState:
    """Only the first scene of a fault counts: later ones may be tidied up."""
    if state.life is None:
        return replace(state, scene=state.scene or seen.scene)

    return _on_life(
        state, lambda life: life.identity == seen.identity and life.scene is None, partial(replace, scene=seen.scene)
    )


def _on_life(state: HomeState, wanted: Callable[[Life], bool], change: Callable[[Life], Life]) -> HomeState:
    """Change the current daemon, or one of the past, if it is wanted."""
    past = tuple(change(life) if wanted(life) else life for life in state.past)
    life = change(state.life) if state.life and wanted(state.life) else state.life
    return replace(state, life=life, past=past)


def _asked(state: HomeState, asked: Asked) -> HomeState:
    if asked.route is Route.HEALTH:
        return _asked_health(state, asked)

    if asked.route is Route.SESSIONS and asked.outcome is not Outcome.OK:
        return replace(state, listing=asked, listing_failures=state.listing_failures + 1)

    if asked.route is Route.EVENTS and asked.outcome is not Outcome.OK:
        return fold_unread(state, asked.session)

    return state


def _asked_health(state: HomeState, asked: Asked) -> HomeState:
    if asked.outcome is not Outcome.OK:
        return replace(state, health=asked, failures=state.failures + 1, failing_since=state.failing_since or asked.at)

    blind = state.health is not None and state.health.outcome in {Outcome.UNTRUSTED, Outcome.FORBIDDEN}
    state = replace(state, health=asked, failures=0, failing_since=None, sight=asked.at if blind else state.sight)
    state = fold_features(state, asked.health, asked.at) if asked.health is not None and asked.health.ok else state
    life = state.alive
    if life is None:
        return state

    good = asked.health is not None and asked.health.ok
    state = fold_drops(state, asked.health.event_writer if asked.health else None, asked.at)
    served = life.served or (asked.at if good else None)
    last_good = asked.at if good else life.last_good
    return replace(state, life=replace(life, health=asked.health, latency=asked.latency, served=served, last_good=last_good))


def _slept(state: HomeState, slept: Slept) -> HomeState:
    """After a sleep, what was in flight accuses nobody: look afresh, then judge."""
    return replace(state, sight=slept.at, settle_until=slept.at.awake + SETTLE, failures=0, failing_since=None)


def _late(state: HomeState, late: LoopLate) -> HomeState:
    return replace(state, late_at=late.at.awake)


def _source_failed(state: HomeState, failed: SourceFailed) -> HomeState:
    return replace(state, sources={**state.sources, failed.source: failed})


def _source_works(state: HomeState, works: SourceWorks) -> HomeState:
    notes = {**state.notes, works.source: works.note} if works.note else _without(state.notes, works.source)
    sources = {**state.sources, works.source: None} if works.source in state.sources else state.sources
    return replace(state, sources=sources, notes=notes)


def _trouble(state: HomeState, trouble: OwnTrouble) -> HomeState:
    return replace(state, troubles={**state.troubles, trouble.topic: trouble})


def _without(mapping: Mapping[str, T], key: str) -> Mapping[str, T]:
    return {name: value for name, value in mapping.items() if name != key}


def _listed(state: HomeState, listed: SessionsListed) -> HomeState:
    """A listing answers for the daemon that was asked, and proves that the ledger can be read."""
    state = fold_listing(replace(state, listing=None, listing_failures=0, listed=listed.at, unread=listed.unread), listed)
    life = state.alive
    if life is None or not listed.complete or life.listed or listed.identity not in {None, life.identity}:
        return state

    return replace(state, life=replace(life, listed=listed.at))


_FOLDS: Mapping[type[Observation], Callable[[HomeState, Any], HomeState]] = {
    FilesSeen: _files,
    LockSeen: _lock,
    DaemonSeen: _daemon,
    ProcessSeen: _process,
    DaemonEnded: _ended,
    ExitLearned: _exit,
    SceneSeen: _scene,
    Asked: _asked,
    SessionsListed: _listed,
    SessionSeen: fold_row,
    **OF_PROCESSES,
    ProgramsSeen: fold_programs,
    AdaptersSeen: fold_adapters,
    Slept: _slept,
    LoopLate: _late,
    SourceFailed: _source_failed,
    SourceWorks: _source_works,
    OwnTrouble: _trouble,
    HomeForgotten: lambda state, _: replace(state, forgotten=True),
    LogSeen: _log,
}
