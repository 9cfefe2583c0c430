"""The names by which Coven's processes are known, on every system."""

from collections.abc import Iterable

COVEN = "coven"
"""The program name of every Coven process: daemon, guardian, `coven run` (seen on 0.4.6)."""

COVEN_HOME = "COVEN_HOME"
PARTICIPANT = "COVEN_MAINTENANCE_PARTICIPANT"
"""JSON whose id names the session; set for harnesses of projects under git (seen on 0.4.6, an internal)."""

READABLE = frozenset({"PATH", COVEN_HOME, PARTICIPANT})
"""The only variables that are ever copied out of another process' environment."""


def says_run(words: Iterable[str]) -> bool:
    """Whether the words after the program's name begin with `run`, but for options; all of Coven's take a value (seen on 0.4.6)."""
    rest = iter(words)
    for word in rest:
        if not word.startswith("--"):
            return word == "run"

        if "=" not in word:
            next(rest, None)

    return False
