"""The watches over the homes: started and ended as the configuration wants, and asked by the engine."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

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
class _Watched:
    watch: HomeWatch
    scope: anyio.CancelScope


class Homes:
    """Every watched home with its task.

    Args:
        settings: the settings in force.
        now: the clock.
        machine: the user, and this boot.
        emit: takes observations.
        adopt: takes a home's first state, before its first observation.
    """

    def __init__(
        self,
        settings: Callable[[], Settings],
        now: Callable[[], Instant],
        machine: Machine,
        emit: Callable[[Observation], Awaitable[None]],
        adopt: Callable[[HomeState], None],
    ) -> None:
        self._settings = settings
        self._now = now
        self._machine = machine
        self._emit = emit
        self._adopt = adopt
        self._watched: dict[str, _Watched] = {}

    @property
    def progress(self) -> Mapping[str, int]:
        """Awake µs of the last lap of every loop, named by home."""
        return {
            f"{home}: {loop}": lap for home, watched in self._watched.items() for loop, lap in watched.watch.progress.items()
        }

    def ask(self, requests: Iterable[LookRequest]) -> None:
        """Hand each look to the watch over its home; one for a home that is no longer watched has no answer."""
        for request in requests:
            if request.home in self._watched:
                self._watched[request.home].watch.ask((request,))

    async def follow(self, tasks: TaskGroup, remembered: Mapping[str, HomeLook]) -> None:
        """Watch what the settings name and nothing else. Returns when every new watch is armed."""
        wanted = {home.path: home for home in self._settings().watched}
        for key in self._watched.keys() - wanted.keys():
            self._watched.pop(key).scope.cancel()
            await self._emit(HomeForgotten(key, self._now()))

        async with anyio.create_task_group() as arming:
            for key in wanted.keys() - self._watched.keys():
                arming.start_soon(self._start, tasks, wanted[key], remembered.get(key), name=f"arm {key}")

    async def _start(self, tasks: TaskGroup, home: Home, remembered: HomeLook | None) -> None:
        now = self._now()
        state = HomeState.new(home.path, now, booted=self._machine.booted, boot=self._machine.boot, remembered=remembered)
        self._adopt(state)
        watch = HomeWatch(home, self._settings, self._now, self._machine.uid)
        self._watched[home.path] = _Watched(watch, anyio.CancelScope())
        await tasks.start(self._run, home.path, name=f"watch over {home.path}")

    async def _run(self, key: str, *, task_status: TaskStatus[None]) -> None:
        watched = self._watched[key]
        with watched.scope:
            await watched.watch.run(self._emit, task_status=task_status)
