"""Words in, words as systemd's unit files want them out: quoted, with `%` doubled. `$` stays: our ExecStart= expands nothing."""

from coven_watchdog.errors import WatchdogError

_UNSAFE = frozenset("\"'\\")
"""systemd takes no path of a program with one of these, however it is quoted (seen on 252 and 257)."""
_SHELL = ("/bin/sh", "-c", 'exec "$0" "$@"')
"""Becomes the program that follows: a way around for such paths."""


def word(text: str) -> str:
    """One word of ExecStart= or Environment=, in double quotes.

    Raises:
        WatchdogError: it has a line break, a control character or half a character.
    """
    if any(not char.isprintable() and not char.isspace() for char in text) or any(char in text for char in "\n\r\t\v\f\0"):
        message = f"this cannot be written into a service's file: {text!r}"
        raise WatchdogError(message, next_step="use a path without control characters and with proper UTF-8")

    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


def command(words: tuple[str, ...]) -> str:
    """The value of ExecStart=. The colon before it: `$` means nothing in these words."""
    around = _SHELL if _UNSAFE & set(words[0]) else ()
    return ":" + " ".join(word(one) for one in (*around, *words))


def assignment(name: str, value: str) -> str:
    """The value of Environment=."""
    return word(f"{name}={value}")
