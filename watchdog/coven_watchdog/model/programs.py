"""Observations about the programs that sessions are run with: whether the daemon's process can find them.

As in `facts`: what was seen, never what it means.
"""

from dataclasses import dataclass

from coven_watchdog.model.facts import Identity, Observation


@dataclass(frozen=True, slots=True)
class Program:
    """The executable of one configured harness. `used`: a session of the last days names that harness."""

    harness: str
    executable: str
    used: bool
    found: bool | None
    """Whether the daemon's process finds it; None: it cannot be known."""
    elsewhere: str = ""
    """The directory where it is instead, as far as was looked."""


@dataclass(frozen=True, slots=True)
class ProgramsSeen(Observation):
    """The answer to `Look.PROGRAMS`: what the PATH of the daemon's process gives. No programs: that PATH could not be read."""

    identity: Identity
    programs: tuple[Program, ...] = ()


@dataclass(frozen=True, slots=True)
class AdaptersSeen(Observation):
    """The answer to `Look.ADAPTERS`: what this daemon says that its adapters offer. `names` None: it does not say."""

    identity: Identity
    names: tuple[str, ...] | None
