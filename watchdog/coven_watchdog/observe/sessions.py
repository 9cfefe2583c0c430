"""Errands, hints and time come in; Coven's session listing is asked, and rows go out: the deep probe and the following of sessions.

The newest hundred per interval and nudge; by id only the live ones that are not among them; every row at the start, for a new
daemon, after a blind window, when more began than a page holds, and every 10 minutes.
"""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import anyio

from coven_watchdog.coven.client import askable
from coven_watchdog.coven.processes import state
from coven_watchdog.errors import CovenError, NotContractError
from coven_watchdog.model.facts import EventsSeen, Identity, RunnerSeen, SessionRow, SessionSeen, SessionsListed
from coven_watchdog.model.incidents import LookRequest
from coven_watchdog.model.time import MINUTE, SECOND
from coven_watchdog.model.words import Look, ProcessState, Route
from coven_watchdog.observe.asking import failed
from coven_watchdog.observe.following import Following, Pace
from coven_watchdog.observe.output import Searches
from coven_watchdog.observe.shared import Shared
from coven_watchdog.observe.source import Emit
from coven_watchdog.observe.survey import mark_of

_TIMEOUT = 8.0
_PAGE, _LARGE_PAGE = 100, 1000
_PAGES_AT_MOST = 500
_WALK_EVERY = 10 * MINUTE
_TOLD_EVERY = MINUTE
"""A listing that says nothing new is told now and then: up to there the next run knows all that has ended."""
_FRESH = 5 * SECOND
_ARMING = 0.1
_IDLE = 10.0


@dataclass(frozen=True, slots=True)
class _Listing:
    """`identity`: who answered, if it was the same one all the way."""

    rows: tuple[SessionRow, ...]
    complete: bool
    identity: Identity | None
    unread: int = 0


class SessionsSource:
    """Follows the sessions of a home through its daemon."""

    name: ClassVar[str] = "sessions"
    looks: ClassVar[frozenset[Look]] = frozenset({Look.SESSIONS, Look.SESSION, Look.EVENTS, Look.OUTPUT})

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._begin()

    def _begin(self) -> None:
        self._following = Following()
        self._pace = Pace()
        self._searches = Searches(self._shared)
        self._told: _Listing | None = None
        self._told_at = 0
        self._walked_at: int | None = None
        self._walked_under: Identity | None = None
        self._walked_for: Identity | None = None
        self._page_size = _LARGE_PAGE
        self._newest = 0

    def ask(self, request: LookRequest) -> None:
        """Take an errand of the core."""
        errands = self._shared.errands
        if request.look is Look.SESSIONS:
            errands.list()
        elif request.look is Look.SESSION:
            errands.row(request.subject)
        elif request.look is Look.OUTPUT:
            errands.output(request.subject)
        else:
            errands.event(request.subject)

    async def run(self, emit: Emit) -> None:
        """Do errands and list, for ever."""
        self._begin()
        while True:
            await self._do_errands(emit)
            await self._search(emit)
            if self._wait() <= 0:
                await self._list(emit)

            self._shared.lap(self.name)
            await self._shared.rest(self.name, self._shared.errands.nudge, self._wait())

    def _wait(self) -> float:
        """Seconds until the next listing is due. While nobody answers, only a look makes one."""
        shared, errands = self._shared, self._shared.errands
        if not (shared.answering or errands.listed):
            return _IDLE

        now = shared.now().awake
        urgent = errands.walked or errands.listed
        interval = shared.settings().probe.session_interval
        hinted = errands.hinted and not self._searches.turn
        due = self._pace.due(now, interval, urgent=urgent, hinted=hinted, ended=bool(errands.ended))
        search = self._searches.due()
        if search is not None and due > now:
            due = min(due, max(now + 1, search))

        return (due - now) / SECOND

    async def _search(self, emit: Emit) -> None:
        """One more question after the newest event of a session, when it is time."""
        now, due = self._shared.now().awake, self._searches.due()
        if due is not None and due <= now and self._shared.answering:
            self._pace.hinted_at = now
            await emit(await self._searches.step())

    async def _do_errands(self, emit: Emit) -> None:
        errands = self._shared.errands
        while errands.events:
            await self._ask_events(emit, _take(errands.events))

        while errands.rows:
            session = _take(errands.rows)
            await self._ask_row(emit, session)
            await self._tell_runner(emit, session)

        # A `coven run` that outlived its daemon writes its end through nobody: the row can be asked for once one answers again.
        while errands.runners and self._shared.answering:
            session = next(iter(errands.runners))
            if not await self._ask_row(emit, session):
                break

            errands.runners.pop(session, None)
            await emit(RunnerSeen(self._shared.home, self._shared.now(), session, alive=False))

    async def _list(self, emit: Emit) -> None:
        """One listing, and what follows from it."""
        shared, errands = self._shared, self._shared.errands
        asked, walk = errands.listed, self._walk_is_due or (errands.walked and not self._just_walked)
        if walk and shared.daemon is None:
            # Who serves is about to be known. A walk that began before would have to be made again.
            await anyio.sleep(_ARMING)

        daemon = shared.daemon
        if errands.hinted and not errands.urgent:
            self._pace.hinted_at = shared.now().awake

        self._following.ended(errands.ended)
        errands.listed = errands.walked = errands.hinted = False
        errands.ended.clear()
        # Just before asking: what changes later is not missed, and what is listed now is not listed twice. Coven's own reading
        # changes neither time nor size (seen on 0.4.6).
        shared.mark = await shared.call(mark_of, shared.paths)
        try:
            listing = await (self._walk() if walk else self._first_page())
        except CovenError as error:
            self._pace = Pace(listed_at=shared.now().awake, hinted_at=self._pace.hinted_at, failed=True)
            self._walked_at = None if walk else self._walked_at
            self._told = None  # that it can be listed again is news, even if nothing else is
            await emit(failed(shared, Route.SESSIONS, error))
            return

        await self._tell(emit, listing, always=walk or asked)
        if walk:
            self._walked_for = daemon

        await self._follow(emit, listing)

    @property
    def _walk_is_due(self) -> bool:
        return self._walked_at is None or self._shared.now().awake - self._walked_at >= _WALK_EVERY

    @property
    def _just_walked(self) -> bool:
        """Every row was seen a moment ago, by a walk that began when this daemon was already followed."""
        fresh = self._walked_at is not None and self._shared.now().awake - self._walked_at < _FRESH
        return fresh and self._walked_for is not None and self._walked_for == self._shared.daemon

    async def _tell(self, emit: Emit, listing: _Listing, *, always: bool) -> None:
        now = self._shared.now()
        if listing.complete:
            self._walked_at, self._walked_under = now.awake, listing.identity
        elif listing.identity not in {None, self._walked_under}:
            # Another daemon answers: what it has beyond this page must be seen.
            self._shared.errands.walk()
        elif self._outran(listing):
            self._walked_at = None
            self._shared.errands.walk()

        self._newest = max((row.created_at for row in listing.rows), default=self._newest)

        if always or listing != self._told or now.awake - self._told_at >= _TOLD_EVERY:
            self._told, self._told_at = listing, now.awake
            total = len(listing.rows) if listing.complete else None
            seen = SessionsListed(
                self._shared.home, now, listing.rows, listing.complete, listing.identity, total, listing.unread
            )
            await emit(seen)

    def _outran(self, listing: _Listing) -> bool:
        """More sessions were begun since the last listing than a page holds: those between must be seen too."""
        return bool(listing.rows) and all(row.created_at > self._newest for row in listing.rows)

    async def _follow(self, emit: Emit, listing: _Listing) -> None:
        """Ask by id for live rows that were not listed, and hand the live ones to who finds their processes."""
        shared, following = self._shared, self._following
        following.run(shared.runners)
        following.listed(listing.rows, complete=listing.complete)
        for session in following.wanted(shared.now().awake, shared.attended):
            if not await self._ask_row(emit, session):
                break

        shared.live = dict(following.live)
        self._searches.keep()
        shared.used = following.used(shared.now().wall)
        shared.to_harnesses.poke()
        now = shared.now().awake
        self._pace = Pace(listed_at=now, hinted_at=self._pace.hinted_at, again_at=following.again(now))

    async def _first_page(self) -> _Listing:
        shared = self._shared
        answer = await shared.turn.patiently(lambda: shared.client.page(_PAGE, None, _TIMEOUT))
        return _Listing(answer.value.rows, answer.value.next_cursor is None, answer.peer, answer.value.unread)

    async def _walk(self) -> _Listing:
        """Every row. Where a thousand of them are more than one answer may hold, a hundred at a time.

        Raises:
            CovenError: a page could not be had.
        """
        try:
            return await self._walk_by(self._page_size)
        except NotContractError:
            if self._page_size == _PAGE:
                raise

        self._page_size = _PAGE
        return await self._walk_by(_PAGE)

    async def _walk_by(self, limit: int) -> _Listing:
        rows: dict[str, SessionRow] = {}
        cursor: str | None = None
        cursors: set[str | None] = set()
        peers: set[Identity | None] = set()
        unread = 0
        while cursor not in cursors and len(cursors) < _PAGES_AT_MOST:
            cursors.add(cursor)
            ask = partial(self._shared.client.page, limit, cursor, _TIMEOUT)
            answer = await self._shared.turn.patiently(ask)
            self._shared.beat(self.name)
            rows.update((row.id, row) for row in answer.value.rows)
            peers.add(answer.peer)
            unread += answer.value.unread
            cursor = answer.value.next_cursor
            if cursor is None:
                # When the daemon changed on the way, nobody vouches for the whole.
                return _Listing(tuple(rows.values()), len(peers) == 1, answer.peer if len(peers) == 1 else None, unread)

        message = "the session listing does not end"
        raise NotContractError(message)

    async def _ask_row(self, emit: Emit, session: str) -> bool:
        """Ask for one row and tell it; tells whether Coven answered. One that it cannot be asked for holds up no other."""
        shared = self._shared
        try:
            answer = await shared.turn.patiently(lambda: shared.client.session(session, _TIMEOUT))
        except CovenError as error:
            await emit(failed(shared, Route.SESSION, error, session=session))
            return not askable(session)

        self._following.seen(session, answer.value)
        await emit(SessionSeen(shared.home, shared.now(), session, answer.value))
        return True

    async def _ask_events(self, emit: Emit, session: str) -> None:
        shared = self._shared
        try:
            answer = await shared.turn.patiently(lambda: shared.client.events(session, _TIMEOUT))
        except CovenError as error:
            await emit(failed(shared, Route.EVENTS, error, session=session))
            return

        page = answer.value
        await emit(EventsSeen(shared.home, shared.now(), session, page.count > 0, page.exit_at, page.dropped))

    async def _tell_runner(self, emit: Emit, session: str) -> None:
        runner = self._shared.runners.get(session)
        if runner is not None:
            alive = state(runner)[0] is not ProcessState.ENDED
            await emit(RunnerSeen(self._shared.home, self._shared.now(), session, alive=alive))


def _take(errands: dict[str, None]) -> str:
    """The oldest errand, removed."""
    session = next(iter(errands))
    del errands[session]
    return session
