"""The end of a process as the Linux kernel tells it."""

import os
import signal
import subprocess
import sys

import anyio
import pytest

from coven_watchdog.model.facts import ExitStatus, Identity
from coven_watchdog.model.words import ExitWatch
from coven_watchdog.observe.processes.pidfd import exit_of, exit_status, open_vigil
from limits import no_descriptors
from observe.bench import in_thread, kill_unreaped, life, process

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="pidfds are Linux's")

_TELLS = tuple(int(part) for part in os.uname().release.split(".")[:2]) >= (6, 15)
needs_exit_status = pytest.mark.skipif(not _TELLS, reason="the kernel tells exit statuses from Linux 6.15 on")


@pytest.mark.anyio
@needs_exit_status
async def test_a_reaped_process_tells_its_signal() -> None:
    """A process that is killed and reaped is noticed with the signal that killed it."""
    with process() as child:
        vigil = open_vigil(life(child.pid))
        child.kill()
        child.wait()
        assert vigil.how is ExitWatch.PIDFD
        assert await vigil.ended() == ExitStatus(signal=9)
        vigil.close()


@pytest.mark.anyio
@needs_exit_status
async def test_a_zombie_has_ended_and_tells_later() -> None:
    """A process that nobody reaps has ended at once; how, is learned once it is reaped."""
    with process() as child:
        vigil = open_vigil(life(child.pid))
        kill_unreaped(child)
        assert await vigil.ended() is None
        async with anyio.create_task_group() as tg:
            tg.start_soon(in_thread, child.wait)
            assert await vigil.learned() == ExitStatus(signal=9)

        vigil.close()


@pytest.mark.anyio
@needs_exit_status
async def test_an_exit_code_is_told() -> None:
    """A process that exits tells its code."""
    with process(sys.executable, "-c", "import sys; sys.stdin.read(); sys.exit(4)") as child:
        vigil = open_vigil(life(child.pid))
        child.communicate()
        assert await vigil.ended() == ExitStatus(code=4)
        vigil.close()


@pytest.mark.anyio
async def test_it_waits_while_the_process_lives() -> None:
    """Nothing is told of a process that lives, and the kernel gives no exit status of it."""
    with process() as child:
        vigil = open_vigil(life(child.pid))
        with anyio.move_on_after(0.05) as scope:
            await vigil.ended()

        assert scope.cancelled_caught
        assert vigil._descriptor is not None
        assert exit_status(vigil._descriptor) is None
        vigil.close()
        vigil.close()


@pytest.mark.anyio
async def test_a_gone_process_has_ended() -> None:
    """Of a pid that nobody has, the end is immediate and the cause unknown."""
    with process() as child:
        gone = life(child.pid)

    vigil = open_vigil(gone)
    assert await vigil.ended() is None
    assert await vigil.learned() is None
    vigil.close()


@pytest.mark.anyio
async def test_another_life_of_the_pid_is_not_waited_for() -> None:
    """A pid that was given to another process since is the end of the one that had it."""
    with process() as child:
        vigil = open_vigil(Identity(child.pid, life(child.pid).started - 1))
        assert await vigil.ended() is None
        vigil.close()


def test_a_kernel_that_cannot_tell() -> None:
    """A descriptor that knows no such question gives no status."""
    descriptor = os.open(os.devnull, os.O_RDONLY)
    assert exit_status(descriptor) is None
    os.close(descriptor)


def test_refused_without_descriptors() -> None:
    """When descriptors have run out, the kernel refuses, and that is raised."""
    with process() as child:
        identity = life(child.pid)
        with no_descriptors(), pytest.raises(OSError, match="Too many open files"):
            open_vigil(identity)


@pytest.mark.parametrize(
    ("status", "exit_status"),
    [
        (0, ExitStatus(code=0)),
        (3 << 8, ExitStatus(code=3)),
        (signal.SIGKILL, ExitStatus(signal=9)),
        (signal.SIGSEGV | 0x80, ExitStatus(signal=11)),
    ],
)
def test_wait_statuses(status: int, exit_status: ExitStatus) -> None:
    """A wait status is a code or a signal; a core dump makes no difference."""
    assert exit_of(status) == exit_status


def test_descriptors_are_not_inherited() -> None:
    """A program that is started meanwhile does not get the descriptor."""
    with process() as child:
        vigil = open_vigil(life(child.pid))
        assert vigil._descriptor is not None
        code = f"import os; os.fstat({vigil._descriptor})"
        assert subprocess.run([sys.executable, "-c", code], close_fds=False, capture_output=True, check=False).returncode == 1
        vigil.close()
