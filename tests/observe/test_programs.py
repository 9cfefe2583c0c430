"""Which programs the daemon finds, told when asked."""

import os
from pathlib import Path

import anyio
import msgspec
import pytest

from coven_watchdog.model.incidents import LookRequest
from coven_watchdog.model.programs import ProgramsSeen
from coven_watchdog.model.words import Look
from coven_watchdog.observe.programs import ProgramsSource
from coven_watchdog.settings import Privacy
from coven_watchdog.simulated.control import SimulatedCoven
from observe.bench import SLOW, Seen, ground, hanging_disk, life, running

PROGRAMS = LookRequest("h", Look.PROGRAMS)


@pytest.mark.anyio
async def test_it_is_told_when_asked(coven: SimulatedCoven, seen: Seen) -> None:
    """The simulated daemon has codex and claude on its PATH; of the others it is said where they are, or not."""
    async with ground(coven.home) as shared:
        source = ProgramsSource(shared)
        shared.daemon, shared.used = life(coven.pid), frozenset({"copilot"})
        async with running(source, emit=seen.emit):
            source.ask(PROGRAMS)
            told = await seen.wait(ProgramsSeen)

    assert told.identity == life(coven.pid)
    assert {program.harness: program.found for program in told.programs} == {
        "codex": True,
        "claude": True,
        "coven-code": False,
        "copilot": False,
    }
    assert [program.harness for program in told.programs if program.used] == ["copilot"]


@pytest.mark.anyio
async def test_nothing_is_read_where_it_must_not_be(home: Path, seen: Seen) -> None:
    """Where environments may not be read, and of a daemon in a container, nothing is known; that is the answer."""
    closed = msgspec.structs.replace(SLOW, privacy=Privacy(read_environ=False))
    async with ground(home, closed) as shared:
        shared.daemon = life(os.getpid())
        source = ProgramsSource(shared)
        async with running(source, emit=seen.emit):
            source.ask(PROGRAMS)
            assert (await seen.wait(ProgramsSeen)).programs == ()

    async with ground(home) as shared:
        shared.daemon, shared.apart = life(os.getpid()), True
        source = ProgramsSource(shared)
        async with running(source, emit=seen.emit):
            source.ask(PROGRAMS)
            assert (await seen.wait(ProgramsSeen, count=2)).programs == ()


@pytest.mark.anyio
async def test_without_a_daemon_there_is_nothing_to_say(home: Path, seen: Seen) -> None:
    """The look is given up by whoever asked; the next one, with a daemon, is answered."""
    async with ground(home) as shared:
        source = ProgramsSource(shared)
        async with running(source, emit=seen.emit):
            source.ask(PROGRAMS)
            await anyio.wait_all_tasks_blocked()
            assert seen.all == []
            shared.daemon = life(os.getpid())
            source.ask(PROGRAMS)
            assert (await seen.wait(ProgramsSeen)).identity == life(os.getpid())


@pytest.mark.anyio
async def test_a_hanging_disk_is_given_up(home: Path, seen: Seen) -> None:
    """A directory on a dead network disk must not hold it for ever: nothing is known then."""
    async with ground(home) as shared:
        shared.daemon = life(os.getpid())
        source = ProgramsSource(shared, hanging=0.05)
        async with hanging_disk(shared), running(source, emit=seen.emit):
            source.ask(PROGRAMS)
            assert (await seen.wait(ProgramsSeen)).programs == ()
