"""The end of a process where the kernel gives no event."""

import anyio
import pytest

from coven_watchdog.model.facts import Identity
from coven_watchdog.model.words import ExitWatch
from coven_watchdog.observe.processes.poll import PollVigil
from observe.bench import in_thread, kill_unreaped, life, process


@pytest.mark.anyio
async def test_a_zombie_has_ended() -> None:
    """A process that ends while it is watched is noticed, also before anybody reaps it; how it ended is never known."""
    with process() as child:
        vigil = PollVigil(life(child.pid))
        async with anyio.create_task_group() as tg:
            tg.start_soon(in_thread, lambda: kill_unreaped(child))
            assert await vigil.ended() is None

        assert vigil.how is ExitWatch.POLL
        assert await vigil.learned() is None
        vigil.close()


@pytest.mark.anyio
async def test_it_waits_while_the_process_lives() -> None:
    """Nothing is told of a process that lives."""
    with process() as child:
        with anyio.move_on_after(0.05) as scope:
            await PollVigil(life(child.pid)).ended()

        assert scope.cancelled_caught


@pytest.mark.anyio
async def test_another_life_of_the_pid() -> None:
    """A pid that was given to another process since is the end of the one that had it."""
    with process() as child:
        assert await PollVigil(Identity(child.pid, life(child.pid).started - 1)).ended() is None
