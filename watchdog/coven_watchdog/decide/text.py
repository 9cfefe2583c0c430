"""Hostile text made harmless: what comes from Coven is shown, never obeyed."""

import re
from collections.abc import Sequence

from coven_watchdog.model.words import Dialect
from coven_watchdog.redact import cleared, redact, visible

_WORD_JOINER = "\u2060"
_MENTION = re.compile(r"@(?=\w)|<(?=[@!#])")
_AUTOLINK = re.compile(r"(?i)\b(?:[a-z][a-z0-9+.-]{0,20}(?=://)|(?:https?|ftp|file|javascript|data|mailto)(?=:\S)|www(?=\.\w))")
_READ = 4096
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+!|~>])")
_SLACK = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def one_line(text: str, limit: int) -> str:
    """The text without control, ANSI and bidirectional characters, on one line, at most `limit` characters (the last may be …)."""
    shown = visible(text[: limit * 8 + 256])
    return shown if len(shown) <= limit else shown[: limit - 1].rstrip() + "…"


def sentence(text: str) -> str:
    """With a full stop, unless it ends with a mark of its own."""
    return text if text.endswith((".", "?", "!", "…")) else f"{text}."


def said(text: str, limit: int, patterns: Sequence[str] = ()) -> str:
    """What others wrote, for a message: one visible line, secrets masked before it is cut, so that no half of one is left.

    `patterns`: the user's own (`[privacy] patterns`).
    """
    return one_line(cleared(text[:_READ], patterns), limit)


def said_lines(text: str, limit: int, patterns: Sequence[str] = ()) -> str:
    """Several lines, such as a traceback, each with its indent and else as by `said`."""
    lines = redact(text, patterns).splitlines()
    return "\n".join(f"{line[: len(line) - len(line.lstrip(' '))]}{said(line, limit, patterns)}" for line in lines)


def harmless(text: str, dialect: Dialect) -> str:
    """One line of a message, so that the receiving service shows it as it is: no mention, link, markup or formatting fires.

    HTML is left to Apprise, which escapes plain text itself for services that speak it; only mentions are broken there.
    """
    if dialect is Dialect.PLAIN:
        return text

    if dialect is Dialect.SLACK:
        return _quiet("".join(_SLACK.get(char, char) for char in text))

    marked = dialect in {Dialect.MARKDOWN, Dialect.DISCORD}
    return _quiet(_MARKDOWN.sub(r"\\\1", text) if marked else text)


def _quiet(text: str) -> str:
    """Break mentions and links by an invisible character, which leaves them readable."""
    return _AUTOLINK.sub(rf"\g<0>{_WORD_JOINER}", _MENTION.sub(rf"\g<0>{_WORD_JOINER}", text))
