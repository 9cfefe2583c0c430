"""Observations about the processes behind sessions: what was looked for and found, what they use, and what they print.

As in `facts`: what was seen, never what it means.
"""

from dataclasses import dataclass

from coven_watchdog.model.facts import Identity, Observation
from coven_watchdog.model.words import ProcessState


@dataclass(frozen=True, slots=True)
class Traces:
    """What is there that may belong to a session whose process is not known: how many of each. None: it cannot be known here.

    What belongs to another session for certain is not counted.
    """

    children: int | None
    """Processes that the daemon started since the session began, guardians among them."""
    terminals: int | None
    """Terminals that the daemon holds open."""
    runs: int | None
    """Programs of Coven's in its project, such as a `coven run`."""
    leases: int | None
    """Leases in its repository that have not run out (an internal of Coven). None also where there is no repository."""
    left_lease: bool = False
    """A `coven run` that worked there since has left its lease behind."""


@dataclass(frozen=True, slots=True)
class HarnessSought(Observation):
    """A look for the process behind a session: the state of the one that is known, else the traces of one, if rows tell enough."""

    session: str
    state: ProcessState | None = None
    traces: Traces | None = None
    starter: Identity | None = None
    """Of a row that says created: the `coven run` that made it and has started nothing yet. `state` is this one's then."""
    terminal: bool = False
    """That one sits on a terminal."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """How a session's process is, and the CPU that it and all below it have used, in clock ticks. `terminal`: it sits on one."""

    session: str
    identity: Identity
    state: ProcessState
    cpu: int
    terminal: bool


@dataclass(frozen=True, slots=True)
class PulsesSeen(Observation):
    """The processes of all live sessions, looked at together."""

    pulses: tuple[Pulse, ...]


@dataclass(frozen=True, slots=True)
class OutputSeen(Observation):
    """When the newest event of a session was recorded, in wall µs by Coven's stamp; None: it has none.

    `final` False: there may be newer ones. `over`: they are not looked for now.
    """

    session: str
    newest: int | None
    final: bool = True
    over: bool = True


@dataclass(frozen=True, slots=True)
class TailSeen(Observation):
    """The last lines that a session printed, and how many pieces of its output are known to be dropped. `known` False: it could not be read."""

    session: str
    lines: tuple[str, ...] = ()
    dropped: int = 0
    known: bool = True
