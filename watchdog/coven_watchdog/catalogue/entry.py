"""What an entry of the catalogue is, and the words for what a command does."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from coven_watchdog.model.words import Effect, Form, Severity


@dataclass(frozen=True, slots=True)
class Advice:
    """A command worth running next. `run` may hold {log}, {home}, {record}, {pid}, {peer} (who answers), {id}, {short}, {harness}."""

    run: str
    effect: Effect
    why: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One kind. `patience`: µs it must last before it is told, or the name of the setting that says so.

    `by_sessions`: critical when sessions were live, when that is unknown, or under `expect = "running"`; else warning.
    """

    headline: str
    symptom: str
    meaning: str
    severity: Severity
    form: Form = Form.STATE
    patience: int | str = 0
    by_sessions: bool = False
    inhibits: bool = False
    """While it is open, the troubles of sessions, store and socket of that home are part of its story."""
    advice: tuple[Advice, ...] = ()
    ending: tuple[str, str] = ("", "")
    """States only: what it was, in a story that is over; the headline of its recovery."""
    ends_quietly: bool = False
    """Its end is recorded and told to nobody: whoever it was about knows."""


EFFECTS: Mapping[Effect, str] = MappingProxyType(
    {
        Effect.READS: "only reads",
        Effect.MENDS: "mends it, ends nothing",
        Effect.STARTS: "starts it, ends nothing",
        Effect.ENDS_SESSIONS: "ends live sessions",
        Effect.DESTROYS_EVIDENCE: "removes evidence",
    }
)
