"""Text in, what can be seen of it out: a secret may be hidden by what nobody sees."""

import re
import unicodedata

# Introduced by two characters, or by the one that means the same.
ANSI = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b\]|\x9d)[^\x07\x1b\x9c\r\n]{0,4096}(?:\x07|\x1b\\|\x9c)?|\x1b[@-_]")
BREAK = "\0"
"""Stands where a terminal would have obeyed."""
_SPACE = re.compile(r"\s+")
_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
_KEPT = frozenset("\n\r\t" + BREAK)


def visible(text: str) -> str:
    """The text as one line, without control, ANSI and bidirectional characters and without what has no shape."""
    plain = ANSI.sub("", text)
    spaced = "".join(" " if char.isspace() else char for char in plain)
    shown = "".join(char for char in spaced if unicodedata.category(char) not in _INVISIBLE)
    return _SPACE.sub(" ", shown).strip()


def seen(text: str) -> str:
    """The text with its lines, without what nobody sees; each ANSI sequence is a `BREAK`."""
    text = ANSI.sub(BREAK, text)
    unseen = {ord(char): None for char in set(text) if char not in _KEPT and unicodedata.category(char) in _INVISIBLE}
    return text.translate(unseen) if unseen else text
