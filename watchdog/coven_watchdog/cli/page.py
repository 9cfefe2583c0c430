"""Text for people as data: lines of spans with a tone. `plain` makes text of them, `pretty` colours; both show the same words."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from coven_watchdog.model.words import Shade

WIDE = frozenset("WF")


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text in one shade. Whatever it is made from, it obeys no terminal: what cannot be printed is left out."""

    text: str
    shade: Shade = Shade.PLAIN

    def __post_init__(self) -> None:
        if not self.text.isprintable():
            object.__setattr__(self, "text", printable(self.text))


Line = tuple[Span, ...]
BLANK: Line = ()


def printable(text: str) -> str:
    """The text on one line, without escapes, direction marks and half characters (from names that are no UTF-8)."""
    return "".join(char if char.isprintable() else " " * char.isspace() for char in text)


def line(*parts: str | Span) -> Line:
    """A line of plain texts and spans."""
    return tuple(Span(part) if isinstance(part, str) else part for part in parts)


def plain(one: Line) -> str:
    """A line without its shades."""
    return "".join(span.text for span in one).rstrip()


def width(text: str) -> int:
    """How many columns of a terminal the text takes: East Asian wide characters take two, combining ones none."""
    return sum(0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in WIDE else 1 for char in text)


def folded(text: str, room: float) -> Iterator[str]:
    """The text in pieces of at most so many columns, broken at spaces where there are any."""
    piece = ""
    for number, word in enumerate(printable(text).split(" ")):
        joined = f"{piece} {word}" if number else word
        if width(joined) > room and piece:
            yield piece
            joined = word

        while width(joined) > room:
            fits = _fitting(joined, room)
            yield joined[:fits]
            joined = joined[fits:]

        piece = joined

    yield piece


def _fitting(text: str, room: float) -> int:
    """How many of its first characters take at most so many columns; one at least."""
    return next(at for at in range(1, len(text)) if width(text[: at + 1]) > room)


def columns(rows: Iterable[Sequence[str | Span]], *, indent: int = 2, gap: int = 2) -> list[Line]:
    """Rows of cells as lines whose columns stand below each other. A row may have fewer cells; the last column is not padded."""
    cells = [[cell if isinstance(cell, Span) else Span(cell) for cell in row] for row in rows]
    count = max((len(row) for row in cells), default=0)
    widths = [max((width(row[at].text) for row in cells if at < len(row)), default=0) for at in range(count)]
    return [_row(row, widths, " " * indent, " " * gap) for row in cells]


def _row(cells: list[Span], widths: list[int], indent: str, gap: str) -> Line:
    """One row, padded with unshaded blanks."""
    spans = [Span(indent)] if indent else []
    for at, cell in enumerate(cells):
        spans.append(cell)
        if at < len(cells) - 1:
            spans.append(Span(" " * (widths[at] - width(cell.text)) + gap))

    return tuple(spans)
