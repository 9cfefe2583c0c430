"""Sessions whose newest event is wanted come in; one question at a time, far apart, goes to Coven; when it was recorded goes out.

A question has the place of a listing that the ledger hinted at: while sessions print, no more is asked than without it; and no two
questions follow each other while a listing waits, or what has ended would be noticed late.
"""

from dataclasses import dataclass, field

from coven_watchdog.coven.newest import Newest
from coven_watchdog.errors import CovenError
from coven_watchdog.model.facts import Asked
from coven_watchdog.model.processes import OutputSeen
from coven_watchdog.model.time import MILLISECOND
from coven_watchdog.model.words import Route
from coven_watchdog.observe.asking import failed
from coven_watchdog.observe.shared import Shared

_TIMEOUT = 8.0
_APART, _AT_FIRST = 2_500 * MILLISECOND, 500 * MILLISECOND
_FIRST = 6
"""Most searches end with the first question; of a long one the first few are asked quickly."""


@dataclass(slots=True)
class Searches:
    """The searches of one home; where one ended the next one of that session begins. Times in awake µs."""

    shared: Shared
    _newest: dict[str, Newest] = field(default_factory=dict)
    _asked_at: int = -_APART
    _begun: int = 0
    """Wall µs at which this search began."""
    _asked: int = 0
    """How often in this search."""
    _was_last: bool = False
    """No listing since the last question."""

    @property
    def turn(self) -> bool:
        """The next request is a question, not a listing that the ledger hinted at."""
        return bool(self.shared.errands.outputs) and not self._was_last

    def due(self) -> int | None:
        """When the next question may be asked; None: nobody wants to know anything, or it is a listing's turn."""
        if self._was_last and self.shared.errands.hinted:
            return None

        apart = _AT_FIRST if 0 < self._asked < _FIRST else _APART
        return self._asked_at + apart if self.shared.errands.outputs else None

    async def step(self) -> OutputSeen | Asked:
        """Ask once, of the session that was wanted first; tells how new the newest event is that is known by now."""
        shared, wanted = self.shared, self.shared.errands.outputs
        session = next(iter(wanted))
        now = shared.now()
        self._begun = now.wall if self._asked == 0 else self._begun
        self._asked_at, self._asked, self._was_last = now.awake, self._asked + 1, True
        newest = self._newest.setdefault(session, Newest())
        after = newest.after
        try:
            answer = await shared.turn.patiently(lambda: shared.client.event_after(session, after, _TIMEOUT))
        except CovenError as error:
            self._done(session)
            return failed(shared, Route.EVENTS, error, session=session)

        newest.told(after, answer.value)
        now, found = shared.now(), newest.found
        # One that prints while it is searched prints: which event is its very newest does not matter.
        over = found or (newest.at is not None and newest.at > self._begun)
        if over:
            newest.begin()
            self._done(session)

        return OutputSeen(shared.home, now, session, newest.at, final=found, over=over)

    def _done(self, session: str) -> None:
        self._asked = 0
        self.shared.errands.outputs.pop(session, None)

    def keep(self) -> None:
        """There was a listing, which counts like a question, but for a second one in a row: forget the sessions that are not live."""
        if self._was_last or not self.shared.errands.outputs:
            self._asked_at = self.shared.now().awake

        self._was_last = False
        self._newest = {session: newest for session, newest in self._newest.items() if session in self.shared.live}
