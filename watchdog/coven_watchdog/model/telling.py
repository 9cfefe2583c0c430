"""What goes out: notifications in the outbox, what is known about them, and the snapshot that `plan` decides on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from coven_watchdog.model.incidents import Incident, Step
from coven_watchdog.model.words import AttemptOutcome, Kind, NotificationState, Priority, Reason, Severity, Suppression, Tone


@dataclass(frozen=True, slots=True)
class Notification:
    """One message for one channel. `id` is `<incident>.<n>`, the same on every channel. Times in wall µs."""

    id: str
    channel: str
    incident: str
    reason: Reason
    state: NotificationState
    fact_at: int
    committed_at: int
    due_at: int
    """Not to be sent before: later than `committed_at` while a group collects."""
    suppression: Suppression | None = None
    sent_at: int | None = None
    attempts: int = 0
    next_attempt_at: int | None = None
    group: bool = False
    """It may speak of several incidents: of what happened at once, or (while its time has not come) of what follows another."""


@dataclass(frozen=True, slots=True)
class Member:
    """One incident inside a notification, as it stood when that was decided (`snapshot`)."""

    notification: str
    channel: str
    incident: str
    role: Reason
    snapshot: Incident


@dataclass(frozen=True, slots=True)
class Told:
    """What one channel has been told about one incident since its last opening."""

    first: Notification | None = None
    last: Notification | None = None
    withheld: frozenset[Suppression] = frozenset()
    """Every reason for which something was not told since then."""
    hidden: Notification | None = None
    """The word that it was acknowledged or silenced. It stands for no other: what is hidden is not told."""
    heard: tuple[Severity, Kind] | None = None
    """What it was by the last word."""
    closed: bool = False
    """Its end was told."""
    owed: bool = False
    """Its end was held back by quiet hours, and nothing was told since."""

    @property
    def tried(self) -> bool:
        """FIRST (or what stands for it) was handed to the service at least once."""
        return self.first is not None and self.first.attempts > 0


@dataclass(frozen=True, slots=True)
class Lane:
    """The recent traffic of one channel, for grouping. Wall µs."""

    last_due: int | None = None
    last_was_group: bool = False
    """It waited to collect what followed another one."""
    collecting: Notification | None = None
    """A queued, untried group whose time has not come: what follows joins it."""


@dataclass(frozen=True, slots=True)
class Silence:
    """Hides what matches until `until` (wall µs). Empty matchers match everything."""

    id: str
    until: int
    kind: str = "*"
    """A kind or a glob."""
    session: str = ""
    """A whole session id."""
    home: str = ""
    """A home's key."""
    reason: str = ""
    by: str = ""
    """Who: the user, the pid and the command that it was asked from."""
    at: int = 0
    """Wall µs at which it was asked for."""
    ended_by: str = ""
    """Who removed it before its time; `until` is when. Empty: it runs, or ran, its time."""


@dataclass(frozen=True, slots=True)
class World:
    """What the store knows that `plan` needs, read inside the transaction that will hold the plan."""

    incidents: Mapping[str, Incident] = field(default_factory=dict)
    """The stored rows of the incidents in question: acknowledgements of the CLI are seen here."""
    open_incidents: tuple[Incident, ...] = ()
    """Every open incident of the homes in question, for inhibition."""
    told: Mapping[tuple[str, str], Told] = field(default_factory=dict)
    """By (incident, channel)."""
    lanes: Mapping[str, Lane] = field(default_factory=dict)
    silences: tuple[Silence, ...] = ()
    held: tuple[Incident, ...] = ()
    """Of the homes in question, what is not open and was withheld for a reason that passes: quiet hours, too many messages."""
    more: bool = False
    """There is more of what is held than `held` has."""
    traffic: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """By channel: when messages were decided of late, ascending; what the rate is reckoned from."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that one transaction writes."""

    incidents: tuple[Incident, ...] = ()
    steps: tuple[Step, ...] = ()
    """The history rows."""
    notifications: tuple[Notification, ...] = ()
    """New rows, queued or withheld."""
    members: tuple[Member, ...] = ()
    """Which incidents stand in which notification; also joins rows that exist."""
    replaced: tuple[tuple[str, str], ...] = ()
    """(id, channel) of queued rows that a newer one takes the place of: withheld as `resolved_meanwhile`."""
    refreshed: tuple[Incident, ...] = ()
    """Every text of these not yet tried shall speak of this newer snapshot."""
    review_at: int | None = None
    """Wall µs at which something that is withheld may be told: plan again then."""


@dataclass(frozen=True, slots=True)
class Message:
    """A rendered message, neutralised for its channel. `lines` are the body."""

    title: str
    lines: tuple[str, ...]
    tone: Tone
    priority: Priority
    token: str
    """`<incident>.<n>`: also the last word of the last line."""

    @property
    def body(self) -> str:
        """The lines, joined."""
        return "\n".join(self.lines)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to deliver. `receipt` is what the service gave back (the desktop's notification id). Wall µs."""

    at: int
    outcome: AttemptOutcome
    error: str = ""
    receipt: str = ""
