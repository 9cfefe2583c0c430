"""A service that dies: the real engine over a real file, killed at any statement and started again from what is on the disk.

In: what happens outside, and when to die. Out: what the services accepted, over all lives. A kill leaves the file and its
write-ahead log as they are at that moment: a copy of both, taken there, is all that the next life gets.
"""

import shutil
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from coven_watchdog.decide.memory import Incidents
from coven_watchdog.engine import Engine, Ports
from coven_watchdog.model.facts import (
    SELF_HOME,
    Asked,
    DaemonSeen,
    FilesSeen,
    LockSeen,
    Observation,
    OwnTrouble,
    ProcessSeen,
    Record,
    SessionRow,
    SessionsListed,
)
from coven_watchdog.model.incidents import Incident
from coven_watchdog.model.telling import Attempt
from coven_watchdog.model.time import MINUTE, SECOND, Instant
from coven_watchdog.model.words import AttemptOutcome, Holder, NotificationState, Outcome, ProcessState, Route
from coven_watchdog.settings import Channel, Secret, Settings
from coven_watchdog.state import HomeState
from coven_watchdog.store import FILE_NAME, Claim, Store, open_store
from store.builders import BOOT, HOME, at
from tale import DAEMON, DIRECTORY, GOOD, SOCKET, row

SETTINGS = Settings(
    homes=(HOME,),
    channels=(Channel(name="desk", url=Secret("json://x")), Channel(name="phone", url=Secret("json://x"))),
)
CHANNELS = tuple(channel.name for channel in SETTINGS.channels)
_THEN = at(0)


class DiedError(Exception):
    """The process is gone; whoever runs it must not go on."""


@dataclass
class Outside:
    """What goes on while services live and die: facts, clocks, and what was accepted."""

    directory: Path
    now: Instant = field(default_factory=at)
    troubles: dict[str, str | None] = field(default_factory=dict)
    sessions: dict[str, SessionRow] = field(default_factory=dict)
    accepted: list[tuple[str, str, tuple[Incident, ...]]] = field(default_factory=list)
    """Channel, id, and how what it tells of stood."""
    promised: set[tuple[str, ...]] = field(default_factory=set)
    """Rows whose commit came back: they must never be lost."""
    deaths_after_sending: int = 0

    def facts(self) -> Iterator[Observation]:
        """What the sources see at a start."""
        yield FilesSeen(
            HOME, _THEN, directory=DIRECTORY, socket=SOCKET, record=Record(DAEMON.pid, "x", "y"), record_holder=Holder.DAEMON
        )
        yield LockSeen(HOME, _THEN, owners=(DAEMON,))
        yield DaemonSeen(HOME, _THEN, DAEMON, "coven")
        yield ProcessSeen(HOME, _THEN, DAEMON, ProcessState.ALIVE)
        yield Asked(HOME, _THEN, Route.HEALTH, Outcome.OK, health=GOOD)
        yield self.listing()
        for topic in self.troubles:
            yield self.trouble(topic)

    def listing(self) -> Observation:
        """Coven's list of sessions."""
        return SessionsListed(HOME, _THEN, tuple(self.sessions.values()), complete=True, identity=DAEMON)

    def trouble(self, topic: str) -> Observation:
        """How it stands with one of the watchdog's own parts."""
        return OwnTrouble(SELF_HOME, _THEN, topic, self.troubles[topic])

    def begins(self) -> str:
        """A session runs."""
        name = f"s{len(self.sessions)}"
        self.sessions[name] = row(name, began=(self.now.wall - at(0).wall) / SECOND)
        return name

    def fails(self, name: str) -> None:
        """It fails."""
        ended = self.now.wall
        self.sessions[name] = replace(self.sessions[name], status="failed", exit_code=2, updated_at=ended)


class Death:
    """Copies the disk at the n-th statement from now, if it is told to."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.left: int | None = None
        self.after: Path | None = None
        self.statements = 0

    def comes_in(self, statements: int | None) -> None:
        """From now on so many statements are begun."""
        self.left, self.statements = statements, 0

    def point(self, _: str = "") -> None:
        """A moment at which the process may be killed: before a statement, and between what is not one."""
        if self.after is not None:
            return

        self.statements += 1
        if self.left is not None:
            if self.left == 0:
                self.now()

            self.left -= 1

    def now(self) -> None:
        """What is on the disk is all that remains."""
        self.after = next(path for number in count(2) if not (path := self.directory.parent / f"life{number}").exists())
        self.after.mkdir(mode=0o700)
        for end in ("", "-wal"):
            shutil.copyfile(self.directory / f"{FILE_NAME}{end}", self.after / f"{FILE_NAME}{end}")

    def has_come(self) -> None:
        """Stop here if the process is dead.

        Raises:
            DiedError: it is.
        """
        if self.after is not None:
            raise DiedError


class Life:
    """One run of the service. Its methods raise DiedError when the death comes meanwhile, and then nothing of it goes on."""

    def __init__(self, outside: Outside) -> None:
        self.outside = outside
        self.death = Death(outside.directory)
        self._stack = AsyncExitStack()
        self.woken: set[str] = set()
        self.store: Store
        self.engine: Engine

    async def start(self, dies_in: int | None = None) -> None:
        """Open the file, take over what the life before left, and look at everything."""
        outside = self.outside
        self.store = await self._stack.enter_async_context(open_store(outside.directory, now=outside.now, boot=BOOT))
        self.store._database._connection.set_trace_callback(self.death.point)
        self.death.comes_in(dies_in)
        memory = await self.store.load()
        await self.store.release()
        self.death.has_come()
        taken = self.store.taken_ids
        names = (name for number in count(1) if (name := f"i{number}") not in taken)
        ports = Ports(settings=lambda: SETTINGS, ask=lambda _: None, wake=self.woken.update, names=names)
        self.engine = Engine(self.store, ports, Incidents.load(memory.open, memory.recent, memory.noted), BOOT)
        self.engine.watch(HomeState.new(SELF_HOME, outside.now, boot=BOOT))
        booted = at(-60).wall
        home = HomeState.new(HOME, outside.now, booted=booted, boot=BOOT, remembered=memory.looks.get(HOME))
        self.engine.watch(home)
        for fact in outside.facts():
            await self.see(fact)

        self.death.comes_in(None)

    async def see(self, fact: Observation) -> None:
        """One observation, and what the keeper keeps of it."""
        now = self.outside.now
        await self.engine.handle(replace(fact, at=now), now)
        self.death.has_come()
        await self.store.keep(looks=self.engine.looks(now))
        self.death.has_come()
        self.outside.promised |= set(await self._rows("SELECT id, channel FROM notification WHERE state = 'queued'"))

    async def deliver(self, channel: str, *, accepts: bool = True) -> bool:
        """One lap of a channel's worker; whether it had a message in hand."""
        claim = await self.store.claim(channel, self.outside.now.wall)
        self.death.has_come()
        self.death.point()
        self.death.has_come()
        if claim is None:
            return False

        if accepts:
            self.take(claim)

        try:
            await self.settle(claim, accepts=accepts)
        except DiedError:
            self.outside.deaths_after_sending += accepts
            raise

        return True

    def take(self, claim: Claim) -> None:
        """The service has it."""
        told = tuple(member.snapshot for member in claim.members)
        self.outside.accepted.append((claim.notification.channel, claim.notification.id, told))

    async def settle(self, claim: Claim, *, accepts: bool) -> None:
        """Record it."""
        now = self.outside.now.wall
        outcome = AttemptOutcome.ACCEPTED if accepts else AttemptOutcome.TEMPORARY
        state = NotificationState.SENT if accepts else NotificationState.QUEUED
        await self.store.settle(claim, Attempt(now, outcome), state, None if accepts else now + SECOND)
        self.death.has_come()

    async def empty(self) -> None:
        """Deliver everything, over the times for which messages wait."""
        for _ in range(5):
            for channel in CHANNELS:
                while await self.deliver(channel):
                    pass

            self.outside.now = later(self.outside.now, MINUTE)

    async def end(self) -> None:
        """Let go of the file."""
        self.store._database._connection.set_trace_callback(None)
        await self._stack.aclose()

    async def killed(self) -> None:
        """It is dead: what it goes on to do to its file, nobody ever sees."""
        if self.death.after is None:
            self.death.now()

        assert self.death.after is not None
        self.outside.directory = self.death.after
        await self.end()

    async def incidents(self) -> list[tuple[str, ...]]:
        """Subject and state of every incident in the file."""
        return await self._rows("SELECT subject, state FROM incident ORDER BY rowid")

    async def unsent(self) -> list[tuple[str, ...]]:
        """What was neither accepted nor replaced by a later word."""
        return await self._rows("SELECT id, channel, state FROM notification WHERE state NOT IN ('sent', 'withheld')")

    async def everything(self) -> set[tuple[str, ...]]:
        """Every message in the file."""
        return set(await self._rows("SELECT id, channel FROM notification"))

    async def _rows(self, query: str) -> list[tuple[str, ...]]:
        left, self.death.left = self.death.left, None
        found = await self.store._call(lambda connection: [tuple(one) for one in connection.execute(query)])
        self.death.left = left
        return found


def later(now: Instant, micros: int) -> Instant:
    """So much later."""
    return Instant(now.wall + micros, now.awake + micros)
