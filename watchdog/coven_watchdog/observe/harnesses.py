"""Live session rows come in; the processes behind them go out, and their ends as the kernel tells them: sooner than Coven's row."""

import resource
from collections.abc import Mapping
from contextlib import closing
from functools import partial
from typing import ClassVar

import anyio
from anyio.abc import TaskGroup

from coven_watchdog.coven.harnesses import HarnessMatch, match, starters
from coven_watchdog.coven.processes import state, terminal, tree_cpu
from coven_watchdog.coven.traces import Known, traces
from coven_watchdog.model.facts import HarnessEnded, HarnessSeen, Identity, SessionRow, SourceWorks
from coven_watchdog.model.incidents import LookRequest
from coven_watchdog.model.processes import HarnessSought, Pulse, PulsesSeen
from coven_watchdog.model.time import SECOND
from coven_watchdog.model.words import ExitWatch, Look, Owner, ProcessState, SessionStatus
from coven_watchdog.observe.processes import Vigil, watch
from coven_watchdog.observe.processes.poll import until_ended
from coven_watchdog.observe.shared import Shared
from coven_watchdog.observe.source import Emit

_SOON, _SOON_TIMES = 0.2, 3
_REST = 60.0
_FEEL_EVERY, _PARTS = 25 * SECOND, 4
_SEEK_EVERY = 10 * SECOND
"""Between two looks at what there may be of a session without a process: each goes through all processes of the machine."""


def spare_descriptors() -> int:
    """How many waits may have a descriptor: half of what this process may open, the rest is for everything else."""
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2


class HarnessSource:
    """Waits for the end of each live session's harness.

    Args:
        shared: the home's common ground.
        descriptors: how many waits may have one; the sessions beyond are looked at once a second, which is said.
    """

    name: ClassVar[str] = "harnesses"
    looks: ClassVar[frozenset[Look]] = frozenset({Look.HARNESS})

    def __init__(self, shared: Shared, descriptors: int | None = None) -> None:
        self._shared = shared
        self._descriptors = spare_descriptors() if descriptors is None else descriptors
        self._begin()

    def _begin(self) -> None:
        self._attended: dict[str, Identity] = {}
        self._tries: dict[str, int] = {}
        self._wanted: dict[str, Identity | None] = {}
        self._sought_at: dict[str, int] = {}
        self._felt_at = -_FEEL_EVERY
        self._open = 0
        self._said = False

    def ask(self, request: LookRequest) -> None:
        """Look for the process behind one session now, and tell in any case."""
        self._wanted[request.subject] = request.process
        self._shared.to_harnesses.poke()

    async def run(self, emit: Emit) -> None:
        """Look for the processes of new sessions after each listing; soon again while a new one has none yet."""
        self._begin()
        self._shared.attended.clear()
        self._shared.runners.clear()
        async with anyio.create_task_group() as tg:
            while True:
                new = await self._match(emit, tg)
                await self._resume(emit, tg)
                await self._seek(emit)
                await self._feel(emit)
                self._shared.lap(self.name)
                await self._shared.rest(self.name, self._shared.to_harnesses, _SOON if new else _REST)

    async def _match(self, emit: Emit, tg: TaskGroup) -> bool:
        """Find processes; tells whether a session that is new still has none."""
        shared, live = self._shared, self._shared.live
        self._tries = {session: tries for session, tries in self._tries.items() if session in live}
        self._sought_at = {session: at for session, at in self._sought_at.items() if session in live}
        if all(session in self._attended for session in live):
            return False

        find = partial(match, read_environ=shared.settings().privacy.read_environ)
        for found in await shared.call(find, tuple(live.values()), shared.daemon, shared.paths.root):
            if found.session not in self._attended:
                await self._arm(found, emit, tg)

        lost = [session for session in live if session not in self._attended]
        self._tries |= {session: self._tries.get(session, 0) + 1 for session in lost}
        return any(self._tries[session] < _SOON_TIMES for session in lost)

    async def _resume(self, emit: Emit, tg: TaskGroup) -> None:
        """Await the end of processes that the core knows of and nobody awaits, or tell that they have ended."""
        known = {session: process for session, process in self._wanted.items() if process and session not in self._attended}
        for session, process in known.items():
            if state(process)[0] is ProcessState.ENDED:
                del self._wanted[session]
                await emit(HarnessEnded(self._shared.home, self._shared.now(), session, process))
                await emit(HarnessSought(self._shared.home, self._shared.now(), session, ProcessState.ENDED))
            else:
                await self._arm(HarnessMatch(session, process, Owner.UNKNOWN, terminal=False, runner=None), emit, tg)

    async def _seek(self, emit: Emit) -> None:
        """Tell what there is of the sessions whose process is not found, and of those that a look wants."""
        shared = self._shared
        missing = [session for session in shared.live if self._is_missing(session)]
        # One that is asked for before it was handed over waits for that.
        wanted = [session for session in self._wanted if session in shared.live or session in self._attended]
        sought = tuple(dict.fromkeys((*wanted, *missing)))
        found = await self._starters() if any(self._is_to_start(session) for session in sought) else {}
        for session in sought:
            self._wanted.pop(session, None)
            self._sought_at[session] = shared.now().awake
            await emit(self._starter(session, found) if self._is_to_start(session) else await self._sought(session))

    def _is_to_start(self, session: str) -> bool:
        row = self._shared.live.get(session)
        return row is not None and row.status == SessionStatus.CREATED and session not in self._attended

    def _is_missing(self, session: str) -> bool:
        """Whether it is time to tell again that its process is not found."""
        tried = session not in self._attended and self._tries.get(session, 0) >= _SOON_TIMES
        due = self._sought_at.get(session, -_SEEK_EVERY) + _SEEK_EVERY
        return tried and _has_process(self._shared.live[session]) and self._shared.now().awake >= due

    async def _sought(self, session: str) -> HarnessSought:
        shared, known = self._shared, self._attended.get(session)
        if known is not None:
            return HarnessSought(shared.home, shared.now(), session, state(known)[0])

        row = shared.live.get(session)
        if row is None or not _has_process(row):
            return HarnessSought(shared.home, shared.now(), session)

        others = Known(frozenset(self._attended.values()), frozenset(shared.runners.values()))
        find = partial(traces, read_environ=shared.settings().privacy.read_environ)
        found = await shared.call(find, row, shared.daemon, shared.paths.root, others)
        return HarnessSought(shared.home, shared.now(), session, traces=found)

    async def _starters(self) -> Mapping[str, Identity]:
        """Who is to start what has not begun: found for all of them at once."""
        shared = self._shared
        find = partial(starters, read_environ=shared.settings().privacy.read_environ)
        return await shared.call(find, tuple(shared.live.values()), shared.paths.root)

    def _starter(self, session: str, known: Mapping[str, Identity]) -> HarnessSought:
        home, at, found = self._shared.home, self._shared.now(), known.get(session)
        if found is None:
            return HarnessSought(home, at, session)

        return HarnessSought(home, at, session, state(found)[0], starter=found, terminal=terminal(found.pid))

    async def _feel(self, emit: Emit) -> None:
        """How the processes of live sessions are, now and then: in the round of a listing, so that nobody wakes for it."""
        shared, now = self._shared, self._shared.now().awake
        felt = {session: identity for session, identity in self._attended.items() if session in shared.live}
        if felt and now >= self._felt_at + self._pause:
            self._felt_at = now
            pulses = await shared.call(_pulses, felt)
            await emit(PulsesSeen(shared.home, shared.now(), pulses))

    @property
    def _pause(self) -> int:
        """µs between two looks at them: a part of the shortest time that matters."""
        keys = self._shared.settings().sessions
        return min((_FEEL_EVERY, *(after // _PARTS for after in (keys.waiting_after, keys.stalled_after) if after)))

    async def _arm(self, found: HarnessMatch, emit: Emit, tg: TaskGroup) -> None:
        shared = self._shared
        vigil = watch(found.identity, spare=self._open < self._descriptors)
        self._open += 1
        self._attended[found.session] = found.identity
        shared.attended.add(found.session)
        # Started before anything is awaited: from here on the task owns the descriptor.
        tg.start_soon(self._attend, found, vigil, emit, name=f"{shared.home}: end of session {found.session}")
        if found.runner is not None and shared.runners.get(found.session) != found.runner:
            shared.runners[found.session] = found.runner
            tg.start_soon(self._attend_runner, found.session, found.runner, name=f"{shared.home}: coven run {found.session}")

        if vigil.how is ExitWatch.POLL and self._open > self._descriptors and not self._said:
            self._said = True
            note = f"more than {self._descriptors} live sessions: the others' processes are looked at every second"
            await emit(SourceWorks(shared.home, shared.now(), self.name, note))

    async def _attend(self, found: HarnessMatch, vigil: Vigil, emit: Emit) -> None:
        """Tell that it is there, then its end, at once, and how it ended when that is known."""
        shared, session, identity = self._shared, found.session, found.identity
        with closing(vigil):
            await emit(HarnessSeen(shared.home, shared.now(), session, identity, found.owner, found.terminal, vigil.how))
            ended = await vigil.ended()
            at = shared.now()
            self._forget(session)
            shared.errands.end(session)
            await emit(HarnessEnded(shared.home, at, session, identity, ended))
            if ended is None and (learned := await vigil.learned()):
                await emit(HarnessEnded(shared.home, shared.now(), session, identity, learned))

        self._open -= 1
        if self._said and self._open <= self._descriptors:
            self._said = False
            await emit(SourceWorks(shared.home, shared.now(), self.name))

    def _forget(self, session: str) -> None:
        """A row that goes on without this process may get another one."""
        del self._attended[session]
        self._shared.attended.discard(session)
        self._tries.pop(session, None)

    async def _attend_runner(self, session: str, runner: Identity) -> None:
        """Look at a `coven run` each second: its harness has the descriptor, and its own end is in no hurry."""
        await until_ended(runner)
        self._shared.runners.pop(session, None)
        self._shared.errands.runner(session)


def _pulses(felt: Mapping[str, Identity]) -> tuple[Pulse, ...]:
    """Blocking: a tree of processes each."""
    return tuple(Pulse(session, one, state(one)[0], tree_cpu(one), terminal(one.pid)) for session, one in felt.items())


def _has_process(row: SessionRow) -> bool:
    """Whether there must be a process of Coven's behind it: it runs, and nobody else runs it (seen on 0.4.6)."""
    return row.status == SessionStatus.RUNNING and not row.external
