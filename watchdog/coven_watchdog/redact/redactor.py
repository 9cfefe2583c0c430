"""Text in; the text without secrets and names out, with how much of what was taken out."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from coven_watchdog.redact import addresses, headers, known, named, names, patterns, shapes
from coven_watchdog.redact.names import Names
from coven_watchdog.redact.spans import Span, apart, settled
from coven_watchdog.redact.text import BREAK, seen
from coven_watchdog.redact.windows import BLOCK, stream


class Redacted(NamedTuple):
    """A text as it may be shown, and how many of each kind were taken out of it."""

    text: str
    counts: Mapping[str, int]


def secrets(text: str, extra: Sequence[str] = ()) -> list[Span]:
    """The places of what looks like a secret, and of what the user's own patterns match."""
    found = (*shapes.find(text), *headers.find(text), *named.find(text), *patterns.find(text, extra))
    return apart(text, found)


class Redactor:
    """For one bundle: secrets, configured secrets, the user's patterns, names, addresses.

    Args:
        names: who and where, with the salt of this bundle.
        patterns: regular expressions that were accepted by `patterns.check`.
        secrets: configured values, such as the URLs of channels; those shorter than six characters are not looked for.
    """

    def __init__(self, names: Names, patterns: Sequence[str] = (), secrets: Collection[str] = ()) -> None:
        self._names, self._patterns, self._secrets = names, tuple(patterns), frozenset(secrets)
        self._counts: Counter[str] = Counter()

    @property
    def counts(self) -> Mapping[str, int]:
        """How many of each kind were taken out so far, by the values of `Masked`."""
        return dict(self._counts)

    def text(self, text: str) -> Redacted:
        """A whole text."""
        before = self._counts.copy()
        out = "".join(self.pieces([text]))
        return Redacted(out, dict(self._counts - before))

    def pieces(self, pieces: Iterable[str]) -> Iterator[str]:
        """A stream of text that is cut anywhere, with a bounded part of it in memory."""
        shown = (seen(piece[at : at + BLOCK]) for piece in pieces for at in range(0, len(piece), BLOCK))
        for piece in stream(shown, self.find, self._count):
            yield self._again(piece) if BREAK in piece else piece

    def lines(self, lines: Iterable[str]) -> Iterator[str]:
        """A stream of lines with their ends, as a file gives them: as many come out."""
        begun: list[str] = []
        for piece in self.pieces(lines):
            *whole, rest = piece.split("\n")
            for line in whole:
                yield "".join((*begun, line, "\n"))
                begun = []

            begun.append(rest)

        if any(begun):
            yield "".join(begun)

    def find(self, text: str) -> list[Span]:
        """The places that are taken out, for showing them in context."""
        found = (*known.find(text, self._secrets), *names.find(text, self._names), *addresses.find(text, self._names))
        return apart(text, (*secrets(text, self._patterns), *found))

    def _count(self, span: Span) -> None:
        self._counts[span.what.value] += 1

    def _again(self, text: str) -> str:
        """What a terminal would have obeyed may have stood within a secret."""
        text = text.replace(BREAK, "")
        return settled(text, self.find(text), self.find, self._count)
