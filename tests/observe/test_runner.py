"""The fence around sources."""

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import anyio
import pytest

from coven_watchdog.model.facts import Observation, SourceFailed, SourceWorks
from coven_watchdog.model.incidents import LookRequest
from coven_watchdog.model.time import MINUTE, Instant
from coven_watchdog.model.words import Look
from coven_watchdog.observe.runner import guard
from coven_watchdog.observe.shared import Shared
from coven_watchdog.observe.source import Emit
from observe.bench import Seen, ground
from waiting import auntil


class Source:
    """Does at each start what the next of its acts says; after the last, nothing for ever."""

    name: ClassVar[str] = "acting"
    looks: ClassVar[frozenset[Look]] = frozenset()

    def __init__(self, shared: Shared, *acts: Callable[["Source"], None]) -> None:
        self.shared = shared
        self.acts = list(acts)
        self.starts = 0

    def ask(self, request: LookRequest) -> None:
        """No looks."""

    async def run(self, emit: Emit) -> None:
        """Act, then wait."""
        self.starts += 1
        self.emit = emit
        if self.acts:
            act = self.acts.pop(0)
            act(self)
            return

        await anyio.sleep_forever()


def fail(_: Source) -> None:
    """Raise with a secret in it."""
    message = "two\nlines with token=sk-abcdefghijklmnopqrstuvwxyz"
    raise OSError(message)


def fail_in_a_group(source: Source) -> None:
    """Raise as a task group does."""
    message = "unhandled errors"
    try:
        fail(source)
    except OSError as error:
        raise ExceptionGroup(message, [ExceptionGroup(message, [error])]) from error


def end(_: Source) -> None:
    """Return."""


@pytest.mark.anyio
@pytest.mark.parametrize("act", [fail, fail_in_a_group])
async def test_a_source_that_raises_is_told_and_started_again(path: Path, seen: Seen, act: Callable[[Source], None]) -> None:
    """What a source raises becomes one redacted line, and the source is started again."""
    async with ground(path) as shared, anyio.create_task_group() as tg:
        source = Source(shared, act)
        tg.start_soon(guard, source, seen.emit, shared, lambda: 0.0)
        failed = await seen.wait(SourceFailed)
        assert (failed.source, failed.failures, failed.home) == ("acting", 1, str(path))
        assert failed.error.startswith("OSError: two lines")
        assert "sk-abc" not in failed.error
        await auntil(lambda: source.starts == 2)
        tg.cancel_scope.cancel()


@pytest.mark.anyio
async def test_a_source_that_ends_has_failed(path: Path, seen: Seen) -> None:
    """No source may end."""
    async with ground(path) as shared, anyio.create_task_group() as tg:
        tg.start_soon(guard, Source(shared, end), seen.emit, shared, lambda: 0.0)
        assert "ended" in (await seen.wait(SourceFailed)).error
        tg.cancel_scope.cancel()


@pytest.mark.anyio
async def test_works_again_after_a_lap(path: Path, seen: Seen) -> None:
    """After a failure the first lap is told, once; without a failure nothing is."""
    async with ground(path) as shared, anyio.create_task_group() as tg:
        source = Source(shared, fail)
        tg.start_soon(guard, source, seen.emit, shared, lambda: 0.0)
        await auntil(lambda: source.starts == 2)
        assert not seen.of(SourceWorks)
        shared.lap("acting")
        shared.lap("acting")
        assert (await seen.wait(SourceWorks)).note == ""
        await anyio.wait_all_tasks_blocked()
        assert len(seen.of(SourceWorks)) == 1
        tg.cancel_scope.cancel()


@pytest.mark.anyio
async def test_the_all_clear_repeats_a_fallback(path: Path, seen: Seen) -> None:
    """A source that works again, but with a fallback, is told with it."""
    async with ground(path) as shared, anyio.create_task_group() as tg:
        source = Source(shared, fail)
        tg.start_soon(guard, source, seen.emit, shared, lambda: 0.0)
        await auntil(lambda: source.starts == 2)
        await source.emit(SourceWorks(str(path), Instant(0, 0), "acting", "polling"))
        shared.lap("acting")
        assert (await seen.wait(SourceWorks, count=2)).note == "polling"
        tg.cancel_scope.cancel()


@pytest.mark.anyio
async def test_failures_are_counted_until_a_steady_minute(path: Path, seen: Seen) -> None:
    """Failures in a row are counted; a run of more than a minute begins the count anew."""
    awake = 0

    def last_for_an_hour(source: Source) -> None:
        nonlocal awake
        awake += 60 * MINUTE
        fail(source)

    async with ground(path, now=lambda: Instant(0, awake)) as shared, anyio.create_task_group() as tg:
        source = Source(shared, fail, fail, last_for_an_hour, fail)
        tg.start_soon(guard, source, seen.emit, shared, lambda: 0.0)
        await seen.wait(SourceFailed, count=4)
        assert [failed.failures for failed in seen.of(SourceFailed)] == [1, 2, 1, 2]
        tg.cancel_scope.cancel()


@pytest.mark.anyio
async def test_one_that_stands_still_is_started_again(path: Path, seen: Seen) -> None:
    """Whoever sees that a source does not move ends its attempt: that is a failure like others."""
    async with ground(path) as shared, anyio.create_task_group() as tg:
        source = Source(shared)
        tg.start_soon(guard, source, seen.emit, shared, lambda: 0.0)
        await auntil(lambda: source.starts == 1)
        shared.attempts["acting"].cancel()
        assert "had not moved" in (await seen.wait(SourceFailed)).error
        await auntil(lambda: source.starts == 2)
        tg.cancel_scope.cancel()


@pytest.mark.anyio
async def test_one_source_does_not_stop_another(path: Path, seen: Seen) -> None:
    """A source beside a failing one goes on."""
    async with ground(path) as shared, anyio.create_task_group() as tg:
        steady = Source(shared)
        tg.start_soon(guard, Source(shared, fail, fail), seen.emit, shared, lambda: 0.0)
        tg.start_soon(guard, steady, seen.emit, shared, lambda: 0.0)
        await seen.wait(SourceFailed, count=2)
        assert steady.starts == 1
        tg.cancel_scope.cancel()


@pytest.mark.anyio
async def test_a_consumer_that_is_gone_ends_the_fence(path: Path) -> None:
    """What `emit` raises is not swallowed: there is nobody left to tell."""

    async def refuse(_: Observation) -> None:
        raise anyio.ClosedResourceError

    async with ground(path) as shared:
        with pytest.raises(anyio.ClosedResourceError):
            await guard(Source(shared, fail), refuse, shared, lambda: 0.0)
