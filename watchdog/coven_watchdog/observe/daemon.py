"""The lock table and the kernel's events come in; who serves a home, how that process is, and its end go out.

A Coven is the owner of `daemon-serve.lock`, else whoever answered on the socket last.
"""

import math
from contextlib import ExitStack, closing
from dataclasses import replace
from typing import ClassVar

import anyio
from anyio.abc import TaskGroup

from coven_watchdog.coven.processes import apart, binary_replaced, lock_owners, program, sockets, started_wall, state
from coven_watchdog.model.facts import DaemonEnded, DaemonSeen, ExitLearned, Identity, LockSeen, ProcessSeen
from coven_watchdog.model.incidents import LookRequest
from coven_watchdog.model.words import Look, ProcessState
from coven_watchdog.observe.nudge import until_next_second
from coven_watchdog.observe.processes import Vigil, watch
from coven_watchdog.observe.shared import Shared
from coven_watchdog.observe.source import Emit

_SAFETY = 5.0
_HANGING = 5.0


class DaemonSource:
    """Finds the daemon of a home, follows it until it ends, and finds the next one.

    Args:
        shared: the home's common ground.
        hanging: seconds after which the lock is given up as not knowable.
    """

    name: ClassVar[str] = "daemon"
    looks: ClassVar[frozenset[Look]] = frozenset({Look.DAEMON})

    def __init__(self, shared: Shared, *, hanging: float = _HANGING) -> None:
        self._shared = shared
        self._hanging = hanging
        self._asked = False
        self._lock: LockSeen | None = None
        self._state: ProcessState | None = None
        self._seen: DaemonSeen | None = None
        self._scope: anyio.CancelScope | None = None

    def ask(self, request: LookRequest) -> None:  # noqa: ARG002 - there is only one question about the daemon
        """Lock and process are read again and told, changed or not."""
        self._asked = True
        self._shared.to_daemon.poke()

    async def run(self, emit: Emit) -> None:
        """Follow one daemon after the other."""
        self._lock, self._shared.daemon = None, None
        async with anyio.create_task_group() as tg:
            while True:
                identity = await self._find(emit)
                await self._arm(identity, emit, tg)
                await self._follow(identity, emit)

    async def _find(self, emit: Emit) -> Identity:
        """Wait for a daemon: pokes tell of one; every 5 s the lock is read to be sure."""
        while True:
            if found := await self._read_lock(emit):
                return found

            self._shared.lap(self.name)
            await self._shared.rest(self.name, self._shared.to_daemon, _SAFETY)

    async def _read_lock(self, emit: Emit) -> Identity | None:
        """Tell who holds the lock, if that changed or was asked; gives who is the daemon, if somebody is."""
        asked, self._asked = self._asked, False
        at = self._shared.now()
        owners = await self._owners()
        lock = LockSeen(self._shared.home, at, owners=owners or (), knowable=owners is not None)
        known = self._lock
        if asked or known is None or (known.owners, known.knowable) != (lock.owners, lock.knowable):
            self._lock = lock
            await emit(lock)
            await self._tell_process(emit, asked=asked)

        return self._choose(lock.owners)

    async def _owners(self) -> tuple[Identity, ...] | None:
        """Nobody knows while the home's disk hangs."""
        with anyio.move_on_after(self._hanging):
            return await self._shared.call(lock_owners, self._shared.paths.serve_lock)

        return None

    def _choose(self, owners: tuple[Identity, ...]) -> Identity | None:
        """Of several owners the one that answers, else the youngest: a second daemon serves the path, the first a deleted one."""
        peer = self._shared.peer
        living = [owner for owner in owners if state(owner)[0] is not ProcessState.ENDED]
        if living:
            return peer if peer in living else max(living, key=lambda owner: owner.started)

        return peer if peer is not None and state(peer)[0] is not ProcessState.ENDED else None

    async def _arm(self, identity: Identity, emit: Emit, tg: TaskGroup) -> None:
        """Begin to wait for its end, then tell of it: nothing that happens to it after this can be missed."""
        shared = self._shared
        with ExitStack() as stack:
            vigil = stack.enter_context(closing(watch(identity)))
            shared.daemon = shared.last_daemon = identity
            shared.apart = apart(identity.pid)
            self._state = None
            seen = DaemonSeen(
                shared.home,
                shared.now(),
                identity,
                program=program(identity.pid),
                started_wall=started_wall(identity),
                watch=vigil.how,
                binary_replaced=binary_replaced(identity.pid),
            )
            self._seen = seen
            await emit(seen)
            scope = self._scope = anyio.CancelScope()
            tg.start_soon(self._attend, identity, vigil, scope, emit, name=f"{shared.home}: end of {identity.pid}")
            stack.pop_all()

        shared.to_files.poke()
        shared.to_health.poke()
        shared.errands.walk()

    async def _attend(self, identity: Identity, vigil: Vigil, scope: anyio.CancelScope, emit: Emit) -> None:
        """Wait for the end, tell it at once, and how it ended as soon as that is known."""
        shared = self._shared
        with scope, closing(vigil):
            ended = await vigil.ended()
            at = shared.now()
            if shared.daemon == identity:
                shared.daemon, shared.answering = None, False

            await emit(DaemonEnded(shared.home, at, identity, ended))
            shared.leftovers = True
            for nudge in (shared.to_files, shared.to_daemon, shared.to_health):
                nudge.poke()

            if ended is None and (learned := await vigil.learned()):
                await emit(ExitLearned(shared.home, shared.now(), identity, learned))

    async def _follow(self, identity: Identity, emit: Emit) -> None:
        """Look at the process once a second and at the lock when poked, until it has ended or another one is the daemon."""
        shared = self._shared
        async with anyio.create_task_group() as tg:
            tg.start_soon(self._look_each_second, emit, name=f"{shared.home}: state of {identity.pid}")
            while shared.daemon == identity:
                await shared.to_daemon.wait(math.inf)
                if await self._read_lock(emit) not in {identity, None}:
                    self._let_go()
                    break

            tg.cancel_scope.cancel()

    async def _look_each_second(self, emit: Emit) -> None:
        """A plain sleep: with more than that, an idle machine would notice."""
        while True:
            await self._tell_process(emit, asked=False)
            await self._tell_program(emit)
            self._shared.lap(self.name)
            await anyio.sleep(until_next_second())

    def _let_go(self) -> None:
        """It was not the daemon after all, or not the one that counts: its end is no news any more."""
        if self._scope is not None:
            self._scope.cancel()

    async def _tell_process(self, emit: Emit, *, asked: bool) -> None:
        """Tell how the process is, if that changed or was asked. Its end is told by the vigil."""
        identity = self._shared.daemon
        if identity is None:
            return

        now_state, cpu = state(identity)
        changed = now_state is not self._state and now_state is not ProcessState.ENDED
        if asked or changed:
            self._state = now_state
            held = sockets(identity.pid) if asked else None
            await emit(ProcessSeen(self._shared.home, self._shared.now(), identity, now_state, cpu, held))

        if changed and now_state is ProcessState.ALIVE:
            # It goes on. Of one that was stopped the core asks itself, with a patience of its own.
            self._shared.to_health.poke()

    async def _tell_program(self, emit: Emit) -> None:
        """Tell once that its program was replaced under it. One link is read: 5 µs."""
        seen = self._seen
        if seen is None or seen.binary_replaced or seen.identity != self._shared.daemon:
            return

        # What bears its pid by now may be another process: its state is asked after.
        if binary_replaced(seen.identity.pid) and state(seen.identity)[0] is not ProcessState.ENDED:
            self._seen = replace(seen, at=self._shared.now(), binary_replaced=True)
            await emit(self._seen)
