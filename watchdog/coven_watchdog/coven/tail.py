"""Answers about a session's events come in; what to ask for next goes out, until its last ones are there; and what they say, as lines.

A session's events can only be read forward (contract: `afterSeq`, `limit`), and a page of many may be large. So the first few are
asked for, which is all of a short session; of a long one single events, in growing steps and then by halves, and at last the end.
"""

from contextlib import suppress
from dataclasses import dataclass

import msgspec

from coven_watchdog.coven.decoding import Count, Decoder
from coven_watchdog.decide.text import said
from coven_watchdog.errors import NotContractError
from coven_watchdog.redact import redact

_PAGE, _END = 64, 128
_FIRST_STEP, _GROWTH = 256, 8
_REQUESTS = 24
_READ = 64 * 1024
_LINE = 200


@dataclass(frozen=True, slots=True)
class OutputPage:
    """Some events of a session: the number of the last, what they printed, how many were dropped between, whether more follow."""

    last: int | None = None
    text: str = ""
    dropped: int = 0
    more: bool = False


class _Event(msgspec.Struct, frozen=True, gc=False):
    seq: Count
    kind: str | None = None
    payload: str | None = msgspec.field(name="payload_json", default=None)


class _Events(msgspec.Struct, frozen=True, gc=False):
    events: list[_Event]
    more: bool | None = msgspec.field(name="hasMore", default=None)


class _Payload(msgspec.Struct, frozen=True, gc=False):
    data: str | None = None
    dropped: Count | None = msgspec.field(name="droppedEvents", default=None)


_decode: Decoder[_Events] = Decoder(_Events)
_decode_payload: Decoder[_Payload] = Decoder(_Payload)


def decode_output(body: bytes) -> OutputPage:
    """The answer of `GET /events?sessionId=…`, with what was printed.

    Raises:
        NotContractError: not JSON, or no page of events.
    """
    page = _decode(body)
    printed = [_payload(event).data or "" for event in page.events if event.kind == "output"]
    dropped = sum(_payload(event).dropped or 0 for event in page.events if event.kind == "output_truncated")
    # The echo of an input gets lost at times, which Coven counts as output (seen on 0.4.6).
    echoes = sum(1 for event in page.events if event.kind == "input")
    last = page.events[-1].seq if page.events else None
    return OutputPage(last, "".join(printed), max(0, dropped - echoes), bool(page.more))


def _payload(event: _Event) -> _Payload:
    """What it says; nothing where that has another shape."""
    with suppress(NotContractError):
        return _decode_payload((event.payload or "{}").encode("utf-8", "replace"))

    return _Payload()


@dataclass(slots=True)
class Tail:
    """The search for a session's last events. `done`: `text` and `dropped` are what is known of it; `lost`: it is given up."""

    text: str = ""
    dropped: int = 0
    done: bool = False
    _asked: int = 0
    _known: int = 0
    """The number of an event that is there."""
    _end: int | None = None
    """No event is newer than this number."""
    _step: int = _FIRST_STEP

    @property
    def lost(self) -> bool:
        """It takes too long."""
        return not self.done and self._asked >= _REQUESTS

    @property
    def _near(self) -> bool:
        """The rest fits into one page."""
        return self._end is not None and self._end - self._known <= _END

    @property
    def request(self) -> tuple[int, int]:
        """After which number, and how many at most, to ask for next."""
        if not self._asked:
            return 0, _PAGE

        if self._near:
            return max(0, self._known - _END - 1), 2 * _END + 2

        return self._known + self._step if self._end is None else (self._known + self._end) // 2, 1

    def told(self, page: OutputPage) -> None:
        """What was asked for."""
        after, limit = self.request
        self._asked += 1
        if limit > 1:
            self._page(page)
        elif page.last is None or page.last <= after:
            self._end = after
        else:
            self._known = page.last
            self._step *= _GROWTH
            self._end = self._end if page.more else page.last

    def _page(self, page: OutputPage) -> None:
        self.text, self.dropped = page.text, max(self.dropped, page.dropped)
        self.done, self._known = not page.more, max(self._known, page.last or 0)
        if page.more and self._near:
            # It prints on, or one page cannot hold it.
            self._asked = _REQUESTS


def last_lines(text: str, count: int, patterns: tuple[str, ...]) -> tuple[str, ...]:
    """The last lines of what a session printed: each visible, short and without secrets; of one that was written over, the last state."""
    lines = redact(text[-_READ:], patterns).split("\n")
    if len(text) > _READ:
        # Half a line may be half a secret.
        del lines[0]

    found = (said(line.rstrip("\r").rpartition("\r")[2], _LINE, patterns) for line in lines)
    return tuple([line for line in found if line][-count:])
