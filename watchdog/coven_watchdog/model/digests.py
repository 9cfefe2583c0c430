"""The digest of a span of time: what the store knows of it, and what a person reads of it. A `Digest` is stored as JSON as it stands.

Times and spans are wall µs. Names of projects, harnesses and people are on one line and short; no session's title is in it.
"""

from dataclasses import dataclass

from coven_watchdog.model.incidents import Incident
from coven_watchdog.model.looks import BlindWindow
from coven_watchdog.model.telling import Silence
from coven_watchdog.model.words import Kind, Severity, Suppression


@dataclass(frozen=True, slots=True)
class Untold:
    """A message that a channel has not got: withheld, with nothing told of that incident since; or (no suppression) not delivered."""

    channel: str
    incident: str
    at: int
    suppression: Suppression | None = None


@dataclass(frozen=True, slots=True)
class Chronicle:
    """What the store knows of the time from `since` to `until`.

    `incidents`: open, or changed within it. `silences`: held at some time within it.
    """

    since: int
    until: int
    incidents: tuple[Incident, ...] = ()
    untold: tuple[Untold, ...] = ()
    silences: tuple[Silence, ...] = ()
    blind: tuple[BlindWindow, ...] = ()


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that broke: one incident while it lasts, all of one kind of a home's subject once they are over (`incident` is the last)."""

    incident: str
    home: str
    kind: Kind
    severity: Severity
    what: str
    why: str
    began_at: int
    over_at: int | None = None
    """None: still so. Of an event: when it was."""
    times: int = 1
    lasted: int = 0
    """All times together."""
    hit: int = 0
    """Sessions that it concerns."""
    lost: int = 0
    """Sessions that it cost."""
    hidden_by: str = ""
    """Who acknowledged or silenced it, in words."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many sessions of one harness and project ended so. No `kind`: lost with their daemon. No names: all the others."""

    kind: Kind | None
    severity: Severity
    harness: str
    project: str
    count: int


@dataclass(frozen=True, slots=True)
class Held:
    """How many incidents were not told for this reason, and who wanted it so, where somebody did."""

    suppression: Suppression
    count: int
    by: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """How long, and how often, nobody watched these homes for one reason. `lasts`: up to the end of the digest's span."""

    why: str
    homes: tuple[str, ...]
    lasted: int
    times: int
    lasts: bool = False


@dataclass(frozen=True, slots=True)
class Digest:
    """What happened from `since` to `until`, for one channel or for everybody; in each part the worst first."""

    since: int
    until: int
    open: tuple[Trouble, ...] = ()
    over: tuple[Trouble, ...] = ()
    sessions: tuple[Tally, ...] = ()
    held: tuple[Held, ...] = ()
    undelivered: tuple[tuple[str, int], ...] = ()
    """By channel: how many messages were given up."""
    gaps: tuple[Gap, ...] = ()
    more: int = 0
    """How many troubles found no room."""
