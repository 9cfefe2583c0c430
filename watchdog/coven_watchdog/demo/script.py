"""The play as data: the steps that `play` acts out in this order, and the events that it gives to the one who prints them."""

from dataclasses import dataclass

from coven_watchdog.model.words import Kind, Reason, Tone

FAILS_AFTER = "after={seconds},3"
FINISHES_AFTER = "after={seconds},0"
WORKS_ON = "sleep=600"


@dataclass(frozen=True, slots=True)
class Say:
    """Tell what happens."""

    text: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Leave time to read. Seconds; none of it in a hurry."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Launch:
    """Start a session. `prompt` is for the simulated harness; `{seconds}` in it is how long a short piece of work takes."""

    harness: str
    project: str
    title: str
    prompt: str


@dataclass(frozen=True, slots=True)
class Kill:
    """kill -9 of the daemon."""


@dataclass(frozen=True, slots=True)
class Start:
    """Start the daemon again."""


@dataclass(frozen=True, slots=True)
class Hear:
    """Wait for this message."""

    kind: Kind
    reason: Reason


Step = Say | Pause | Launch | Kill | Start | Hear


@dataclass(frozen=True, slots=True)
class Narrated:
    """The demo does something: one sentence for people. `at` in wall µs."""

    at: int
    text: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message as the sink got it from the courier. `at` in wall µs.

    `told_in` is the µs from the fact to the message: from the kill of the daemon, from its serving again, from the end of a
    session as the watchdog saw it.
    """

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

SCRIPT: tuple[Step, ...] = (
    Say("A simulated Coven runs on a private socket, and coven-watchdog watches it as it would watch yours."),
    Launch("claude", "api", "Rate limits for the public API", WORKS_ON),
    Launch("codex", "docs", "Rewrite the getting-started page", WORKS_ON),
    Say("Two agents are at work: claude in api, codex in docs."),
    Pause(3),
    Say("A third one, codex in shop, is about to fail …"),
    Launch("codex", "shop", "Add a cart page", FAILS_AFTER),
    Hear(Kind.SESSION_FAILED, Reason.FIRST),
    Pause(5),
    Say("Another, claude in web, is about to finish …"),
    Launch("claude", "web", "Upgrade the build", FINISHES_AFTER),
    Hear(Kind.SESSION_FINISHED, Reason.FIRST),
    Pause(5),
    Say("Now the daemon is killed (kill -9) under the two that still work."),
    Kill(),
    Hear(Kind.DAEMON_CRASHED, Reason.FIRST),
    Pause(8),
    Say("Somebody starts it again: coven daemon start"),
    Start(),
    Hear(Kind.DAEMON_CRASHED, Reason.RESOLVED),
    Pause(4),
)

NEXT_STEPS = (
    ("coven-watchdog setup", "say where you want to be told; it watches from then on"),
    ("coven-watchdog notify test", "see that it arrives"),
    ("coven-watchdog status", "what is wrong now"),
)
