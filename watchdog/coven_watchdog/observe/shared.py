"""What the sources of one home share: its paths, the clock, the one client, and what each has found that another needs to know.

Facts for the core never go this way: they are emitted. What stands here only tells a source when to look, and at what.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar, TypeVarTuple, Unpack

import anyio
from anyio import CapacityLimiter, to_thread

from coven_watchdog.coven.client import CovenClient
from coven_watchdog.coven.paths import HomePaths
from coven_watchdog.model.facts import FilesSeen, Identity, SessionRow
from coven_watchdog.model.time import SECOND, Instant
from coven_watchdog.observe.errands import Errands
from coven_watchdog.observe.nudge import Nudge, to_whole_second
from coven_watchdog.observe.turn import Turn
from coven_watchdog.settings import Settings

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_THREADS = 4
_LONG = 2.0


Mark = tuple[int, ...]
"""Times and sizes of the ledger and its WAL: equal marks mean that nothing was recorded between."""


@dataclass(slots=True)
class Shared:
    """One home's common ground. Each field below `brief` has one writer, named in its line."""

    home: str
    paths: HomePaths
    uid: int
    settings: Callable[[], Settings]
    now: Callable[[], Instant]
    client: CovenClient
    brief: bool = False
    """It is for a single look: nothing is watched that takes long to let go of."""

    daemon: Identity | None = None
    """The daemon that is followed (daemon); None as soon as it has ended."""
    last_daemon: Identity | None = None
    """The daemon that was followed last (daemon)."""
    apart: bool = False
    """That one lives, or lived, in a pid namespace below ours (daemon)."""
    leftovers: bool = False
    """A daemon has just ended (daemon): the next look at the files is told in any case, then this is False again (files)."""
    peer: Identity | None = None
    """Who answered on the socket last (health)."""
    files: FilesSeen | None = None
    """The last look at the files (files)."""
    answering: bool = False
    """The last health answer was good (health), and its daemon has not ended since (daemon)."""
    mark: Mark | None = None
    """The ledger as it was just before the last listing (sessions)."""
    live: Mapping[str, SessionRow] = field(default_factory=dict)
    """The sessions that are followed (sessions)."""
    used: frozenset[str] = frozenset()
    """The harnesses that sessions of the last days name (sessions)."""
    runners: dict[str, Identity] = field(default_factory=dict)
    """The `coven run` process behind a session (harnesses)."""
    attended: set[str] = field(default_factory=set)
    """Sessions whose process is watched, so that its end will be noticed (harnesses)."""

    turn: Turn = field(default_factory=Turn)
    to_files: Nudge = field(default_factory=Nudge)
    to_daemon: Nudge = field(default_factory=Nudge)
    to_health: Nudge = field(default_factory=Nudge)
    to_log: Nudge = field(default_factory=Nudge)
    to_harnesses: Nudge = field(default_factory=Nudge)
    errands: Errands = field(default_factory=Errands)

    lapped: dict[str, int] = field(default_factory=dict)
    """Awake µs of the last sign of life of each loop."""
    resting: dict[str, int] = field(default_factory=dict)
    """Awake µs until which a loop rests on purpose."""
    laps: dict[str, anyio.Event] = field(default_factory=dict)
    """Set at the first lap of a loop that was started again."""
    attempts: dict[str, anyio.CancelScope] = field(default_factory=dict)
    """What runs each loop (runner), and ends it when it has to begin anew."""
    threads: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(_THREADS))
    """A home on a hanging disk must not take the threads of the others."""

    async def call(self, function: Callable[[Unpack[Ts]], T], *args: *Ts) -> T:
        """Run blocking work in one of this home's threads; when cancelled, a hanging one is left behind."""
        return await to_thread.run_sync(function, *args, abandon_on_cancel=True, limiter=self.threads)

    @property
    def progress(self) -> Mapping[str, int]:
        """Awake µs at which each loop was last known to be well: now, for one that rests and is not overdue."""
        now = self.now().awake
        return {source: now if self.resting.get(source, 0) >= now else at for source, at in self.lapped.items()}

    def lap(self, source: str) -> None:
        """A loop went round."""
        self.beat(source)
        if source in self.laps:
            self.laps.pop(source).set()

    def beat(self, source: str) -> None:
        """A loop is alive, in the middle of a long round."""
        self.lapped[source] = self.now().awake

    async def rest(self, source: str, nudge: Nudge, seconds: float) -> bool:
        """Wait until poked or so many seconds have passed. Tells whether it was poked.

        A long rest ends at a whole second of the loop's clock, where others wake too: fewer wake-ups of an idle machine.
        """
        if seconds >= _LONG:
            seconds = to_whole_second(seconds)

        self.resting[source] = self.now().awake + round(seconds * SECOND)
        poked = await nudge.wait(seconds)
        self.beat(source)
        return poked
