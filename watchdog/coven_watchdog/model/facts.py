"""Observations: timestamped facts that sources emit. What was seen, never what it means; their counterpart is `verdicts`.

Every observation names its home by `home`, the canonical path of a COVEN_HOME ("" for the watchdog itself), and carries the
`Instant` at which the fact was read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from coven_watchdog.model.time import Instant
from coven_watchdog.model.words import ExitWatch, FileType, Holder, Look, Outcome, Owner, ProcessState, Route

SELF_HOME = ""


@dataclass(frozen=True, slots=True, order=True)
class Identity:
    """One life of a process: pid and the kernel's start time of it (clock ticks since boot on Linux, µs on macOS)."""

    pid: int
    started: int


@dataclass(frozen=True, slots=True)
class ExitStatus:
    """How a process ended: exactly one of exit code and signal number is set."""

    code: int | None = None
    signal: int | None = None


@dataclass(frozen=True, slots=True)
class FileFact:
    """What lstat says of one path. `mtime` in ns."""

    type: FileType
    uid: int
    mode: int
    device: int
    inode: int
    mtime: int
    size: int


@dataclass(frozen=True, slots=True)
class Problem:
    """A reason not to trust the home or the socket."""

    subject: str
    """`home` or `socket`."""
    saw: str
    open_to_others: bool
    """True when others can write, which makes it critical."""
    remedy: str
    """A command that mends it, or ""."""


@dataclass(frozen=True, slots=True)
class Record:
    """`daemon.json` as read. All None when it is garbage."""

    pid: int | None = None
    started_at: str | None = None
    socket: str | None = None

    @property
    def garbage(self) -> bool:
        """The file is there but is not the contract's object."""
        return self.pid is None


@dataclass(frozen=True, slots=True)
class Observation:
    """The part that all facts share."""

    home: str
    at: Instant


@dataclass(frozen=True, slots=True)
class FilesSeen(Observation):
    """A look at the home's files. `error` is set (and the rest empty) when the home could not be examined."""

    directory: FileFact | None = None
    socket: FileFact | None = None
    record: Record | None = None
    record_mtime: int | None = None
    """Wall µs: tells leftovers of this boot from older ones."""
    record_holder: Holder = Holder.UNKNOWN
    """Who the recorded pid belongs to now."""
    record_program: str = ""
    """The program name behind the recorded pid, when it is a stranger."""
    record_file: FileFact | None = None
    """What lies there, when it is garbage."""
    problems: tuple[Problem, ...] = ()
    free_bytes: int | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class LockSeen(Observation):
    """Who holds `daemon-serve.lock` (an internal fact). `knowable` is False where the system does not say."""

    owners: tuple[Identity, ...] = ()
    knowable: bool = True


@dataclass(frozen=True, slots=True)
class DaemonSeen(Observation):
    """The process that is this home's Coven: the lock's owner, else the socket's peer."""

    identity: Identity
    program: str = ""
    started_wall: int | None = None
    watch: ExitWatch = ExitWatch.PIDFD
    binary_replaced: bool = False


@dataclass(frozen=True, slots=True)
class ProcessSeen(Observation):
    """The state of the daemon's process changed, or was read again by a look."""

    identity: Identity
    state: ProcessState
    cpu: int = 0
    """CPU used so far, in clock ticks; tells a live-lock from a hang."""
    sockets: int | None = None
    """How many sockets it has open; read by a look only."""


@dataclass(frozen=True, slots=True)
class DaemonEnded(Observation):
    """The daemon's process is gone or a zombie. `exit` is None until the kernel tells."""

    identity: Identity
    exit: ExitStatus | None = None


@dataclass(frozen=True, slots=True)
class ExitLearned(Observation):
    """The kernel's word on an end that was already seen."""

    identity: Identity
    exit: ExitStatus


@dataclass(frozen=True, slots=True)
class EventWriter:
    """`eventWriter` of the health answer."""

    state: str = ""
    dropped_events: int = 0
    committed_events: int = 0
    last_error: str = ""


@dataclass(frozen=True, slots=True)
class Storage:
    """`storage` of the health answer."""

    status: str = ""
    database_bytes: int = 0
    wal_bytes: int = 0
    free_disk_bytes: int | None = None
    maintenance_blocked: bool = False
    last_error: str = ""
    prune_age: int | None = None
    """µs since Coven's maintenance last pruned; it does so every minute (seen on 0.4.6). None: not yet."""


@dataclass(frozen=True, slots=True)
class Health:
    """A health answer of a known shape. Optional parts that older daemons lack are None."""

    ok: bool
    api_version: str
    coven_version: str = ""
    capabilities: Mapping[str, bool | str | tuple[str, ...]] = field(default_factory=dict)
    pid: int | None = None
    started_at: str = ""
    socket: str = ""
    event_writer: EventWriter | None = None
    storage: Storage | None = None
    tested: bool = True
    """Whether this version's internals were tried."""
    strange: tuple[str, ...] = ()
    """The parts that are there in a shape that is not known."""


@dataclass(frozen=True, slots=True)
class Asked(Observation):
    """One finished request. `latency` in µs from the start of the exchange; `peer` from SO_PEERCRED, None if never connected."""

    route: Route
    outcome: Outcome
    latency: int = 0
    detail: str = ""
    """Why it failed: neutralised text for people."""
    status: int | None = None
    error_code: str = ""
    peer: Identity | None = None
    peer_uid: int | None = None
    health: Health | None = None
    session: str = ""


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session as Coven lists it. `status` is Coven's own word, kept even if unknown. Times are wall µs."""

    id: str
    project_root: str
    harness: str
    title: str
    status: str
    exit_code: int | None
    created_at: int
    updated_at: int
    archived: bool = False
    external: bool = False
    conversation_id: str = ""
    adopted: bool = False
    """Coven has promised somebody to run it: one that is only noted down for later is not."""


@dataclass(frozen=True, slots=True)
class SessionsListed(Observation):
    """Rows of the session listing; `complete` when every page was walked. `identity` is the daemon asked, if known."""

    rows: tuple[SessionRow, ...]
    complete: bool
    identity: Identity | None = None
    total: int | None = None
    unread: int = 0
    """How many rows were left out: their shape is not known."""


@dataclass(frozen=True, slots=True)
class SessionSeen(Observation):
    """One row asked for by id; `row` is None when Coven no longer has it (404)."""

    session: str
    row: SessionRow | None


@dataclass(frozen=True, slots=True)
class EventsSeen(Observation):
    """Whether a session ever wrote an event. `exit_at`: when (wall µs) the last of few said exit. `dropped`: how much of its output is missing among them."""

    session: str
    any: bool
    exit_at: int | None = None
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class HarnessSeen(Observation):
    """The process behind a live session. `identity` is the harness; `terminal`: a person's terminal is attached to its `coven run`."""

    session: str
    identity: Identity
    owner: Owner
    terminal: bool = False
    watch: ExitWatch = ExitWatch.PIDFD


@dataclass(frozen=True, slots=True)
class HarnessEnded(Observation):
    """A session's harness is gone. A second one with `exit` set follows when the kernel tells later."""

    session: str
    identity: Identity
    exit: ExitStatus | None = None


@dataclass(frozen=True, slots=True)
class RunnerSeen(Observation):
    """Whether the `coven run` process behind a session lives (checked after a restart of the daemon)."""

    session: str
    alive: bool


@dataclass(frozen=True, slots=True)
class Scene:
    """What lay around right after a fault, redacted: evidence that the next `coven` command may delete."""

    taken_at: int
    record: str = ""
    socket: str = ""
    lock: str = ""
    log_tail: tuple[str, ...] = ()
    panic: bool = False
    kernel: str = ""
    """A kernel log line about an OOM kill or a fault of that pid, where readable."""


@dataclass(frozen=True, slots=True)
class SceneSeen(Observation):
    """The answer to `Look.SCENE`."""

    identity: Identity | None
    scene: Scene


@dataclass(frozen=True, slots=True)
class Slept(Observation):
    """The machine was suspended between `since` (wall µs) and `at`."""

    since: int


@dataclass(frozen=True, slots=True)
class LoopLate(Observation):
    """Our own loop, or the machine, was late by `by` µs: time-outs of this moment accuse nobody."""

    by: int


@dataclass(frozen=True, slots=True)
class LookFailed(Observation):
    """A look was made and gave no fact; the verdict that wanted it stays unknown."""

    look: Look
    subject: str = ""


@dataclass(frozen=True, slots=True)
class SourceFailed(Observation):
    """A source raised; it is restarted with backoff."""

    source: str
    error: str
    failures: int


@dataclass(frozen=True, slots=True)
class SourceWorks(Observation):
    """A source that had failed has run long enough to be trusted again, or a fallback is in use (`note`)."""

    source: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class HomeForgotten(Observation):
    """A reload removed this home from the configuration: its incidents are withdrawn."""


@dataclass(frozen=True, slots=True)
class Tick(Observation):
    """Nothing new but time."""


@dataclass(frozen=True, slots=True)
class StoreChanged(Observation):
    """A command wrote to the watchdog's own store: something may have been acknowledged or silenced."""


@dataclass(frozen=True, slots=True)
class OwnTrouble(Observation):
    """Something of the watchdog itself changed: `topic` is a subject such as `channel:desk` or `self:config`.

    `trouble` None: it is well again. `settled`: a failing channel was given up, or the trouble is of the lasting kind.
    """

    topic: str
    trouble: str | None
    since: int | None = None
    where: str = ""
