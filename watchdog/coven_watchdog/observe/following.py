"""Listed rows and ends of processes come in; which sessions are followed, which to ask for by id, and when to list again go out.

Pure: times are awake µs, handed in.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from coven_watchdog.model.facts import SessionRow
from coven_watchdog.model.time import DAY, MILLISECOND, MINUTE
from coven_watchdog.model.words import LIVE_STATUSES

_AGAIN = tuple(pause * MILLISECOND for pause in (25, 50, 100, 200, 400))
"""Coven writes a session's end 25 to 36 ms after its process has gone (seen on 0.4.6)."""

_HINT_GAP = 2_200 * MILLISECOND
"""With the health requests that makes 33 a minute while sessions print; the budget is 35."""
_BY_ID_EVERY = MINUTE
_BY_ID_AT_ONCE = 5
_DAYS = 7 * DAY
_RUNS_KNOWN = 1000


@dataclass(slots=True)
class Following:
    """The live sessions of one home."""

    live: dict[str, SessionRow] = field(default_factory=dict)
    _asked_at: dict[str, int] = field(default_factory=dict)
    _ending: dict[str, int] = field(default_factory=dict)
    """Sessions whose process is gone while their row may still be live, with how often they were looked at since."""
    _missing: dict[str, None] = field(default_factory=dict)
    """Live rows that are not on the listing: it had only the newest, or they were archived or sacrificed."""
    _complete: bool = False
    _used: dict[str, int] = field(default_factory=dict)
    """When the last session of each harness was begun that the daemon may have started itself."""
    _run: dict[str, None] = field(default_factory=dict)
    """The last sessions that a `coven run` was seen behind."""

    def ended(self, sessions: Collection[str]) -> None:
        """The processes of these are gone: their rows are followed closely for a while."""
        self._ending.update(dict.fromkeys(sessions, 0))

    def listed(self, rows: Sequence[SessionRow], *, complete: bool) -> None:
        """Take a listing: the whole of it, or its first page."""
        listed = {row.id: row for row in rows}
        self._missing = dict.fromkeys(session for session in (*self.live, *self._ending) if session not in listed)
        self._complete = complete
        if complete:
            self._used.clear()

        for row in rows:
            self._take(row)
            self._use(row)

    def seen(self, session: str, row: SessionRow | None) -> None:
        """Take the answer for one row; None: Coven has no such session."""
        self._missing.pop(session, None)
        if row is None or row.archived:
            self._drop(session)
        else:
            self._take(row)

    def wanted(self, now: int, attended: Collection[str]) -> tuple[str, ...]:
        """Which rows to ask for by id now, the longest not asked first.

        A row that is not on a complete listing was archived or is gone: at once. Of those that are merely old: at once when the
        process has ended, once a minute while its end would be noticed (`attended`), else with each listing.
        """
        due = [session for session in self._missing if self._is_due(session, now, attended)]
        due.sort(key=lambda session: self._asked_at.get(session, 0))
        for session in due[:_BY_ID_AT_ONCE]:
            self._asked_at[session] = now

        return tuple(due[:_BY_ID_AT_ONCE])

    def again(self, now: int) -> int | None:
        """After a listing: when to list again because a row has not followed its process yet; None: no need."""
        pauses = [_AGAIN[tries] for tries in self._ending.values() if tries < len(_AGAIN)]
        self._ending = {session: tries + 1 for session, tries in self._ending.items() if tries < len(_AGAIN)}
        return now + min(pauses) if pauses else None

    def run(self, sessions: Iterable[str]) -> None:
        """These are run by a `coven run`, which finds its harness by itself."""
        self._run.update(dict.fromkeys(sessions))
        for session in tuple(self._run)[:-_RUNS_KNOWN]:
            del self._run[session]

    def used(self, wall: int) -> frozenset[str]:
        """The harnesses of the sessions that ended in the last days and that the daemon may have started. `wall`: µs, now."""
        return frozenset(harness for harness, begun in self._used.items() if wall - begun <= _DAYS)

    def _use(self, row: SessionRow) -> None:
        """A session that is over, and neither registered from outside nor seen below a `coven run`, was the daemon's."""
        if row.status not in LIVE_STATUSES and not row.external and row.id not in self._run:
            self._used[row.harness] = max(row.created_at, self._used.get(row.harness, 0))

    def _is_due(self, session: str, now: int, attended: Collection[str]) -> bool:
        if self._complete or session in self._ending or session not in attended:
            return True

        return now - self._asked_at.get(session, -_BY_ID_EVERY) >= _BY_ID_EVERY

    def _take(self, row: SessionRow) -> None:
        if row.status in LIVE_STATUSES:
            self.live[row.id] = row
        else:
            self._drop(row.id)

    def _drop(self, session: str) -> None:
        for known in (self.live, self._asked_at, self._ending, self._missing):
            known.pop(session, None)


@dataclass(slots=True)
class Pace:
    """When to list next. Times in awake µs."""

    listed_at: int | None = None
    hinted_at: int = -_HINT_GAP
    """When a hint of the ledger last led to a listing."""
    again_at: int | None = None
    failed: bool = False
    """The last listing failed: only a look, or news of the daemon, is worth another before the interval is over."""

    def due(self, now: int, interval: int, *, urgent: bool, hinted: bool, ended: bool) -> int:
        """When to list, given what is wanted (`urgent`: by a look, a new daemon or after blindness)."""
        if urgent or self.listed_at is None:
            return now

        due = self.listed_at + interval
        if self.failed:
            return due

        if ended:
            return now

        if hinted:
            due = min(due, max(now, self.hinted_at + _HINT_GAP))

        return due if self.again_at is None else min(due, self.again_at)
