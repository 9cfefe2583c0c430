"""The watches over the homes: started and ended as the configuration wants, and asked by the engine."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

import anyio
from anyio.abc import TaskGroup, TaskStatus

from coven_watchdog.model.facts import HomeForgotten, Observation
from coven_watchdog.model.incidents import LookRequest
from coven_watchdog.model.looks import HomeLook
from coven_watchdog.model.time import Instant
from coven_watchdog.observe.home import HomeWatch
from coven_watchdog.settings import Home, Settings
from coven_watchdog.state import HomeState


@dataclass(frozen=True, slots=True)
class Machine:
    """What of this machine every home's state starts from."""

    uid: int
    boot: str
    booted: int


@dataclass(frozen=True, slots=True)
class HomesPorts:
    """What the watches need of others."""

    emit: Callable[[Observation], Awaitable[None]]
    """Takes what the sources observe."""
    see_to: Callable[[Observation], Awaitable[None]]
    """Takes an observation and returns once it was handled."""
    adopt: Callable[[HomeState], None]
    """Takes a home's first state, before its first observation."""


@dataclass(frozen=True, slots=True)
class _Watched:
    watch: HomeWatch
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    ended: anyio.Event = field(default_factory=anyio.Event)


class Homes:
    """Every watched home with its task.

    Args:
        settings: the settings in force.
        now: the clock.
        machine: the user, and this boot.
        ports: where observations and first states go.
        failed: (home, source) of the sources that were failing when the run before ended.
        brief: for a single look.
    """

    def __init__(
        self,
        settings: Callable[[], Settings],
        now: Callable[[], Instant],
        machine: Machine,
        ports: HomesPorts,
        *,
        failed: Iterable[tuple[str, str]] = (),
        brief: bool = False,
    ) -> None:
        self._settings = settings
        self._now = now
        self._machine = machine
        self._ports = ports
        self._failed = tuple(failed)
        self._brief = brief
        self._watched: dict[str, _Watched] = {}
        self._one_at_a_time = anyio.Lock()

    @property
    def watched(self) -> frozenset[str]:
        """The homes that are watched now."""
        return frozenset(self._watched)

    @property
    def progress(self) -> Mapping[str, int]:
        """Awake µs of the last lap of every loop, named by home."""
        return {
            f"{home}: {loop}": lap for home, watched in self._watched.items() for loop, lap in watched.watch.progress.items()
        }

    def start_again(self, name: str) -> bool:
        """Have a loop, by its name in `progress`, begin anew. False when it is none of ours."""
        home, _, loop = name.rpartition(": ")
        if home not in self._watched:
            return False

        self._watched[home].watch.start_again(loop)
        return True

    def ask(self, requests: Iterable[LookRequest]) -> None:
        """Hand each look to the watch over its home; one for a home that is no longer watched has no answer."""
        for request in requests:
            if request.home in self._watched:
                self._watched[request.home].watch.ask((request,))

    async def follow(self, tasks: TaskGroup, remembered: Mapping[str, HomeLook]) -> frozenset[str]:
        """Watch what the settings name and nothing else. Returns what is not watched any more, once all new watches are armed."""
        async with self._one_at_a_time:
            wanted = {home.path: home for home in self._settings().watched}
            gone = frozenset(self._watched.keys() - wanted.keys())
            for key in gone:
                await self._end(key)
                await self._ports.see_to(HomeForgotten(key, self._now()))

            async with anyio.create_task_group() as arming:
                for key in wanted.keys() - self._watched.keys():
                    arming.start_soon(self._start, tasks, wanted[key], remembered.get(key), name=f"arm {key}")

        return gone

    async def forget(self, keys: Iterable[str]) -> frozenset[str]:
        """Withdraw what the run before knew of homes that are not watched any more; gives which of them are not."""
        gone = frozenset(keys) - {home.path for home in self._settings().watched}
        for key in gone:
            self._ports.adopt(HomeState.new(key, self._now(), boot=self._machine.boot))
            await self._ports.see_to(HomeForgotten(key, self._now()))

        return gone

    async def end(self) -> None:
        """End every watch; what is believed of the homes stays."""
        async with self._one_at_a_time:
            for key in tuple(self._watched):
                await self._end(key)

    async def _start(self, tasks: TaskGroup, home: Home, remembered: HomeLook | None) -> None:
        self._ports.adopt(self._first_state(home.path, remembered))
        watch = HomeWatch(home, self._settings, self._now, self._machine.uid, brief=self._brief)
        watched = self._watched[home.path] = _Watched(watch)
        with ExitStack() as unless_armed:
            unless_armed.callback(self._watched.pop, home.path)
            await tasks.start(self._run, watched, name=f"watch over {home.path}")
            unless_armed.pop_all()

    def _first_state(self, key: str, remembered: HomeLook | None) -> HomeState:
        """A source that failed in the run before has been started anew: it is taken to work until it fails again."""
        state = HomeState.new(key, self._now(), booted=self._machine.booted, boot=self._machine.boot, remembered=remembered)
        return replace(state, sources=dict.fromkeys(source for home, source in self._failed if home == key))

    async def _run(self, watched: _Watched, *, task_status: TaskStatus[None]) -> None:
        try:
            with watched.scope:
                await watched.watch.run(self._ports.emit, task_status=task_status)
        finally:
            watched.ended.set()

    async def _end(self, key: str) -> None:
        """The last of its observations is handed in before this returns."""
        watched = self._watched.pop(key)
        watched.scope.cancel()
        await watched.ended.wait()
