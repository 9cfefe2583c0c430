"""What the incident machine remembers between two judgements: open incidents, those just closed, and what is on its way."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from coven_watchdog.model.incidents import Incident, LookRequest, Step
from coven_watchdog.model.words import Kind

Key = tuple[str, str]
"""(home, subject) of a state."""
PendingKey = tuple[str, str, Kind]
"""(home, subject, kind) of a state that is not yet present for long enough: each kind has a patience of its own."""
EventKey = tuple[str, str, Kind, str]
"""(home, subject, kind, occurrence) of an event."""
NOTED_KEPT = 5000
"""Events that are remembered to have been noted; the store refuses a double that is older."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A state that is present but not yet for long enough. `waited` counts only awake, observed time (µs)."""

    waited: int
    seen_at: int | None
    """Awake µs at which it was last present; None after a moment of not knowing."""


@dataclass(frozen=True, slots=True)
class Incidents:
    """The machine's memory. Pending states and clearings start anew with the watchdog; the rest is stored."""

    open: Mapping[Key, Incident] = field(default_factory=dict)
    closed: Mapping[Key, Incident] = field(default_factory=dict)
    """Resolved less than the reopening window ago, or unstable."""
    pending: Mapping[PendingKey, Pending] = field(default_factory=dict)
    clearing: Mapping[Key, int] = field(default_factory=dict)
    """Awake µs since when an open state looks clear."""
    frozen: Mapping[Key, int] = field(default_factory=dict)
    """Awake µs since when nothing is known of an open or closed state: its deadlines stand still."""
    noted: Mapping[EventKey, None] = field(default_factory=dict)
    """The oldest first."""

    @classmethod
    def load(
        cls, opened: Iterable[Incident], recent: Iterable[Incident], noted: Iterable[tuple[str, str, Kind, str]]
    ) -> "Incidents":
        """What the store remembers of the run before."""
        return cls(
            open={key_of(incident): incident for incident in opened},
            closed={key_of(incident): incident for incident in recent},
            noted=dict.fromkeys(noted),
        )

    def adopted(self, written: Iterable[Incident]) -> "Incidents":
        """The memory with what only the transaction knew: message numbers, reminders that nobody got, what people did meanwhile."""
        known = {incident.id: incident for incident in written}
        opened = {key: _fresh(incident, known) for key, incident in self.open.items()}
        closed = {key: _fresh(incident, known) for key, incident in self.closed.items()}
        return replace(self, open=opened, closed=closed)

    def without(self, home: str) -> "Incidents":
        """The memory with nothing of this home but the events that were noted."""
        return Incidents(
            open={key: incident for key, incident in self.open.items() if key[0] != home},
            closed={key: incident for key, incident in self.closed.items() if key[0] != home},
            pending={key: pending for key, pending in self.pending.items() if key[0] != home},
            clearing={key: since for key, since in self.clearing.items() if key[0] != home},
            frozen={key: since for key, since in self.frozen.items() if key[0] != home},
            noted=self.noted,
        )


def _fresh(incident: Incident, known: Mapping[str, Incident]) -> Incident:
    stored = known.get(incident.id)
    if stored is None:
        return incident

    return replace(
        incident,
        tellings=stored.tellings,
        reminders=stored.reminders,
        chapters=stored.chapters,
        ack=stored.ack,
        boot=stored.boot,
    )


def remembered(noted: Mapping[EventKey, None], present: Collection[EventKey]) -> Mapping[EventKey, None]:
    """What was noted, with these events that are present now, each of which stays; of the others the oldest are forgotten."""
    after = dict.fromkeys((*noted, *present))
    surplus = len(after) - NOTED_KEPT
    if surplus > 0:
        for key in [key for key in after if key not in present][:surplus]:
            del after[key]

    return after


@dataclass(frozen=True, slots=True)
class Advance:
    """What one judgement came to: the memory after it, the steps to commit, what to look at, and when to judge again."""

    incidents: Incidents
    steps: tuple[Step, ...] = ()
    looks: tuple[LookRequest, ...] = ()
    wake_at: int | None = None


def key_of(incident: Incident) -> Key:
    """Where a state lives."""
    return incident.home, incident.subject
