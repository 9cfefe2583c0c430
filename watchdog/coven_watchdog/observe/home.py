"""A configured home and the core's looks come in; everything that its sources observe goes out, and `LookFailed` for what they cannot."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import anyio
from anyio import TASK_STATUS_IGNORED
from anyio.abc import TaskGroup, TaskStatus

from coven_watchdog import __version__
from coven_watchdog.coven.ceiling import Ceiling
from coven_watchdog.coven.client import CovenClient
from coven_watchdog.coven.paths import HomePaths
from coven_watchdog.model.facts import LookFailed, Observation
from coven_watchdog.model.incidents import LookRequest
from coven_watchdog.model.time import SECOND, Instant
from coven_watchdog.observe import SOURCES
from coven_watchdog.observe.looks import Looks, patience
from coven_watchdog.observe.runner import guard
from coven_watchdog.observe.shared import Shared
from coven_watchdog.observe.source import Emit, Source
from coven_watchdog.settings import Home, Settings

_ARMED_WITHIN = 2.0


class HomeWatch:
    """Watches one home.

    Args:
        home: its `path` is canonical, and the key of all observations.
        settings: the current settings, read anew at each use.
        now: the clock.
        uid: whose home it must be.
        brief: a single look: files are looked at when asked, without a watch, whose thread takes 300 ms to end.
        sources: which of them; what none of these can look at is not looked at.
    """

    def __init__(
        self,
        home: Home,
        settings: Callable[[], Settings],
        now: Callable[[], Instant],
        uid: int,
        *,
        brief: bool = False,
        sources: Sequence[Callable[[Shared], Source]] = SOURCES,
    ) -> None:
        paths = HomePaths(Path(home.path))
        client = CovenClient(paths, uid=uid, ceiling=Ceiling(now), version=__version__)
        self._shared = Shared(home.path, paths, uid, settings, now, client, brief=brief)
        self._sources: tuple[Source, ...] = tuple(source(self._shared) for source in sources)
        self._by_look = {look: source for source in self._sources for look in source.looks}
        self._looks = Looks()
        self._running: tuple[TaskGroup, Emit] | None = None

    @property
    def progress(self) -> Mapping[str, int]:
        """Awake µs at which each loop was last known to be well; it stands still for at most a request's time-out (8 s)."""
        return self._shared.progress

    def start_again(self, loop: str) -> None:
        """End a loop that does not move; the fence around it says so and starts it anew."""
        if loop in self._shared.attempts:
            self._shared.attempts[loop].cancel()

    def ask(self, requests: Iterable[LookRequest]) -> None:
        """Hand in looks. Each is answered by an observation or a `LookFailed`; an equal one in flight answers for both."""
        for request in requests:
            if request.look in self._by_look and self._looks.add(request, self._shared.now()):
                self._start(request)

    async def run(self, emit: Emit, *, task_status: TaskStatus[None] = TASK_STATUS_IGNORED) -> None:
        """Watch for ever. Started once files and daemon have been looked at, or 2 s later.

        Raises:
            whatever `emit` raises: there is nobody left to tell.
        """
        shared = self._shared
        armed = [shared.laps.setdefault(name, anyio.Event()) for name in ("files", "daemon")]

        async def tell(observation: Observation) -> None:
            self._looks.settle(observation)
            await emit(observation)

        async with shared.client, anyio.create_task_group() as tg:
            for source in self._sources:
                tg.start_soon(guard, source, tell, shared, name=f"{shared.home}: {source.name}")

            with anyio.move_on_after(_ARMED_WITHIN):
                for event in armed:
                    await event.wait()

            task_status.started()
            self._running = tg, tell
            for request in self._looks.pending:
                self._start(request)

    def _start(self, request: LookRequest) -> None:
        """See to a look, now or as soon as there are sources to ask."""
        if self._running is not None:
            tasks, emit = self._running
            tasks.start_soon(self._see_to, request, emit, name=f"{self._shared.home}: look at {request.look}")

    async def _see_to(self, request: LookRequest, emit: Emit) -> None:
        """Hand the look to its source, and say so when no answer came in time."""
        settled = self._looks.pending.get(request)
        if settled is None:
            # What was on its way when it was asked has answered it before this task began.
            return

        await anyio.sleep(self._looks.pause(request, self._shared.now()) / SECOND)
        self._by_look[request.look].ask(request)
        with anyio.move_on_after(patience(request, self._shared.settings().probe)):
            await settled.wait()
            return

        if self._looks.pending.get(request) is not settled:
            return

        self._looks.drop(request)
        await emit(LookFailed(self._shared.home, self._shared.now(), request.look, request.subject))
