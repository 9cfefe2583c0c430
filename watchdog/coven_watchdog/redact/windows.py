"""A stream of text in, the same stream with its places found in windows that overlap out: a secret over a border is one."""

from collections.abc import Iterable, Iterator

from coven_watchdog.redact.spans import Count, Find, Span, settled

BLOCK = 1 << 18
OVERLAP = 1 << 15
"""More than the longest thing that is looked for."""
_BEHIND = 64
"""What stands before a place may decide what it is."""


def stream(pieces: Iterable[str], find: Find, count: Count) -> Iterator[str]:
    """The pieces, cut elsewhere, without what `find` finds.

    Args:
        pieces: text, cut anywhere.
        find: places in a text, apart and in their order.
        count: is told each place that was taken out.
    """
    window = Window(find, count)
    for piece in pieces:
        for at in range(0, len(piece), BLOCK):
            yield from window.take(piece[at : at + BLOCK])

    yield from window.end()


class Window:
    """The part of a stream that is looked at."""

    def __init__(self, find: Find, count: Count) -> None:
        self._find, self._count = find, count
        self._behind = self._text = ""

    def take(self, piece: str) -> Iterator[str]:
        """Look at what is no longer near the end."""
        self._text += piece
        if len(self._text) >= BLOCK + OVERLAP:
            yield self._out(len(self._text) - OVERLAP)

    def end(self) -> Iterator[str]:
        """Look at the rest."""
        if self._text:
            yield self._out(len(self._text))

    def _out(self, upto: int) -> str:
        """What stands before `upto`, and what reaches over it, without what is found there."""
        spans = list(self._spans())
        line = self._text.rfind("\n", upto - OVERLAP if upto > OVERLAP else 0, upto) + 1
        cut = line if line and upto < len(self._text) else upto
        taken = [span for span in spans if span.start < cut]
        if taken:
            cut = max(cut, taken[-1].end)

        text, self._text = self._text[:cut], self._text[cut:]
        self._behind = text[-_BEHIND:]
        return settled(text, taken, self._find, self._count)

    def _spans(self) -> Iterator[Span]:
        """Places in the text, found with what stood before it in sight."""
        before = len(self._behind)
        for span in self._find(self._behind + self._text):
            if span.end > before:
                yield span._replace(start=max(span.start - before, 0), end=span.end - before)
