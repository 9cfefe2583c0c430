"""Regular expressions of users in, the places that they match out, in time linear in the text whatever they say.

They are those of RE2, which has no look-around and no back-references, and therefore never backtracks; Coven's own
`extra_patterns` (Rust's `regex`) are of the same kind. The library is loaded only when there is a pattern.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from coven_watchdog.model.words import Masked
from coven_watchdog.redact.spans import Span, apart, applied

_LONGEST = 1000
_MEMORY = 1 << 20


class PatternError(ValueError):
    """A pattern that cannot be used; the message says why."""


def check(pattern: str) -> None:
    """Accept it, or not.

    Raises:
        PatternError: it is none, matches nothing, or matches the mask itself.
    """
    if len(pattern) > _LONGEST:
        message = f"is longer than {_LONGEST} characters"
        raise PatternError(message)

    compiled = _compiled(pattern)
    if compiled.search(b"") is not None:
        message = "matches the empty text, and so every place of every text"
        raise PatternError(message)


@lru_cache(64)
def _compiled(pattern: str) -> Any:  # noqa: ANN401 - the library has no types
    import re2  # noqa: PLC0415 - half a megabyte that few need

    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    try:
        return re2.compile(pattern.encode("utf-8", "replace"), options)
    except re2.error as error:
        message = f"is no regular expression of RE2: {_words(error)}"
        raise PatternError(message) from error


def _words(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)


def masked(text: str, patterns: Sequence[str]) -> str:
    """The text without what one of them matches, and nothing else taken out."""
    return applied(text, apart(text, find(text, patterns)))


def find(text: str, patterns: Sequence[str]) -> Iterator[Span]:
    """The places that one of them matches. Each was accepted by `check`."""
    if patterns:
        raw = text.encode("utf-8", "surrogatepass")
        for pattern in patterns:
            yield from _matches(text, raw, _compiled(pattern))


def _matches(text: str, raw: bytes, compiled: Any) -> Iterator[Span]:  # noqa: ANN401 - the library has no types
    """It counts bytes, and we characters."""
    at = chars = 0
    for match in compiled.finditer(raw):
        start, end = match.span()
        chars += start - at if text.isascii() else len(raw[at:start].decode("utf-8", "surrogatepass"))
        length = end - start if text.isascii() else len(raw[start:end].decode("utf-8", "surrogatepass"))
        if length:
            yield Span(chars, chars + length, Masked.PATTERN)

        chars, at = chars + length, end
