"""What is believed about one home, flattened for keeping and showing: the last look that `status`, `check` and a restart read."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from coven_watchdog.model.facts import EventWriter, Identity, SessionRow, Storage
from coven_watchdog.model.words import DaemonState, ExitWatch


@dataclass(frozen=True, slots=True)
class DaemonLook:
    """The daemon of a home. What cannot be known is None. `started_at` in wall µs, `latency` in µs."""

    state: DaemonState = DaemonState.UNKNOWN
    identity: Identity | None = None
    """The last one that was told of: of a successor only once its coming was judged."""
    pid: int | None = None
    started_at: int | None = None
    api_version: str | None = None
    coven_version: str | None = None
    socket: str | None = None
    latency: int | None = None
    watch: ExitWatch | None = None
    features: tuple[str, ...] = ()
    """What it said that it can do; what a later one lacks is gone."""
    adapters: tuple[str, ...] = ()
    """What it said that its adapters offer, likewise."""
    harnesses: tuple[str, ...] = ()
    """The harnesses that were configured, likewise."""


@dataclass(frozen=True, slots=True)
class Outlived:
    """A session that is over, and the process of it that was not seen to end."""

    row: SessionRow
    process: Identity


@dataclass(frozen=True, slots=True)
class HomeLook:
    """One home at `seen_at` (wall µs). `complete`: the sessions were walked to the end under this daemon."""

    home: str
    name: str
    seen_at: int
    boot: str
    complete: bool = False
    existed: bool = False
    daemon: DaemonLook = field(default_factory=DaemonLook)
    storage: Storage | None = None
    event_writer: EventWriter | None = None
    free_bytes: int | None = None
    total: int | None = None
    by_status: Mapping[str, int] = field(default_factory=dict)
    live: tuple[SessionRow, ...] = ()
    """Rows that were live: what a restart compares with, to see what ended meanwhile. Titles are cut off before keeping."""
    ending: tuple[SessionRow, ...] = ()
    """Rows that have ended while it is not yet decided what that means: still to be told when this is the last look."""
    outlived: tuple[Outlived, ...] = ()
    """What of sessions that are over lives on: the next run looks after it."""
    listed_at: int | None = None
    """Wall µs of the last session listing: what ended after it is news to the next run. None: as `seen_at`."""
    baseline: Mapping[str, int] = field(default_factory=dict)
    """How many old troubles, by status, were there before watching began: shown, never told one by one."""
    notes: tuple[str, ...] = ()
    """What works less well than it could here (polling instead of events, and why)."""


SLEPT = "the machine slept"
"""Why nobody watched, when nobody could have done anything either."""


@dataclass(frozen=True, slots=True)
class BlindWindow:
    """An interval in which a home could not be observed. `to` None: it lasts. Wall µs."""

    home: str
    since: int
    to: int | None
    why: str


@dataclass(frozen=True, slots=True)
class WatchdogLook:
    """The running service, as it last wrote itself down. Wall µs."""

    pid: int
    started: int
    """The kernel's start time, to tell a later process of the same pid."""
    boot: str
    since: int
    seen_at: int
    version: str
    config: str
    config_error: str = ""
    notes: tuple[str, ...] = ()
    """Such as: nobody would be told; not recorded, and why."""


@dataclass(frozen=True, slots=True)
class ChannelLook:
    """One channel as the running service knows it. `url` is masked."""

    name: str
    url: str
    state: str
    last_error: str = ""
    last_sent_at: int | None = None
    failures: int = 0
    """Tries in a row that failed."""
    doubt: str = ""
    """Why a success of this channel proves little."""
