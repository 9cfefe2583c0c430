"""Who serves a home, how that process is, and its end. Real locks, real processes."""

import os
import shutil
import signal
import subprocess
from functools import partial
from pathlib import Path

import pytest

from coven_watchdog.coven.processes import children
from coven_watchdog.model.facts import DaemonEnded, DaemonSeen, ExitLearned, ExitStatus, LockSeen, Observation, ProcessSeen
from coven_watchdog.model.incidents import LookRequest
from coven_watchdog.model.words import ExitWatch, Look, ProcessState
from coven_watchdog.observe.daemon import DaemonSource
from observe.bench import (
    Seen,
    ground,
    hanging_disk,
    in_thread,
    is_zombie,
    kill,
    kill_unreaped,
    life,
    lock_holder,
    process,
    running,
)
from observe.processes.test_pidfd import needs_exit_status
from programs import OWN_PIDS, needs_root
from waiting import auntil

LOOK = LookRequest("h", Look.DAEMON)


def lock_of(home: Path) -> Path:
    """The lock that a daemon holds for its life."""
    return home / "daemon-serve.lock"


def terminate(child: subprocess.Popen[bytes]) -> None:
    """End and reap."""
    child.terminate()
    child.wait()


@pytest.mark.anyio
async def test_nobody_serves(home: Path, seen: Seen) -> None:
    """Without an owner of the lock that is told once, and again when asked."""
    async with ground(home) as shared:
        source = DaemonSource(shared)
        async with running(source, emit=seen.emit):
            assert (await seen.wait(LockSeen)).owners == ()
            shared.to_daemon.poke()
            await auntil(lambda: not shared.to_daemon._event.is_set())
            source.ask(LOOK)
            await seen.wait(LockSeen, count=2)
            assert [type(one) for one in seen.all] == [LockSeen, LockSeen]
            assert shared.daemon is None


@pytest.mark.anyio
async def test_the_owner_of_the_lock_is_the_daemon(home: Path, seen: Seen) -> None:
    """Who holds the lock is told with what is known of the process, and the others are told to look."""
    with lock_holder(lock_of(home)) as child:
        async with ground(home) as shared, running(DaemonSource(shared), emit=seen.emit):
            identity = life(child.pid)
            alive = await seen.wait(ProcessSeen)
            assert alive.state is ProcessState.ALIVE
            [lock], [daemon] = seen.of(LockSeen), seen.of(DaemonSeen)
            assert lock.owners == (identity,)
            assert daemon.identity == identity
            assert daemon.program == "coven"
            assert daemon.watch is ExitWatch.PIDFD
            assert daemon.started_wall is not None
            assert abs(daemon.started_wall - daemon.at.wall) < 60_000_000
            assert shared.daemon == shared.last_daemon == identity
            assert await shared.to_health.wait(0)
            assert shared.errands.walked


@pytest.mark.anyio
async def test_a_program_that_is_replaced_is_told_once(home: Path, seen: Seen) -> None:
    """The process goes on; the file that it was started from is another one now."""
    copy = Path(shutil.copy(shutil.which("sleep") or "", home / "napping"))
    with process(str(copy), "300") as child:
        async with ground(home) as shared:
            shared.peer = life(child.pid)
            async with running(DaemonSource(shared), emit=seen.emit):
                assert not (await seen.wait(DaemonSeen)).binary_replaced
                await in_thread(copy.unlink)
                again = await seen.wait(DaemonSeen, count=2)
                assert (again.identity, again.binary_replaced) == (life(child.pid), True)
                laps = shared.lapped["daemon"]
                await auntil(lambda: shared.lapped["daemon"] > laps)
                assert len(seen.of(DaemonSeen)) == 2


@pytest.mark.anyio
@needs_root
async def test_a_daemon_in_a_container_is_known_as_one(home: Path, seen: Seen) -> None:
    """It is followed like any other; that its record speaks of another pid namespace is known, also when it has ended."""
    with lock_holder(lock_of(home), OWN_PIDS) as child:
        async with ground(home) as shared, running(DaemonSource(shared), emit=seen.emit):
            found = await seen.wait(DaemonSeen)
            assert found.identity in children(child.pid)
            assert shared.apart
            os.kill(found.identity.pid, signal.SIGKILL)
            await seen.wait(DaemonEnded)
            assert shared.apart


@pytest.mark.anyio
@needs_exit_status
async def test_an_end_that_nobody_has_reaped(home: Path, seen: Seen) -> None:
    """The end is told at once, though the process is a zombie, then how it ended; leftovers are asked for."""
    with lock_holder(lock_of(home)) as child:
        async with ground(home) as shared, running(DaemonSource(shared), emit=seen.emit):
            identity = (await seen.wait(DaemonSeen)).identity
            shared.answering = True
            await in_thread(lambda: kill_unreaped(child))
            ended = await seen.wait(DaemonEnded)
            assert (ended.identity, ended.exit) == (identity, None)
            assert is_zombie(child.pid)
            await auntil(lambda: shared.leftovers)
            assert shared.daemon is None
            assert shared.last_daemon == identity
            assert not shared.answering
            assert await shared.to_files.wait(0)
            await in_thread(child.wait)
            assert (await seen.wait(ExitLearned)).exit == ExitStatus(signal=9)
            await seen.wait(LockSeen, lambda lock: lock.owners == ())


@pytest.mark.anyio
@needs_exit_status
async def test_an_end_that_is_reaped_at_once(home: Path, seen: Seen) -> None:
    """Where somebody reaps at once, the end is told together with how, and only once."""
    with lock_holder(lock_of(home)) as child:
        async with ground(home) as shared, running(DaemonSource(shared), emit=seen.emit):
            await seen.wait(DaemonSeen)
            await in_thread(lambda: terminate(child))
            assert (await seen.wait(DaemonEnded)).exit == ExitStatus(signal=15)
            await seen.wait(LockSeen, lambda lock: lock.owners == ())
            assert not seen.of(ExitLearned)


@pytest.mark.anyio
async def test_the_next_daemon_is_found(home: Path, seen: Seen) -> None:
    """After one daemon's end the next one is armed as soon as somebody says that files have changed."""
    async with ground(home) as shared, running(DaemonSource(shared), emit=seen.emit):
        for count in (1, 2):
            with lock_holder(lock_of(home)) as child:
                shared.to_daemon.poke()
                assert (await seen.wait(DaemonSeen, count=count)).identity == life(child.pid)
                await in_thread(partial(kill, child))
                await seen.wait(DaemonEnded, count=count)


@pytest.mark.anyio
async def test_a_stopped_process(home: Path, seen: Seen) -> None:
    """That the kernel shows it stopped is told within a lap, and again by a look, with the lock; then that it goes on."""
    with lock_holder(lock_of(home)) as child:
        async with ground(home) as shared:
            source = DaemonSource(shared)
            async with running(source, emit=seen.emit):
                await seen.wait(ProcessSeen)
                await shared.to_health.wait(0)
                child.send_signal(signal.SIGSTOP)
                await seen.wait(ProcessSeen, lambda process: process.state is ProcessState.STOPPED)
                assert not await shared.to_health.wait(0)
                locks = len(seen.of(LockSeen))
                source.ask(LOOK)
                await seen.wait(ProcessSeen, lambda process: process.state is ProcessState.STOPPED, count=2)
                assert len(seen.of(LockSeen)) == locks + 1
                child.send_signal(signal.SIGCONT)
                await seen.wait(ProcessSeen, lambda process: process.state is ProcessState.ALIVE, count=2)
                assert await shared.to_health.wait(1)


@pytest.mark.anyio
async def test_without_a_lock_the_peer_is_the_daemon(home: Path, seen: Seen) -> None:
    """Where nobody holds the lock, whoever answered on the socket is followed; not when it is dead."""
    with process() as child, process() as dead:
        async with ground(home) as shared:
            shared.peer = life(dead.pid)
            dead.kill()
            dead.wait()
            async with running(DaemonSource(shared), emit=seen.emit):
                await seen.wait(LockSeen)
                assert not seen.of(DaemonSeen)
                shared.peer = life(child.pid)
                shared.to_daemon.poke()
                assert (await seen.wait(DaemonSeen)).identity == life(child.pid)


@pytest.mark.anyio
async def test_the_lock_outweighs_the_peer(home: Path, seen: Seen) -> None:
    """When somebody takes the lock while another one is followed as the peer, the owner is followed, and the other's end is no news."""
    with process() as stranger:
        async with ground(home) as shared:
            shared.peer = life(stranger.pid)
            async with running(DaemonSource(shared), emit=seen.emit):
                await seen.wait(DaemonSeen)
                with lock_holder(lock_of(home)) as child:
                    shared.to_daemon.poke()
                    assert (await seen.wait(DaemonSeen, count=2)).identity == life(child.pid)
                    stranger.kill()
                    stranger.wait()
                    child.kill()
                    child.wait()
                    assert (await seen.wait(DaemonEnded)).identity.pid == child.pid
                    assert len(seen.of(DaemonEnded)) == 1


@pytest.mark.anyio
async def test_of_two_daemons_the_one_that_answers(home: Path, seen: Seen) -> None:
    """Of two owners (one of a deleted lock file) the one that answered is followed, else the younger one."""
    with lock_holder(lock_of(home)) as first:
        lock_of(home).unlink()
        with process("sleep", "0.02") as wait:
            wait.wait()

        with lock_holder(lock_of(home)) as second:
            async with ground(home) as shared, running(DaemonSource(shared), emit=seen.emit):
                lock = await seen.wait(LockSeen)
                assert set(lock.owners) == {life(first.pid), life(second.pid)}
                assert (await seen.wait(DaemonSeen)).identity == life(second.pid)
                shared.peer = life(first.pid)
                shared.to_daemon.poke()
                assert (await seen.wait(DaemonSeen, count=2)).identity == life(first.pid)


@pytest.mark.anyio
async def test_an_unknowable_lock(path: Path, seen: Seen) -> None:
    """Where the system does not tell who holds the lock, that is said instead of nobody."""
    await in_thread(lambda: path.symlink_to(path))
    async with ground(path) as shared, running(DaemonSource(shared), emit=seen.emit):
        lock = await seen.wait(LockSeen)
        assert (lock.owners, lock.knowable) == ((), False)


@pytest.mark.anyio
async def test_nothing_between_finding_and_arming_is_missed(home: Path, seen: Seen) -> None:
    """A daemon that ends while it is being told of is told as ended all the same, after it was told."""
    with lock_holder(lock_of(home)) as child:

        async def kill_when_told(observation: Observation) -> None:
            if isinstance(observation, DaemonSeen):
                await in_thread(lambda: kill(child))

            await seen.emit(observation)

        async with ground(home) as shared, running(DaemonSource(shared), emit=kill_when_told):
            await seen.wait(DaemonEnded)
            kinds = [type(one) for one in seen.all]
            assert kinds.index(DaemonSeen) < kinds.index(DaemonEnded)


@pytest.mark.anyio
async def test_a_hanging_disk_makes_the_lock_unknowable(home: Path, seen: Seen) -> None:
    """While the home's file system does not answer, nobody knows who holds the lock; the process is looked at all the same."""
    with process() as child:
        async with ground(home) as shared, hanging_disk(shared):
            shared.peer = life(child.pid)
            async with running(DaemonSource(shared, hanging=0.05), emit=seen.emit):
                assert not (await seen.wait(LockSeen)).knowable
                assert (await seen.wait(ProcessSeen)).identity == life(child.pid)
