"""Where everything stands, as text."""

import threading

import anyio
import pytest

from coven_watchdog.daemon.stacks import stacks, tasks

pytestmark = pytest.mark.anyio


async def wait_deeply(event: anyio.Event) -> None:
    """Wait one call further down."""
    await event.wait()


async def wait(event: anyio.Event) -> None:
    """Wait."""
    secret = "s3cr3t"  # noqa: F841 - what must not be shown
    await wait_deeply(event)


async def test_threads_and_tasks() -> None:
    """Every thread, the main one first, and every task with what it waits for; names of functions, no values; ended tasks are left out."""
    event, go_on = anyio.Event(), threading.Event()
    thread = threading.Thread(target=go_on.wait, name="beside")
    thread.start()
    async with anyio.create_task_group() as group:
        group.start_soon(wait, event, name="who waits")
        await anyio.wait_all_tasks_blocked()
        noted = tasks()
        lines = list(stacks(noted))
        held = [coroutine() for _, coroutine in noted]
        event.set()

    go_on.set()
    thread.join()
    text = "\n".join(lines)
    assert lines[0] == 'Thread "MainThread" (most recent call first):'
    assert 'Thread "beside"' in text
    start = lines.index('Task "who waits" (most recent call last):')
    inner = [line.rpartition(" in ")[2] for line in lines[start:] if __file__ in line][:2]
    assert inner == ["wait", "wait_deeply"]
    assert "s3cr3t" not in text
    assert held
    assert 'Task "who waits"' not in "\n".join(stacks(noted))
