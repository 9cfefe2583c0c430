"""The processes behind live sessions and their ends. Real daemon, real harnesses."""

import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import anyio
import pytest

from coven_watchdog.coven import processes
from coven_watchdog.model.facts import ExitStatus, HarnessEnded, HarnessSeen, Identity, SessionRow, SourceWorks
from coven_watchdog.model.incidents import LookRequest
from coven_watchdog.model.processes import HarnessSought, PulsesSeen, Traces
from coven_watchdog.model.time import MILLISECOND, SECOND
from coven_watchdog.model.words import ExitWatch, Look, Owner, ProcessState
from coven_watchdog.observe.harnesses import HarnessSource, spare_descriptors
from coven_watchdog.observe.shared import Shared
from coven_watchdog.settings import Delay, Duration, Sessions, Settings
from coven_watchdog.simulated.control import SimulatedCoven
from observe.bench import SLOW, Seen, ground, in_thread, kill, life, process, running
from observe.processes.test_pidfd import needs_exit_status
from programs import program
from waiting import auntil, until


@asynccontextmanager
async def attending(coven: SimulatedCoven, seen: Seen, descriptors: int | None = None) -> AsyncIterator[Shared]:
    """A harness source at work beside that daemon."""
    async with ground(coven.home) as shared:
        shared.daemon = life(coven.pid)
        async with running(HarnessSource(shared, descriptors), emit=seen.emit):
            yield shared


async def listed(shared: Shared) -> None:
    """What the sessions source does after each listing."""
    answer = await shared.client.page(100, None, 15)
    shared.live = {row.id: row for row in answer.value.rows if row.status == "running"}
    shared.to_harnesses.poke()


async def pid_of(coven: SimulatedCoven, session: str) -> int:
    """The process that the daemon started for a session."""
    pids = await coven.command("pids")
    return int(pids[session])


@pytest.mark.anyio
@needs_exit_status
async def test_the_end_of_a_harness(coven: SimulatedCoven, seen: Seen) -> None:
    """The process of a live session is told, then its end with the kernel's word; the listing is asked to follow."""
    async with attending(coven, seen) as shared:
        session = await coven.launch("sleep")
        await listed(shared)
        found = await seen.wait(HarnessSeen)
        assert (found.session, found.identity.pid, found.owner) == (session, await pid_of(coven, session), Owner.DAEMON)
        assert found.watch is ExitWatch.PIDFD
        assert shared.attended == {session}
        os.kill(found.identity.pid, signal.SIGKILL)
        ended = await seen.wait(HarnessEnded, lambda ended: ended.exit is not None)
        assert (ended.session, ended.identity, ended.exit) == (session, found.identity, ExitStatus(signal=9))
        assert shared.errands.ended == {session: None}
        assert not shared.attended


@pytest.mark.anyio
async def test_each_harness_is_told_once(coven: SimulatedCoven, seen: Seen) -> None:
    """Further listings tell nothing of a process that is attended already; a new session's is told."""
    async with attending(coven, seen) as shared:
        first = await coven.launch("sleep")
        await listed(shared)
        await seen.wait(HarnessSeen)
        second = await coven.launch("sleep", project="other")
        await listed(shared)
        await seen.wait(HarnessSeen, count=2)
        assert [found.session for found in seen.of(HarnessSeen)] == [first, second]


@pytest.mark.anyio
async def test_a_zombie_harness(coven: SimulatedCoven, seen: Seen) -> None:
    """A harness that its daemon does not reap has ended all the same; how is told in a second observation."""
    async with attending(coven, seen) as shared:
        session = await coven.launch("sleep")
        await listed(shared)
        found = await seen.wait(HarnessSeen)
        coven.signal(signal.SIGSTOP)
        os.kill(found.identity.pid, signal.SIGKILL)
        first = await seen.wait(HarnessEnded)
        assert (first.session, first.exit) == (session, None)
        coven.signal(signal.SIGCONT)
        if seen.of(HarnessSeen)[0].watch is ExitWatch.PIDFD and _told():
            assert (await seen.wait(HarnessEnded, count=2)).exit == ExitStatus(signal=9)


def _told() -> bool:
    return not needs_exit_status.args[0]


@pytest.mark.anyio
async def test_more_sessions_than_descriptors(coven: SimulatedCoven, seen: Seen) -> None:
    """Sessions beyond the spare descriptors are polled, which is said once, and unsaid when there are fewer again."""
    async with attending(coven, seen, descriptors=1) as shared:
        for project in ("a", "b", "c"):
            await coven.launch("sleep", project=project)

        await listed(shared)
        await seen.wait(HarnessSeen, count=3)
        assert sorted(found.watch for found in seen.of(HarnessSeen)) == [ExitWatch.PIDFD, ExitWatch.POLL, ExitWatch.POLL]
        note = await seen.wait(SourceWorks)
        assert note.source == "harnesses"
        assert "more than 1" in note.note
        for found in seen.of(HarnessSeen, lambda found: found.watch is ExitWatch.POLL):
            os.kill(found.identity.pid, signal.SIGKILL)

        await seen.wait(HarnessEnded, count=2)
        assert (await seen.wait(SourceWorks, count=2)).note == ""
        assert len(seen.of(SourceWorks)) == 2


@pytest.mark.anyio
async def test_a_session_without_a_process_is_looked_for_again_soon(coven: SimulatedCoven, seen: Seen) -> None:
    """A new session whose process is not there yet is looked for again soon, a few times, then with each listing."""
    async with attending(coven, seen) as shared:
        session = await coven.launch("sleep")
        daemon, shared.daemon = shared.daemon, None
        await listed(shared)
        await auntil(lambda: not shared.to_harnesses._event.is_set())
        shared.daemon = daemon
        assert (await seen.wait(HarnessSeen)).session == session


@pytest.mark.anyio
async def test_a_ghost_is_not_looked_for_for_ever(coven: SimulatedCoven, seen: Seen) -> None:
    """A row with no process behind it is given up until the next listing; what there is of it is told, not more often than each 10 s."""
    async with ground(coven.home) as shared:
        source = HarnessSource(shared)
        async with running(source, emit=seen.emit):
            shared.live = {"ghost": SessionRow("ghost", "/p", "codex", "t", "running", None, 0, 0)}
            shared.to_harnesses.poke()
            await auntil(lambda: source._tries.get("ghost") == 3)
            before = shared.lapped["harnesses"]
            shared.to_harnesses.poke()
            await auntil(lambda: source._tries.get("ghost") == 4)
            assert shared.lapped["harnesses"] >= before
            shared.live = {}
            shared.to_harnesses.poke()
            await auntil(lambda: not source._tries)
            (told,) = seen.all
            assert isinstance(told, HarnessSought)
            assert told.traces == Traces(children=None, terminals=None, runs=0, leases=None)


@pytest.mark.anyio
async def test_a_look_at_one_session(coven: SimulatedCoven, seen: Seen) -> None:
    """A process that is known is read again; one that is not is looked for, once its row is handed over."""
    async with ground(coven.home) as shared:
        shared.daemon = life(coven.pid)
        source = HarnessSource(shared)
        async with running(source, emit=seen.emit):
            session = await coven.launch("sleep")
            source.ask(LookRequest(shared.home, Look.HARNESS, session))
            await listed(shared)
            await seen.wait(HarnessSeen)
            source.ask(LookRequest(shared.home, Look.HARNESS, session))
            told = await seen.wait(HarnessSought, lambda sought: sought.state is not None)
            assert (told.session, told.state, told.traces) == (session, ProcessState.ALIVE, None)
            others = SessionRow("outside", "/p", "codex", "t", "running", None, 0, 0, external=True)
            ghost = SessionRow("ghost", "/p", "codex", "t", "running", None, 0, 0)
            shared.live = {**shared.live, "outside": others, "ghost": ghost}
            for name in ("outside", "ghost"):
                source.ask(LookRequest(shared.home, Look.HARNESS, name))

            assert (await seen.wait(HarnessSought, lambda sought: sought.session == "outside")).traces is None
            found = (await seen.wait(HarnessSought, lambda sought: sought.session == "ghost")).traces
            assert found is not None
            assert (found.children, found.runs, found.leases) == (0, 0, None)


@pytest.mark.anyio
async def test_how_the_processes_are(coven: SimulatedCoven, seen: Seen) -> None:
    """Of the live sessions all at once, now and then; as often as the shortest time that matters wants it."""
    quick = Settings(sessions=Sessions(waiting_after=Duration(4000), stalled_after=Delay(0)))
    for settings, again in ((quick, True), (SLOW, False)):
        async with ground(coven.home, settings) as shared:
            shared.daemon = life(coven.pid)
            seen.clear()
            async with running(HarnessSource(shared), emit=seen.emit):
                session = await coven.launch("sleep")
                await listed(shared)
                (pulse,) = [one for one in (await seen.wait(PulsesSeen)).pulses if one.session == session]
                assert (pulse.state, pulse.identity.pid) == (ProcessState.ALIVE, await pid_of(coven, session))
                for _ in range(3):
                    shared.to_harnesses.poke()
                    lap = shared.lapped["harnesses"]
                    await auntil(lambda: shared.lapped["harnesses"] > lap)  # noqa: B023 - awaited at once

                assert (len(seen.of(PulsesSeen)) > 1) is again


@dataclass(frozen=True)
class Run:
    """A `coven run` with its harness, and the row that it would have written."""

    runner: Identity
    harness: Identity
    row: SessionRow


@contextmanager
def coven_run(home: Path) -> Iterator[Run]:
    """A `coven run` at work in that home."""
    project = home.parent / "project"
    project.mkdir()
    code = 'child = subprocess.Popen(["sleep", "60"])\nready()\nchild.wait()\ntime.sleep(60)'
    with program(["coven", "run", "codex"], code, home.parent, cwd=project, environ={"COVEN_HOME": str(home)}) as process:
        runner = life(process.pid)
        until(lambda: len(processes.children(process.pid)) == 1)
        [harness] = processes.children(process.pid)
        until(lambda: processes.program(harness.pid) == "sleep")
        born = (processes.started_wall(runner) or 0) + 20 * MILLISECOND
        row = SessionRow("run", str(project), "codex", "t", "running", None, born, born)
        yield Run(runner, harness, row)


@pytest.mark.anyio
async def test_a_coven_run(home: Path, seen: Seen) -> None:
    """Of a `coven run` the harness is attended, and the runner's own end becomes an errand."""
    with coven_run(home) as run:
        async with ground(home) as shared, running(HarnessSource(shared), emit=seen.emit):
            shared.live = {"run": run.row}
            shared.to_harnesses.poke()
            found = await seen.wait(HarnessSeen)
            assert (found.session, found.identity, found.owner) == ("run", run.harness, Owner.COVEN_RUN)
            assert shared.runners == {"run": run.runner}
            os.kill(run.harness.pid, signal.SIGKILL)
            await seen.wait(HarnessEnded)
            assert not shared.errands.runners
            await in_thread(lambda: os.kill(run.runner.pid, signal.SIGKILL))
            await auntil(lambda: shared.errands.runners == {"run": None})
            assert not shared.runners


@pytest.mark.anyio
async def test_a_process_that_only_the_core_knows(home: Path, seen: Seen) -> None:
    """A look names it: its end is awaited from then on, or told when it has come already."""
    with process() as child, process() as gone:
        ended = life(gone.pid)
        await in_thread(lambda: kill(gone))
        async with ground(home) as shared, running(source := HarnessSource(shared), emit=seen.emit):
            await auntil(lambda: "harnesses" in shared.lapped)
            source.ask(LookRequest(shared.home, Look.HARNESS, "over", process=ended))
            assert (await seen.wait(HarnessSought)).state is ProcessState.ENDED
            assert [(told.session, told.identity) for told in seen.of(HarnessEnded)] == [("over", ended)]
            source.ask(LookRequest(shared.home, Look.HARNESS, "alive", process=life(child.pid)))
            assert (await seen.wait(HarnessSought, count=2)).state is ProcessState.ALIVE
            await in_thread(lambda: kill(child))
            assert (await seen.wait(HarnessEnded, count=2)).session == "alive"


@pytest.mark.anyio
async def test_who_is_to_start_a_session(home: Path, seen: Seen) -> None:
    """Of a row that says created a look finds the `coven run` that made it; of one that was only noted down, nobody."""
    code = "ready()\ntime.sleep(60)"
    with program(["coven", "run"], code, home.parent, environ={"COVEN_HOME": str(home)}) as process:
        starter = life(process.pid)
        born = (processes.started_wall(starter) or 0) + 20 * MILLISECOND
        made = SessionRow("made", str(home.parent), "codex", "t", "created", None, born, born)
        async with ground(home) as shared, running(source := HarnessSource(shared), emit=seen.emit):
            shared.live = {"made": made, "noted": replace(made, id="noted", created_at=born + 60 * SECOND)}
            await auntil(lambda: "harnesses" in shared.lapped)
            for session in shared.live:
                source.ask(LookRequest(shared.home, Look.HARNESS, session))

            await seen.wait(HarnessSought, count=2)
            assert [(told.session, told.starter) for told in seen.of(HarnessSought)] == [("made", starter), ("noted", None)]
            assert not any(told.terminal for told in seen.of(HarnessSought))


@pytest.mark.anyio
async def test_a_source_that_is_started_again_attends_anew(coven: SimulatedCoven, seen: Seen) -> None:
    """After a failure everything is found and told again."""
    async with ground(coven.home) as shared:
        shared.daemon = life(coven.pid)
        source = HarnessSource(shared)
        session = await coven.launch("sleep")
        await listed(shared)
        for count in (1, 2):
            async with running(source, emit=seen.emit):
                assert (await seen.wait(HarnessSeen, count=count)).session == session
                await anyio.wait_all_tasks_blocked()


def test_half_of_the_descriptors_are_spared() -> None:
    """Waits may take some descriptors, never nearly all."""
    assert 0 < spare_descriptors() < 2**62
