"""What the daemon's log tells, as it is written."""

from pathlib import Path

import pytest

from coven_watchdog.coven.logbook import entries
from coven_watchdog.model.incidents import LookRequest
from coven_watchdog.model.log import LogSeen
from coven_watchdog.model.time import SECOND, Instant
from coven_watchdog.model.words import Look, StartPhase
from coven_watchdog.observe.files import FilesSource
from coven_watchdog.observe.log import LogSource, tell
from coven_watchdog.simulated.control import SimulatedCoven
from observe.bench import Seen, ground, hanging_disk, running
from waiting import auntil

NOW = Instant(1_795_000_000 * SECOND, 5 * SECOND)
LOOK = LookRequest("h", Look.LOG)
SPAWNED = "startup_budget phase=before-spawn remaining_ms=4999"
OPENING = "startup_checkpoint phase=daemon-store-begin elapsed_ms=0"
OPENED = "startup_checkpoint phase=daemon-store-end elapsed_ms=9"
BOUND = "startup_checkpoint phase=status-publication-begin elapsed_ms=0"
SERVING = "daemon starting pid=7 socket=/h/coven.sock"
STUCK = "unix connection error: Resource temporarily unavailable (os error 11)"


def stamped(says: str, second: int = 0) -> str:
    """A line of the log."""
    return f"[2026-11-22T08:{second // 60:02}:{second % 60:02}.000000000Z] {says}"


def told(*lines: str) -> LogSeen:
    """What such lines tell."""
    return tell("h", NOW, entries(lines), None)


@pytest.mark.parametrize(
    ("says", "phase"),
    [
        ((SPAWNED,), StartPhase.LOCK),
        ((SPAWNED, OPENING), StartPhase.STORE),
        ((OPENING, SPAWNED), StartPhase.STORE),
        ((SPAWNED, OPENING, OPENED), StartPhase.BIND),
        ((OPENING, OPENED), StartPhase.BIND),
        ((SPAWNED, OPENING, OPENED, BOUND), StartPhase.SERVING),
        ((SERVING,), StartPhase.SERVING),
        ((SPAWNED, OPENING, OPENED, BOUND, SERVING, SPAWNED), StartPhase.LOCK),
    ],
)
def test_how_far_a_start_came(says: tuple[str, ...], phase: StartPhase) -> None:
    """By the last thing that its log tells; older versions write one line only."""
    start = told(*map(stamped, says)).start
    assert start is not None
    assert start.phase is phase


def test_when_a_start_was_tried() -> None:
    """From its first line to its last, by the log's own time; and what it did last."""
    start = told(stamped(SPAWNED, 1), stamped(OPENING, 2), stamped("startup_budget phase=after-spawn remaining_ms=1", 3)).start
    assert start is not None
    assert (start.last - start.at, start.step) == (2 * SECOND, "daemon-store-begin")
    assert told("no stamp", "daemon starting pid=7 socket=/h").start is None
    assert told(stamped("something else")).start is None


def test_requests_that_clients_did_not_finish() -> None:
    """Those of the last two minutes of them are counted."""
    seen = told(
        stamped(STUCK, 0), stamped(STUCK, 200), stamped(STUCK, 210), stamped("unix connection error: missing HTTP method", 211)
    )
    assert seen.unfinished == 2
    assert told().unfinished_at is None


@pytest.mark.anyio
async def test_a_log_as_it_is_written(home: Path, seen: Seen) -> None:
    """What is new is told when it changes anything; a look is answered in any case."""
    async with ground(home) as shared, running(LogSource(shared), FilesSource(shared), emit=seen.emit):
        log = shared.paths.log
        log.write_text(f"{stamped(SPAWNED)}\n", encoding="utf-8")
        assert (await seen.wait(LogSeen, lambda one: one.start is not None)).panic is None
        with log.open("a", encoding="utf-8") as file:
            file.write(f"{stamped('daemon panic: oh', 5)}\n  at a.rs:7\n")

        panic = await seen.wait(LogSeen, lambda one: one.panic is not None)
        assert panic.start is not None
        assert (panic.panic, panic.panic_says) == (panic.start.at + 5 * SECOND, "oh")


@pytest.mark.anyio
async def test_a_look(home: Path, seen: Seen) -> None:
    """Asked, it tells also what it has told before; a poke without news tells nothing."""
    async with ground(home) as shared:
        source = LogSource(shared)
        async with running(source, emit=seen.emit):
            for count in (1, 2):
                source.ask(LOOK)
                assert (await seen.wait(LogSeen, count=count)).start is None

            shared.to_log.poke()
            await auntil(lambda: not shared.to_log._event.is_set())
            source.ask(LOOK)
            await seen.wait(LogSeen, count=3)


@pytest.mark.anyio
async def test_a_log_that_may_not_be_read(home: Path, seen: Seen) -> None:
    """It tells nothing; that is no fault of ours."""
    (home / "loop").symlink_to(home / "loop")
    async with ground(home / "loop") as shared:
        source = LogSource(shared)
        async with running(source, emit=seen.emit):
            source.ask(LOOK)
            assert (await seen.wait(LogSeen)).start is None


@pytest.mark.anyio
async def test_a_disk_that_hangs(home: Path, seen: Seen) -> None:
    """The reading is given up; the fence starts the source anew."""
    async with ground(home) as shared, hanging_disk(shared):
        source = LogSource(shared, hanging=0.05)
        source.ask(LOOK)
        with pytest.raises(TimeoutError):
            await source.run(seen.emit)


@pytest.mark.anyio
async def test_the_start_of_a_daemon(coven: SimulatedCoven, seen: Seen) -> None:
    """A daemon that came up is told as one that serves."""
    async with ground(coven.home) as shared, running(LogSource(shared), FilesSource(shared), emit=seen.emit):
        start = (await seen.wait(LogSeen)).start
        assert start is not None
        assert (start.phase, start.pid) == (StartPhase.SERVING, coven.pid)
