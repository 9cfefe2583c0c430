"""What the daemon's log tells: the last start that was tried, panics, requests that clients did not finish. An internal of Coven."""

from dataclasses import dataclass

from coven_watchdog.model.facts import Observation
from coven_watchdog.model.words import StartPhase


@dataclass(frozen=True, slots=True)
class StartTried:
    """The last start that was tried, as far as the log tells. Times in wall µs, by the log's own stamps."""

    at: int
    last: int
    """When its last line was written."""
    phase: StartPhase
    step: str = ""
    """The last step that it told of, in Coven's word."""
    pid: int | None = None


@dataclass(frozen=True, slots=True)
class LogSeen(Observation):
    """The log, as far as it is known: of what is written before it is rotated away nothing is missed."""

    start: StartTried | None = None
    panic: int | None = None
    """Wall µs of the newest panic."""
    panic_says: str = ""
    """What it says, hostile as all of it."""
    unfinished: int = 0
    """Requests that timed out half sent within the two minutes before the newest of them."""
    unfinished_at: int | None = None
    """Wall µs of the newest of them."""
