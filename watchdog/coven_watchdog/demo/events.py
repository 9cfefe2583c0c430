"""What the demo tells the one who prints it, in the order of a play: narration, messages as they arrive, and the next steps."""

from dataclasses import dataclass

from coven_watchdog.model.words import Tone


@dataclass(frozen=True, slots=True)
class Narrated:
    """The demo does something: one sentence for people. `at` in wall µs."""

    at: int
    text: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message as the sink got it from the courier. Wall µs; `told_in` is the µs from the fact to the message."""

    at: int
    title: str
    lines: tuple[str, ...]
    tone: Tone
    told_in: int


@dataclass(frozen=True, slots=True)
class Troubled:
    """Something did not go as it should, such as a channel of the user's that did not take the messages."""

    at: int
    text: str


@dataclass(frozen=True, slots=True)
class NextSteps:
    """The play is over: what to type next, each command with what it does."""

    steps: tuple[tuple[str, str], ...]


DemoEvent = Narrated | Arrived | Troubled | NextSteps
