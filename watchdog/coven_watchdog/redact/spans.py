"""Places in a text that must not be shown come in; the text without them goes out."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from coven_watchdog.model.words import Masked

MASK = "[redacted]"
MARKS = re.compile(r"\[(?:redacted|REDACTED)\]|<home>|<(?:user|host|project|email|address)-[0-9a-f]{6}>")
"""What stands in a text where something was taken out, by us or by Coven."""

_NAMES = frozenset({Masked.HOME, Masked.USER, Masked.HOST, Masked.PROJECT, Masked.EMAIL, Masked.ADDRESS})


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


def apart(spans: Iterable[Span]) -> list[Span]:
    """The places in their order, those that overlap as one: a secret wins over a name, and what is longer over what is shorter."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.start, -one.end)):
        if found and span.start < found[-1].end:
            found[-1] = _one(found[-1], span)
        else:
            found.append(span)

    return found


def _one(left: Span, right: Span) -> Span:
    winner = max(left, right, key=lambda span: (span.secret, span.end - span.start))
    return Span(left.start, max(left.end, right.end), winner.what, winner.put)


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
