"""The shape of what is believed about one home. Holds live rows, ends of the last hour and counts, never the whole ledger."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from coven_watchdog.model.facts import (
    Asked,
    EventWriter,
    ExitStatus,
    FilesSeen,
    HarnessSeen,
    Health,
    Identity,
    LockSeen,
    OwnTrouble,
    Scene,
    SessionRow,
    SourceFailed,
)
from coven_watchdog.model.log import LogSeen
from coven_watchdog.model.looks import HomeLook, Outlived
from coven_watchdog.model.processes import HarnessSought, Pulse, TailSeen
from coven_watchdog.model.programs import ProgramsSeen
from coven_watchdog.model.time import Instant
from coven_watchdog.model.words import ExitWatch, Owner, ProcessState, SessionStatus


@dataclass(frozen=True, slots=True)
class Quiet:
    """A time in which a session's processes used no CPU to speak of; whether it printed, its daemon's counter or its events tell."""

    since: Instant
    writer: EventWriter | None
    """What the daemon had recorded when that was last known."""
    proven: Instant | None = None
    """When its newest event was seen to be older than this."""


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A session that Coven lists as live, or a `coven run` that outlived its daemon."""

    row: SessionRow
    seen: Instant
    harness: HarnessSeen | None = None
    ended: Instant | None = None
    """When its process was seen to be gone; the row follows some 30 ms later (seen on 0.4.6)."""
    exit: ExitStatus | None = None
    sought: HarnessSought | None = None
    """The last look for a process of it while none was known."""
    vacant: Instant | None = None
    """Since when each such look found nothing that may be its process."""
    pulse: tuple[Instant, Pulse] | None = None
    """The last look at its processes."""
    quiet: Quiet | None = None
    """Since it was last seen to work or print."""
    busy: bool = False
    """It was seen to work or print."""
    confirmed: Instant | None = None
    """When its row was last asked for by its id."""
    starter: HarnessSought | None = None
    """The last look that found the `coven run` which is to start it."""
    tail: TailSeen | None = None
    """What it printed last."""

    @property
    def own(self) -> bool:
        """Coven runs it: neither registered from outside, nor by a `coven run`, nor a row with nothing behind it, nor one for later."""
        return not self.row.external and not self.by_coven_run and self.vacant is None and not self.noted

    @property
    def noted(self) -> bool:
        """Nobody has begun it, and Coven has promised nobody to: as `coven run --detach` leaves them (seen on 0.4.6)."""
        return self.row.status == SessionStatus.CREATED and not self.row.adopted

    @property
    def by_coven_run(self) -> bool:
        """A `coven run` process owns it, so it does not end with the daemon."""
        return self.harness is not None and self.harness.owner is Owner.COVEN_RUN

    @property
    def lives(self) -> bool:
        """Its process was seen and not seen to end."""
        return self.harness is not None and self.ended is None


@dataclass(frozen=True, slots=True)
class Ending:
    """A session that ended: its row, and what was known of its process."""

    row: SessionRow
    noticed: Instant
    live: LiveSession | None = None
    """As it was while it lived; None when it was over before it could be seen."""
    events: bool | None = None
    """Whether it ever wrote an event; None while that is not known."""
    unread: bool = False
    """Coven was asked for its events, and gave no answer."""
    exit_at: int | None = None
    """When (wall µs) it wrote that it was over, if that could be read."""
    dropped: int = 0
    """How many pieces of its output were seen to be missing."""
    tail: TailSeen | None = None
    """What it printed last."""
    lost_with: Identity | None = None
    """The daemon it ended with: part of that daemon's story."""
    old: bool = False
    """Known, and no news: it was over before this run, or before the wall clock was set back."""

    @property
    def exit(self) -> ExitStatus | None:
        """The kernel's word on its process."""
        return self.live.exit if self.live else None


def _outlived(before: Outlived, look: HomeLook, home: str, began: Instant, boot: str) -> Ending:
    """What the run before had seen to live on after its session; a reboot has ended it. Its session is no news."""
    seen = HarnessSeen(home, began, before.row.id, before.process, Owner.UNKNOWN)
    live = LiveSession(before.row, began, harness=seen, ended=None if look.boot == boot else began)
    return Ending(before.row, noticed=began, live=live, old=True)


@dataclass(frozen=True, slots=True)
class Gone:
    """A feature that was offered and is not any more: since when, and the version that lacks it."""

    at: Instant
    version: str


@dataclass(frozen=True, slots=True)
class Leftovers:
    """The first look at the home after a daemon's end. Latched: the next `coven daemon status` deletes this evidence."""

    at: Instant
    record_named: bool
    """`daemon.json` still named the dead pid."""
    socket_left: bool
    """Its own socket was still there, and `daemon.json` was intact at the last look before."""


@dataclass(frozen=True, slots=True)
class Life:
    """One daemon, from when it was seen to when it was seen to be gone."""

    identity: Identity
    seen: Instant
    program: str = ""
    started_wall: int | None = None
    watch: ExitWatch = ExitWatch.PIDFD
    replaced: bool = False
    """The file that it was started from is not there any more, or is another one."""
    process: ProcessState = ProcessState.ALIVE
    process_at: Instant | None = None
    stopped_since: Instant | None = None
    sockets: int | None = None
    """How many it had open at the last look at its process."""
    health: Health | None = None
    latency: int | None = None
    served: Instant | None = None
    """Its first good answer."""
    last_good: Instant | None = None
    listed: Instant | None = None
    """The first complete session listing under it."""
    intact: bool = False
    """`daemon.json` named it at the last look while it lived."""
    socket_inode: int | None = None
    socket_gone: Instant | None = None
    """Since when there is no socket file though it lives."""
    ended: Instant | None = None
    exit: ExitStatus | None = None
    leftovers: Leftovers | None = None
    panicked: bool = False
    """Its log has a panic."""
    panic_says: str = ""
    scene: Scene | None = None
    live_at_end: tuple[LiveSession, ...] = ()
    sessions_known: bool = False
    """The sessions had been listed completely under it."""

    @property
    def alive(self) -> bool:
        """Not seen to end."""
        return self.ended is None

    @property
    def born(self) -> int:
        """Wall µs at which its process started; where the system does not say, at which it was seen first."""
        return self.seen.wall if self.started_wall is None else self.started_wall


@dataclass(frozen=True, slots=True)
class HomeState:
    """Everything believed about one home at `last`."""

    home: str
    began: Instant
    last: Instant
    previous: Instant
    """When the observation before the last was made: what was old enough by then has been judged for good."""
    sight: Instant
    """Since when this home is seen without a gap."""
    booted: int = 0
    """Wall µs at which the machine was switched on."""
    boot: str = ""
    remembered: HomeLook | None = None
    """The last look of the run before."""
    files: FilesSeen | None = None
    lock: LockSeen | None = None
    log: LogSeen | None = None
    rivals: Instant | None = None
    """Since when each look at the lock showed several owners."""
    life: Life | None = None
    past: tuple[Life, ...] = ()
    starts: tuple[int, ...] = ()
    """Awake µs of the changes from one daemon to another, of the last ten minutes."""
    scene: Scene | None = None
    """What lay around when a dead daemon was found that had not been seen alive."""
    health: Asked | None = None
    failures: int = 0
    """Health requests in a row that got no good answer."""
    failing_since: Instant | None = None
    listing: Asked | None = None
    """The last failed session listing; None once one succeeded."""
    listing_failures: int = 0
    listed: Instant | None = None
    unread: int = 0
    """Rows of the last listing that were left out."""
    features: frozenset[str] | None = None
    """What the daemon offers, by its last good answer; None: not known."""
    adapters: frozenset[str] | None = None
    """What its adapters offer, likewise."""
    adapters_of: Identity | None = None
    """Which daemon was asked for that last."""
    harnesses: frozenset[str] | None = None
    """The harnesses that are configured, likewise."""
    gone: Mapping[str, Gone] = field(default_factory=dict)
    programs: ProgramsSeen | None = None
    """The last look for the programs that sessions are run with."""
    live: Mapping[str, LiveSession] = field(default_factory=dict)
    endings: Mapping[str, Ending] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    baseline: Mapping[str, int] | None = None
    horizon: int = 0
    """Wall µs: rows that ended before are old news."""
    reached: int = 0
    """Wall µs of the last listing before the clock was set back: up to there, what ended in the future is old news too."""
    settle_until: int = 0
    """Awake µs: after a sleep, nothing is judged before."""
    late_at: int | None = None
    """Awake µs at which our own loop was last late."""
    sources: Mapping[str, SourceFailed | None] = field(default_factory=dict)
    """The last failure of each source that ever failed; None once it works again."""
    notes: Mapping[str, str] = field(default_factory=dict)
    troubles: Mapping[str, OwnTrouble] = field(default_factory=dict)
    existed: bool = False
    forgotten: bool = False

    @classmethod
    def new(
        cls, home: str, began: Instant, *, booted: int = 0, boot: str = "", remembered: HomeLook | None = None
    ) -> "HomeState":
        """Nothing seen yet. `remembered` is the last look of the run before, if there was one."""
        known = (remembered.listed_at or remembered.seen_at) if remembered else began.wall
        return cls(
            home=home,
            began=began,
            last=began,
            previous=began,
            sight=began,
            booted=booted,
            boot=boot,
            remembered=remembered,
            horizon=min(known, began.wall),
            reached=known,
            existed=remembered.existed if remembered else False,
            features=frozenset(remembered.daemon.features) or None if remembered else None,
            adapters=frozenset(remembered.daemon.adapters) or None if remembered else None,
            harnesses=frozenset(remembered.daemon.harnesses) or None if remembered else None,
            baseline=dict(remembered.baseline) if remembered else None,
            endings={one.row.id: _outlived(one, remembered, home, began, boot) for one in remembered.outlived}
            if remembered
            else {},
        )

    @property
    def alive(self) -> Life | None:
        """The daemon that runs, if one does."""
        return self.life if self.life and self.life.alive else None

    @property
    def predecessor(self) -> Life | None:
        """The daemon before the current one, of this run."""
        return self.past[-1] if self.past else None
