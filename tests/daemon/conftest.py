"""The service in this process, on a simulated Coven, telling an inbox."""

import json
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import anyio
import pytest
from anyio import to_thread
from anyio.abc import TaskStatus

from coven_watchdog import clock
from coven_watchdog.daemon.configuration import Configuration
from coven_watchdog.daemon.ending import Ending
from coven_watchdog.daemon.intake import Intake
from coven_watchdog.daemon.options import RunOptions
from coven_watchdog.daemon.parts import Parts, Resources, Surroundings, assembled
from coven_watchdog.daemon.supervisor import Supervisor
from coven_watchdog.deliver.couriers import CourierPool, environment
from coven_watchdog.model.looks import HomeLook
from coven_watchdog.model.words import DaemonState
from coven_watchdog.observe.nudge import Nudge
from coven_watchdog.simulated.control import SimulatedCoven
from coven_watchdog.store import StoreReader, open_store
from rigs.inbox import Inbox
from rigs.simulated import short_home
from waiting import until

T = TypeVar("T")
Coven = Callable[[], AbstractAsyncContextManager[SimulatedCoven]]


class Button(Ending):
    """An end at the press of a button instead of a signal, without a backstop: the process is the test's."""

    def __init__(self) -> None:
        super().__init__()
        self.pressed = anyio.Event()
        self.hangup: Callable[[], None] | None = None

    async def hear(
        self,
        stop: Callable[[], None],
        reload: Callable[[], None],
        *,
        task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED,
    ) -> None:
        """Until it is pressed; `hangup` stands for SIGHUP."""
        self.hangup = reload
        task_status.started()
        await self.pressed.wait()
        stop()

    def begin(self) -> None:
        """No time runs."""


@dataclass
class Service:
    """One configuration and state directory; `running` is one life of the service on them."""

    base: Path
    home: Path
    inbox: Inbox
    codes: list[int] = field(default_factory=list)

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.base / "config.toml"

    @property
    def state(self) -> Path:
        """The state directory."""
        return self.base / "state"

    def write(self, extra: str = "", *, homes: tuple[Path, ...] = (), channels: str | None = None) -> None:
        """Write a configuration that watches the home (or others) and tells the inbox everything at once, or others."""
        watched = json.dumps([str(home) for home in homes or (self.home,)])
        channel = f'[[channels]]\nname = "sink"\nurl = "{self.inbox.url}"\nmin_severity = "info"\n'
        at_once = '[alerts]\ngroup_wait = "20ms"\ngroup_interval = "50ms"\n'
        self.put(f'homes = {watched}\nname = "devbox"\n{extra}\n{at_once}\n{channel if channels is None else channels}')

    def put(self, text: str) -> None:
        """Replace the configuration, as an editor would."""
        new = self.config.with_suffix(".new")
        new.write_text(text)
        new.chmod(0o600)
        new.rename(self.config)

    def put_apprise(self, text: str, mode: int = 0o600) -> Path:
        """Replace `~/apprise.conf`, as an editor would."""
        new, file = self.base / "apprise.new", self.base / "apprise.conf"
        new.write_text(text)
        new.chmod(mode)
        return new.rename(file)

    def options(self, *, once: bool = False) -> RunOptions:
        """What `run` would be given."""
        env = {"HOME": str(self.base), "COVEN_WATCHDOG_STATE_DIR": str(self.state), "PATH": "/usr/bin:/bin"}
        return RunOptions(env, self.config, once=once)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Button]:
        """Armed at the beginning of the body, ended behind it."""
        button = Button()
        supervisor = await to_thread.run_sync(lambda: Supervisor(self.options(), Configuration(self.options()), button))
        began = clock.now().wall
        async with anyio.create_task_group() as tasks:

            async def live() -> None:
                self.codes.append(await supervisor.main())

            tasks.start_soon(live, name="the service")
            await self.until(lambda store: _armed(store, began))
            yield button
            button.pressed.set()

    async def once(self) -> int:
        """One pass of `run --once`."""
        options = self.options(once=True)
        supervisor = await to_thread.run_sync(lambda: Supervisor(options, Configuration(options), Button()))
        with anyio.fail_after(20):
            return await supervisor.main()

    @asynccontextmanager
    async def parts(self) -> AsyncIterator[Parts]:
        """The parts on this configuration and state directory; nothing of them runs."""
        here = await to_thread.run_sync(lambda: Surroundings.of(self.options(), Configuration(self.options())))
        async with open_store(self.state, now=clock.now(), boot=here.machine.boot) as store:
            memory = await store.load()
            with Intake() as intake:
                async with CourierPool(environment(here.environ)) as pool:
                    yield assembled(here, Resources(store, memory, pool, intake, Nudge()))

    async def read(self, view: Callable[[StoreReader], T]) -> T:
        """What the store says, as a command reads it."""

        def look() -> T:
            with StoreReader(self.state / "watchdog.sqlite3") as store:
                return view(store)

        return await to_thread.run_sync(look)

    async def sql(self, *statements: str) -> None:
        """Do something to the database behind the service's back."""

        def work() -> None:
            with closing(sqlite3.connect(self.state / "watchdog.sqlite3", isolation_level=None)) as database:
                for statement in statements:
                    database.executescript(statement)

        await to_thread.run_sync(work)

    async def rows(self, query: str) -> list[tuple[object, ...]]:
        """What the database says."""

        def work() -> list[tuple[object, ...]]:
            with closing(sqlite3.connect(self.state / "watchdog.sqlite3")) as database:
                return database.execute(query).fetchall()

        return await to_thread.run_sync(work)

    async def until(self, fact: Callable[[StoreReader], bool], seconds: float = 15) -> None:
        """Wait until the store says so."""

        def holds() -> bool:
            with StoreReader(self.state / "watchdog.sqlite3") as store:
                return fact(store)

        await to_thread.run_sync(until, holds, seconds)

    async def letters(self, count: int) -> list[str]:
        """What arrived, once there are so many: the kinds of the last lines, in order."""
        found = await to_thread.run_sync(self.inbox.wait, count)
        return [letter.kind for letter in found]


def _armed(store: StoreReader, began: int) -> bool:
    """This life has looked at every home, and walked the sessions where a daemon runs."""
    own, looks = store.watchdog(), store.looks().values()
    fresh = [look for look in looks if look.seen_at >= began]
    return own is not None and own.since >= began and len(fresh) > 0 and all(_known(look) for look in fresh)


def _known(look: HomeLook) -> bool:
    state = look.daemon.state
    return state is not DaemonState.UNKNOWN and (state is not DaemonState.RUNNING or look.complete)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A service that has not been started."""
    with short_home() as home, closing(Inbox()) as inbox:
        made = Service(tmp_path, home, inbox)
        made.write()
        yield made


@pytest.fixture
def coven(service: Service) -> Coven:
    """A simulated Coven on the service's home, started on entering."""
    return lambda: SimulatedCoven(service.home)
