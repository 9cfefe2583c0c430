"""The part of the fold about sessions: rows that live, rows that ended, and the processes behind them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property

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
from coven_watchdog.model.processes import HarnessSought, Traces
from coven_watchdog.model.time import MILLISECOND, MINUTE, SECOND, Instant
from coven_watchdog.model.words import ENDED_STATUSES, LIVE_STATUSES, SessionStatus
from coven_watchdog.state.home import Ending, HomeState, Life, LiveSession

HOLD = 100 * MILLISECOND
"""Harnesses die 8 to 17 ms before a stopping daemon does (seen on 0.4.6): an ambiguous end waits this long for it."""

_UNSEEN = 5 * SECOND
"""A session this young may have gone unseen: a change of the ledger is noticed some 300 ms late, and listings are 2 s apart."""

_AHEAD = SECOND
"""A row whose end bears a time so far in the future was written before the wall clock was set back."""

_GAP = 2 * MINUTE
"""Looks for a process that is missed come at least this often while its home is observed."""

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
    state = _with_rows(state, listed.rows, listed.at)
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

    state = _with_rows(state, (seen.row,), seen.at)
    session = state.live.get(seen.session)
    return state if session is None else _on_live(state, replace(session, confirmed=seen.at))


def fold_events(state: HomeState, seen: EventsSeen) -> HomeState:
    """Whether an ended session ever wrote an event, and when it wrote that it was over."""
    return _on_ending(state, seen.session, events=seen.any, exit_at=seen.exit_at, dropped=seen.dropped)


def fold_unread(state: HomeState, session: str) -> HomeState:
    """Coven was asked for the events of an ended session in vain."""
    return _on_ending(state, session, unread=True)


def fold_harness(state: HomeState, seen: HarnessSeen) -> HomeState:
    """The process behind a live session."""
    session = state.live.get(seen.session)
    if session is None or (session.harness is not None and session.harness.identity == seen.identity):
        return state

    return _on_live(state, replace(session, harness=seen, ended=None, exit=None, sought=None, vacant=None))


def fold_sought(state: HomeState, seen: HarnessSought) -> HomeState:
    """A look for a session's process. After a gap between looks, what was not found has not been missing all the time."""
    session, ending = state.live.get(seen.session), state.endings.get(seen.session)
    if ending is not None and ending.live is not None:
        return _on_ending(state, seen.session, live=replace(ending.live, sought=seen))

    if session is None or session.lives:
        return state

    kept = session.sought is not None and seen.at.awake - session.sought.at.awake <= _GAP
    vacant = ((session.vacant if kept else None) or seen.at) if _nothing(seen.traces) else None
    starter = seen if seen.starter else session.starter
    return _on_live(state, replace(session, sought=seen, vacant=vacant, starter=starter))


def _nothing(traces: Traces | None) -> bool:
    """No process and no terminal that may be its own. A lease outlives its holder: it only says how long to wait."""
    return traces is not None and (traces.children, traces.terminals, traces.runs) == (0, 0, 0)


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

    rows = _Rows(state, seen.at)
    rows.end(session.row, session)
    return rows.folded


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


def _with_rows(state: HomeState, found: Iterable[SessionRow], at: Instant) -> HomeState:
    rows = _Rows(state, at)
    for row in found:
        rows.take(row)

    return rows.folded


class _Rows:
    """One fold of many rows: `live` and `endings` are copied once for all of them, and what is looked for is looked up."""

    def __init__(self, state: HomeState, at: Instant) -> None:
        self._state = state
        self._at = at
        self._live, self._endings = dict(state.live), dict(state.endings)

    @property
    def folded(self) -> HomeState:
        """The state with the rows."""
        return replace(self._state, live=self._live, endings=self._endings)

    def take(self, row: SessionRow) -> None:
        """One row, live or over; one of a status that nobody knows is let go."""
        if row.status in LIVE_STATUSES:
            self._living(row)
        elif row.status in ENDED_STATUSES:
            self._over(row)

    def end(self, row: SessionRow, live: LiveSession | None) -> None:
        """This row is over; `live` is how it was known while it lived."""
        old = live is None and self._at.wall + _AHEAD < row.updated_at <= self._state.reached
        self._endings[row.id] = Ending(row, noticed=self._at, live=live, lost_with=self._lost_with(row, live), old=old)
        self._live.pop(row.id, None)

    def _living(self, row: SessionRow) -> None:
        known = self._live.get(row.id)
        if known is None or known.row != row:
            self._live[row.id] = replace(known, row=row) if known else LiveSession(row, seen=self._at)
            self._endings.pop(row.id, None)

    def _over(self, row: SessionRow) -> None:
        live, known = self._live.get(row.id), self._endings.get(row.id)
        if live is not None and row.status == SessionStatus.ORPHANED and live.by_coven_run and live.lives:
            self._live[row.id] = replace(live, row=row)
        elif live is not None:
            self.end(row, live)
        elif known is not None:
            if not _same_end(known.row, row):
                self.end(row, known.live)

        elif self._is_news(row):
            self.end(row, None)

    def _is_news(self, row: SessionRow) -> bool:
        """Whether a row that was never seen live ended on our watch (or since the run before), judging by Coven's stamp."""
        if row.archived or row.external:
            return False

        return row.id in self._followed or row.updated_at >= self._state.horizon

    def _lost_with(self, row: SessionRow, live: LiveSession | None) -> Identity | None:
        """The daemon whose end took this session along: it was live then, and the daemon before the current one had it."""
        before = self._before
        if before is not None and before.ended is not None:
            lost = row.id in self._fallen or (live is None and _fell_unseen(row, before.ended))
            return before.identity if lost else None

        remembered, life = self._state.remembered, self._state.life
        if remembered is None or row.id not in self._remembered or (life is not None and row.created_at > life.born):
            return None

        return remembered.daemon.identity

    @property
    def _before(self) -> Life | None:
        """The daemon that has ended."""
        return self._state.predecessor if self._state.alive else self._state.life

    @cached_property
    def _fallen(self) -> frozenset[str]:
        """What Coven itself ran when that daemon ended."""
        return frozenset(session.row.id for session in self._before.live_at_end if session.own) if self._before else frozenset()

    @cached_property
    def _followed(self) -> frozenset[str]:
        """What the run before had not seen to its end."""
        before = self._state.remembered
        return frozenset(old.id for old in (*before.live, *before.ending)) if before else frozenset()

    @cached_property
    def _remembered(self) -> frozenset[str]:
        """What was live at the last look of the run before, if another daemon lives now than the one which that knew.

        The one that lives now may have come while that run still watched: what it has begun is not among the lost.
        """
        before, life = self._state.remembered, self._state.life
        if before is None or (life is not None and life.identity == before.daemon.identity):
            return frozenset()

        return frozenset(old.id for old in before.live if not old.external)


def _same_end(before: SessionRow, row: SessionRow) -> bool:
    """A kill is followed by an exit event that may rewrite the row; the end itself is the same one."""
    return before.status == row.status or before.status != SessionStatus.ORPHANED


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
