"""Places in a text that must not be shown come in; the text without them goes out."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from operator import itemgetter
from typing import NamedTuple

from coven_watchdog.model.words import Masked

MASK = "[redacted]"
MARKS = re.compile(r"\[(?:redacted|REDACTED)\]|<home>|<(?:user|host|project|email|address)-[0-9a-f]{6}>")
"""What stands in a text where something was taken out, by us or by Coven."""

_NAMES = frozenset({Masked.HOME, Masked.USER, Masked.HOST, Masked.PROJECT, Masked.EMAIL, Masked.ADDRESS})


_PASSES = 4


class Span(NamedTuple):
    """From `start` up to `end`, what it is, and what is put there."""

    start: int
    end: int
    what: Masked
    put: str = MASK

    @property
    def secret(self) -> bool:
        """A secret, and not only a name: nothing that says which may stand in its place."""
        return self.what not in _NAMES


Find = Callable[[str], list[Span]]
Count = Callable[[Span], None]


def apart(text: str, spans: Iterable[Span]) -> list[Span]:
    """The places in their order, those that overlap as one: a secret wins over a name, and what is longer over what is shorter.

    What was taken out already is no place, nor is a part of it; a place that reaches into such ends where that ends.
    """
    found: list[Span] = []
    for span in sorted(_whole(text, spans), key=lambda one: (one.start, -one.end)):
        if found and span.start < found[-1].end:
            found[-1] = _one(found[-1], span)
        else:
            found.append(span)

    return found


def _whole(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    marks: list[tuple[int, int]] | None = None
    for span in spans:
        marks = [match.span() for match in MARKS.finditer(text)] if marks is None else marks
        first, last = _around(marks, span.start), _around(marks, span.end - 1)
        if first is None or first != last:
            yield span._replace(start=first[0] if first else span.start, end=last[1] if last else span.end)


def _around(marks: list[tuple[int, int]], at: int) -> tuple[int, int] | None:
    """The mark that this letter is a part of."""
    before = bisect_right(marks, at, key=itemgetter(0))
    mark = marks[before - 1] if before else (at, at)
    return mark if mark[0] <= at < mark[1] else None


def _one(left: Span, right: Span) -> Span:
    winner = max(left, right, key=lambda span: (span.secret, span.end - span.start))
    return Span(left.start, max(left.end, right.end), winner.what, winner.put)


def settled(text: str, spans: list[Span], find: Find, count: Count = lambda _: None) -> str:
    """The text without these places, and without what is found only now: the end of one may have hidden the beginning of another."""
    for _ in range(_PASSES):
        if not spans:
            return text

        for span in spans:
            count(span)

        text = applied(text, spans)
        if not any(span.secret for span in spans):
            # Names end where words end, and hide nothing.
            return text

        spans = find(text)

    return text


def applied(text: str, spans: Iterable[Span]) -> str:
    """The text with what is put in place of each. Lines stay lines: what went over several stands on each of them."""
    return "".join(_pieces(text, spans))


def _pieces(text: str, spans: Iterable[Span]) -> Iterator[str]:
    at = 0
    for span in spans:
        yield text[at : span.start]
        yield "\n".join([span.put] * (text.count("\n", span.start, span.end) + 1))
        at = span.end

    yield text[at:]
