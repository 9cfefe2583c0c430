"""What the core makes of facts: witnesses, verdicts, incidents and their stories. Plain data, stored as JSON as it stands."""

from collections.abc import Container
from dataclasses import dataclass, field

from coven_watchdog.model.facts import ExitStatus, Identity, Scene
from coven_watchdog.model.time import Instant
from coven_watchdog.model.words import Basis, Comeback, Form, Found, IncidentState, Kind, Look, Severity, Transition


@dataclass(frozen=True, slots=True)
class Witness:
    """One piece of evidence: who says so, on what basis, when (wall µs), and what was seen, in words."""

    source: str
    basis: Basis
    at: int
    saw: str


@dataclass(frozen=True, slots=True)
class SessionBrief:
    """What a message may say of one session. `title` is filtered per channel when rendered. Durations in µs."""

    id: str
    harness: str
    project: str
    """The last part of the project's path."""
    project_root: str
    title: str
    ran_for: int
    status: str = ""
    exit_code: int | None = None
    lives_on: bool = False
    """A `coven run` that outlived the daemon."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The details that messages, JSON and reports speak of. Only what the kind needs is set."""

    exit: ExitStatus | None = None
    exit_source: str = ""
    """`kernel` or `coven`."""
    identity: Identity | None = None
    old_identity: Identity | None = None
    pid: int | None = None
    home: str = ""
    sessions: tuple[SessionBrief, ...] = ()
    """Sessions hit by a daemon's trouble, or the one session of a session's own event."""
    lost: tuple[SessionBrief, ...] = ()
    """Sessions lost with the daemon, known once the next daemon listed them."""
    survivors: tuple[SessionBrief, ...] = ()
    sessions_known: bool = True
    between: tuple[int, int] | None = None
    """Wall µs: it happened between these two, when nobody watched."""
    detail: str = ""
    """One neutral sentence part about the cause."""
    remedy: str = ""
    """A command for this very case, when the catalogue's general one would not work."""
    record_holder: str = ""
    record_program: str = ""
    version: str = ""
    old_version: str = ""
    comeback: Comeback | None = None
    """Of another daemon than before: why it came."""
    count: int = 0
    last_seen: int | None = None
    """Wall µs of the last good sign."""
    output: tuple[str, ...] = ()
    """The last lines that the session printed, where somebody wants them told."""
    dropped: int = 0
    """How many pieces of its output are known not to be recorded."""


@dataclass(frozen=True, slots=True)
class LookRequest:
    """A look that the core asks for. `subject` is a session id for looks at one session."""

    home: str
    look: Look
    subject: str = ""
    timeout: int | None = None
    """µs, for requests that need not wait as long as the settings say."""
    process: Identity | None = None
    """Of a look at a session's process: the one that is known."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule says about one subject now: PRESENT of `kind`, or CLEAR of every kind in `clears` (`kind` is one of them)."""

    home: str
    subject: str
    kind: Kind
    present: bool
    severity: Severity = Severity.OFF
    clears: tuple[Kind, ...] = ()
    witnesses: tuple[Witness, ...] = ()
    facts: Facts = field(default_factory=Facts)
    occurrence: str = ""
    """Events only: what makes this occurrence another one than the last."""
    found: Found = Found.LIVE
    fact_at: int | None = None
    """Wall µs at which it happened, when that is known better than `now`."""
    scene: Scene | None = None
    basis_at: int = 0
    """Awake µs of the newest fact that the verdict rests on: a confirmation must be newer."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """All verdicts of one moment, the looks that would settle the unknown ones, and when to judge again."""

    verdicts: tuple[Verdict, ...] = ()
    looks: tuple[LookRequest, ...] = ()
    wake_at: int | None = None
    """Awake µs."""
    followed: tuple[Container[str], ...] = ()
    """The ids of all sessions of which something is known, once all are: of any other, nothing more will be said."""


@dataclass(frozen=True, slots=True)
class Ack:
    """Somebody has seen it. `until` None: until it is over. Times in wall µs."""

    at: int
    by: str
    reason: str = ""
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Chapter:
    """One step of an incident's story. `at` in wall µs.

    `note` and `until` (wall µs) belong to an acknowledgement or a silence: who and why, and for how long.
    """

    at: int
    transition: Transition
    kind: Kind
    severity: Severity
    note: str = ""
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Incident:
    """A subject's trouble over time. Wall times in µs UTC; `opened_awake` and `next_look_at` are awake µs of boot `boot`."""

    id: str
    home: str
    subject: str
    kind: Kind
    form: Form
    severity: Severity
    state: IncidentState
    opened_at: int
    changed_at: int
    fact_at: int
    occurrence: str = ""
    found: Found = Found.LIVE
    resolved_at: int | None = None
    withdrawn: bool = False
    next_look_at: int | None = None
    opened_awake: int = 0
    """When it last opened: what an escalation waits from. An unstable one goes on from when it became so."""
    boot: str = ""
    reminders: int = 0
    tellings: int = 0
    """How many messages were numbered so far: the last `n` of `<id>.<n>`."""
    reopenings: tuple[int, ...] = ()
    """Wall µs of the latest openings, for instability."""
    unstable: bool = False
    ack: Ack | None = None
    unacknowledged_by: str = ""
    """Who took the last acknowledgement back."""
    witnesses: tuple[Witness, ...] = ()
    facts: Facts = field(default_factory=Facts)
    chapters: tuple[Chapter, ...] = ()
    scene: Scene | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One change of one incident: the incident as it is now, and what happened to it."""

    incident: Incident
    transition: Transition
    at: Instant
    worse: bool = False
    """The change is for the worse, or corrects a cause of death: worth a message even when acknowledged."""
    note: str = ""
    """Who wanted it so, and why: of acknowledgements and silences."""
