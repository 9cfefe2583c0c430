"""Text in, places in it out: the quick ways to find where a slower pattern is worth trying."""

import re
from collections.abc import Iterable, Iterator

_RUN = 15
_WORD = bytes(97 if chr(code).isascii() and (chr(code).isalnum() or chr(code) in "_-.:/+=~\\") else 32 for code in range(256))
_LONG = b"a" * _RUN


def small(text: str) -> str:
    """The text in small letters, each at its place: a few letters would become two."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(low if len(low := char.lower()) == 1 else char for char in text)


def occurrences(text: str, word: str) -> Iterator[int]:
    """Where a word begins, wherever it does not overlap itself."""
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + len(word))


def any_of(text: str, words: Iterable[str]) -> list[int]:
    """Where any of these words begins."""
    return sorted(at for word in words for at in occurrences(text, word))


def runs(text: str) -> Iterator[tuple[int, int]]:
    """From where to where fifteen characters or more follow each other that keys are made of, dots and slashes with them."""
    marked = text.encode("latin-1", "replace").translate(_WORD)
    at = marked.find(_LONG)
    while at >= 0:
        end = marked.find(b" ", at)
        end = len(marked) if end < 0 else end
        yield at, end
        at = marked.find(_LONG, end)


def back(text: str, at: int, run: re.Pattern[str], most: int) -> int:
    """Where that begins which ends at `at` and is a `run`, a pattern of single characters, read from its end."""
    match = run.match(text[max(0, at - most) : at][::-1])
    return at - match.end() if match else at
