"""Text in, the same text with secret-shaped parts masked out. Used for logs, messages, errors, scenes and bundles.

A secret may be hidden by what nobody sees: text of others goes through `cleared`. Time is linear in the text. What stays: ids,
hashes, versions, times, error codes.
"""

from collections.abc import Sequence
from functools import partial

from coven_watchdog.redact.names import Names
from coven_watchdog.redact.redactor import Redacted, Redactor, secrets
from coven_watchdog.redact.spans import MARKS, MASK, settled
from coven_watchdog.redact.text import ANSI, BREAK, visible

__all__ = ["MARKS", "MASK", "Names", "Redacted", "Redactor", "cleared", "redact", "visible"]


def redact(text: str, patterns: Sequence[str] = ()) -> str:
    """The text with every secret-shaped part, and what the user's own patterns match, replaced by `[redacted]`."""
    find = partial(secrets, extra=patterns)
    return settled(text, find(text), find)


def cleared(text: str, patterns: Sequence[str] = ()) -> str:
    """`visible` and `redact` in one: what nobody sees may stand within a secret, or be all that parts it from a word."""
    return redact(visible(text if text.isprintable() else redact(ANSI.sub(BREAK, text), patterns)), patterns)
