"""The part of the fold about sessions: rows that live, rows that ended, and the processes behind them."""

from collections import Counter
from dataclasses import replace

from coven_watchdog.model.facts import (
    EventsSeen,
    HarnessEnded,
    HarnessSeen,
    Identity,
    RunnerSeen,
    SessionRow,
    SessionSeen,
    SessionsListed,
)
from coven_watchdog.model.time import MILLISECOND, SECOND, Instant
from coven_watchdog.model.words import ENDED_STATUSES, LIVE_STATUSES, SessionStatus
from coven_watchdog.state.home import Ending, HomeState, LiveSession

HOLD = 100 * MILLISECOND
"""Harnesses die 8 to 17 ms before a stopping daemon does (seen on 0.4.6): an ambiguous end waits this long for it."""

_UNSEEN = 5 * SECOND
"""A session this young may have gone unseen: a change of the ledger is noticed some 300 ms late, and listings are 2 s apart."""

_AHEAD = SECOND
"""A row whose end bears a time so far in the future was written before the wall clock was set back."""

_AMBIGUOUS_CODES = frozenset({1, None})
_AMBIGUOUS_SIGNALS = frozenset({1, 9, 15})


def ambiguous(ending: Ending) -> bool:
    """Whether this end may be the daemon's doing: exit code 1 or none, or by signal 1, 9 or 15."""
    if ending.exit is not None:
        return ending.exit.signal in _AMBIGUOUS_SIGNALS or ending.exit.code == 1

    return ending.row.exit_code in _AMBIGUOUS_CODES


def fold_listing(state: HomeState, listed: SessionsListed) -> HomeState:
    """Rows of a listing. A complete one also says which live rows are no more, and how many there are of each status."""
    first = state.baseline is None and listed.complete
    for row in listed.rows:
        state = _with_row(state, row, listed.at)

    if not listed.complete:
        return state

    counts = Counter(row.status for row in listed.rows)
    present = {row.id for row in listed.rows}
    live = {key: session for key, session in state.live.items() if key in present}
    baseline = dict(counts) if first else state.baseline
    return replace(state, live=live, counts=dict(counts), baseline=baseline)


def fold_row(state: HomeState, seen: SessionSeen) -> HomeState:
    """One row asked for by id. A row that is gone or archived is not followed any more."""
    if seen.row is None or seen.row.archived:
        return replace(state, live={key: session for key, session in state.live.items() if key != seen.session})

    return _with_row(state, seen.row, seen.at)


def fold_events(state: HomeState, seen: EventsSeen) -> HomeState:
    """Whether an ended session ever wrote an event."""
    return _on_ending(state, seen.session, events=seen.any)


def fold_harness(state: HomeState, seen: HarnessSeen) -> HomeState:
    """The process behind a live session."""
    session = state.live.get(seen.session)
    if session is None or (session.harness is not None and session.harness.identity == seen.identity):
        return state

    return _on_live(state, replace(session, harness=seen, ended=None, exit=None))


def fold_harness_end(state: HomeState, seen: HarnessEnded) -> HomeState:
    """The process behind a session is gone; or the kernel's word on it came later than the row's end."""
    session = state.live.get(seen.session)
    if session is not None and session.harness is not None and session.harness.identity == seen.identity:
        return _on_live(state, replace(session, ended=session.ended or seen.at, exit=seen.exit or session.exit))

    ending = state.endings.get(seen.session)
    if ending is None or ending.live is None:
        return state

    live = replace(ending.live, ended=ending.live.ended or seen.at, exit=seen.exit or ending.live.exit)
    return _on_ending(state, seen.session, live=live)


def fold_runner(state: HomeState, seen: RunnerSeen) -> HomeState:
    """A `coven run` that lived on after its daemon is over: what its row says now is how it ended."""
    session = state.live.get(seen.session)
    if session is None or seen.alive or session.row.status != SessionStatus.ORPHANED:
        return state

    return _end(state, session.row, seen.at, session)


def end_with_daemon(state: HomeState, daemon: Identity, at: Instant) -> HomeState:
    """The daemon ended: ambiguous ends of the last moments were its doing."""
    endings = {
        key: replace(ending, lost_with=daemon) if _fell_with(ending, at) else ending for key, ending in state.endings.items()
    }
    return replace(state, endings=endings)


def _fell_with(ending: Ending, at: Instant) -> bool:
    """Ended by Coven's hand, ambiguously, within the hold. A `coven run` never falls with the daemon."""
    own = ending.live is None or ending.live.own
    return own and ending.lost_with is None and ambiguous(ending) and at.awake - ending.noticed.awake <= HOLD


def _with_row(state: HomeState, row: SessionRow, at: Instant) -> HomeState:
    if row.status in LIVE_STATUSES:
        return _living(state, row, at)

    if row.status in ENDED_STATUSES:
        return _over(state, row, at)

    return state


def _living(state: HomeState, row: SessionRow, at: Instant) -> HomeState:
    known = state.live.get(row.id)
    if known is not None and known.row == row:
        return state

    session = replace(known, row=row) if known else LiveSession(row, seen=at)
    endings = state.endings
    if row.id in endings:
        endings = {key: ending for key, ending in endings.items() if key != row.id}

    return replace(_on_live(state, session), endings=endings)


def _over(state: HomeState, row: SessionRow, at: Instant) -> HomeState:
    live = state.live.get(row.id)
    if live is not None:
        drifting = row.status == SessionStatus.ORPHANED and live.by_coven_run and live.lives
        return _on_live(state, replace(live, row=row)) if drifting else _end(state, row, at, live)

    known = state.endings.get(row.id)
    if known is not None:
        return state if _same_end(known.row, row) else _end(state, row, at, known.live)

    return _end(state, row, at, None) if _is_news(state, row) else state


def _same_end(before: SessionRow, row: SessionRow) -> bool:
    """A kill is followed by an exit event that may rewrite the row; the end itself is the same one."""
    return before.status == row.status or before.status != SessionStatus.ORPHANED


def _is_news(state: HomeState, row: SessionRow) -> bool:
    """Whether a row that was never seen live ended on our watch (or since the run before), judging by Coven's stamp."""
    if row.archived or row.external:
        return False

    before = state.remembered
    followed = before is not None and any(old.id == row.id for old in (*before.live, *before.ending))
    return followed or row.updated_at >= state.horizon


def _end(state: HomeState, row: SessionRow, at: Instant, live: LiveSession | None) -> HomeState:
    old = live is None and at.wall + _AHEAD < row.updated_at <= state.reached
    ending = Ending(row, noticed=at, live=live, lost_with=_lost_with(state, row, live), old=old)
    remaining = {key: session for key, session in state.live.items() if key != row.id}
    return replace(state, live=remaining, endings={**state.endings, row.id: ending})


def _lost_with(state: HomeState, row: SessionRow, live: LiveSession | None) -> Identity | None:
    """The daemon whose end took this session along: it was live then, and the daemon before the current one had it."""
    before = state.predecessor if state.alive else state.life
    if before is not None and before.ended is not None:
        lost = any(session.row.id == row.id and session.own for session in before.live_at_end)
        return before.identity if lost or (live is None and _fell_unseen(row, before.ended)) else None

    if state.remembered is None or state.remembered.daemon.identity is None:
        return None

    known = any(old.id == row.id and not old.external for old in state.remembered.live)
    other = state.life is None or state.life.identity != state.remembered.daemon.identity
    return state.remembered.daemon.identity if known and other else None


def _fell_unseen(row: SessionRow, ended: Instant) -> bool:
    """Begun so shortly before the daemon's end that nobody could see it live, and ended by that."""
    young = ended.wall - _UNSEEN <= row.created_at <= ended.wall
    ambiguous_end = row.exit_code in _AMBIGUOUS_CODES and row.updated_at >= ended.wall - HOLD
    return young and (row.status == SessionStatus.ORPHANED or ambiguous_end)


def _on_live(state: HomeState, session: LiveSession) -> HomeState:
    return replace(state, live={**state.live, session.row.id: session})


def _on_ending(state: HomeState, key: str, **changes: object) -> HomeState:
    ending = state.endings.get(key)
    if ending is None:
        return state

    return replace(state, endings={**state.endings, key: replace(ending, **changes)})  # type: ignore[arg-type]  # names of Ending
