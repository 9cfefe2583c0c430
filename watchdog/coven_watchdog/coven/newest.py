"""Answers about the first event after a number come in; which number to ask for next goes out, until the newest event is found.

A session's events can only be read forward (contract: `afterSeq`, `limit`), and a page of a thousand may hold 4 MiB: so it is
asked for single events, in growing steps and then by halves. A session that has printed nothing since costs one request.
"""

from dataclasses import dataclass

import msgspec

from coven_watchdog.coven.decoding import Count, Decoder, Time, wall

_FIRST_STEP, _GROWTH = 16, 4


@dataclass(frozen=True, slots=True)
class EventAfter:
    """The first event after a number: its own number and its time (wall µs), both None when there is none; whether more follow."""

    seq: int | None = None
    at: int | None = None
    more: bool = False


class _Event(msgspec.Struct, frozen=True, gc=False):
    seq: Count
    created_at: Time


class _Events(msgspec.Struct, frozen=True, gc=False):
    events: list[_Event]
    more: bool | None = msgspec.field(name="hasMore", default=None)


_decode: Decoder[_Events] = Decoder(_Events)


def decode_event_after(body: bytes) -> EventAfter:
    """The answer of `GET /events?sessionId=…&afterSeq=…&limit=1`; what the event says is not read.

    Raises:
        NotContractError: not JSON, or no page of events.
    """
    page = _decode(body)
    if not page.events:
        return EventAfter()

    first = page.events[0]
    return EventAfter(first.seq, wall(first.created_at), more=bool(page.more) or len(page.events) > 1)


@dataclass(slots=True)
class Newest:
    """The search in one session. `seq` and `at` are of the newest event known: 0 and None while there is none."""

    seq: int = 0
    at: int | None = None
    _end: int | None = None
    """No event is newer than this number."""
    _step: int = 0

    @property
    def found(self) -> bool:
        """Nothing is newer."""
        return self._end is not None and self._end <= self.seq

    @property
    def after(self) -> int:
        """The number to ask for next."""
        return self.seq + self._step if self._end is None else (self.seq + self._end) // 2

    def begin(self) -> None:
        """Ask anew: more may have been recorded. Numbers are used again after the newest session was removed (seen on 0.4.6)."""
        self._end, self._step = None, 0

    def told(self, after: int, answer: EventAfter) -> None:
        """The first event after that number, or that there is none."""
        if answer.seq is None or answer.seq <= after:
            self._end = after
            return

        self.seq, self.at = answer.seq, answer.at
        if not answer.more:
            self._end = answer.seq
        elif self._end is None:
            self._step = max(_FIRST_STEP, self._step * _GROWTH)
