"""What single things cost: a probe, a full walk over 10,000 rows, a start, a command. Rows 12 to 15."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from os import geteuid

import anyio
import httpx

from bench.idle import copy_rows
from bench.setting import Row, Setting, now, setting, spread
from coven_watchdog import __version__
from coven_watchdog.coven.ceiling import Ceiling
from coven_watchdog.coven.client import CovenClient
from coven_watchdog.coven.paths import HomePaths
from coven_watchdog.model.time import HOUR, Instant
from rigs.program import watch
from waiting import until

_TICK = 0.001


class _Hours:
    """A clock that leaps, so that the ceiling lets every request of a benchmark through."""

    def __init__(self) -> None:
        self.at = 0

    def __call__(self) -> Instant:
        self.at += HOUR
        return Instant(self.at, self.at)


def probes(samples: int) -> Iterator[Row]:
    """Row 12: the client's CPU for one health probe."""
    with setting() as here:
        here.coven.start()
        ours = anyio.run(_probe_cpu, here, samples)
        naive = _naive_probe_cpu(here, samples)

    yield Row("12", "CPU per health probe", f"{ours / 1e6:.2f} ms", "≤ 2 ms", f"naive {naive / 1e6:.1f} ms")


def walks(samples: int) -> Iterator[Row]:
    """Row 13, first half: how long the event loop stands still during a full walk over 10,000 rows."""
    with setting() as here:
        here.coven.start()
        here.coven.wait_row(here.coven.launch("hello"))
        here.coven.stop()
        copy_rows(here.coven.home / "coven.sqlite3", 10_000)
        here.coven.start()
        stalls = [stall for _ in range(samples) for stall in anyio.run(_walk_stalls, here)]

    yield Row("13", "loop stall a page of 1,000 rows", spread(stalls), "≤ 10 ms")


def starts(samples: int) -> Iterator[Row]:
    """Row 14: from exec to "watching": files and daemon have been looked at, and their ends are waited for."""
    with setting() as here:
        here.coven.start()
        took = [_start(here) for _ in range(samples)]

    yield Row("14", "start → first look done, armed", spread(took), "≤ 500 ms")


def commands(samples: int) -> Iterator[Row]:
    """Row 15: what a person waits for."""
    budgets = {"--help": "150", "status": "350", "check": "450"}
    with setting() as here:
        here.coven.start()
        with here.program() as program:
            for command, budget in budgets.items():
                took = [_timed(lambda word=command: program.cli(word)) for _ in range(samples)]
                yield Row(
                    "15", f"coven-watchdog {command}", spread(took), f"p50 ≤ {budget} ms", f"python -c '' {_bare(samples)}"
                )


def _client(here: Setting) -> CovenClient:
    return CovenClient(HomePaths(here.coven.home), uid=geteuid(), ceiling=Ceiling(_Hours()), version=__version__)


async def _probe_cpu(here: Setting, samples: int) -> float:
    async with _client(here) as client:
        await client.health(5)
        before = time.process_time_ns()
        for _ in range(samples):
            await client.health(5)

        return (time.process_time_ns() - before) / samples


def _naive_probe_cpu(here: Setting, samples: int) -> float:
    before = time.process_time_ns()
    for _ in range(samples):
        with httpx.Client(
            transport=httpx.HTTPTransport(uds=str(here.coven.home / "coven.sock")), base_url="http://coven"
        ) as client:
            client.get("/api/v1/health").json()

    return (time.process_time_ns() - before) / samples


async def _walk_stalls(here: Setting) -> list[int]:
    """For each page, the longest gap (µs) between two ticks of a bystander, beyond the tick itself."""
    gaps = [0]
    stalls: list[int] = []

    async def bystand() -> None:
        last = time.perf_counter_ns()
        while True:
            await anyio.sleep(_TICK)
            this = time.perf_counter_ns()
            gaps.append((this - last) // 1000 - round(_TICK * 1e6))
            last = this

    async with _client(here) as client, anyio.create_task_group() as tasks:
        await client.health(5)
        tasks.start_soon(bystand, name="bystander")
        cursor: str | None = None
        while True:
            gaps.clear()
            cursor = (await client.page(1000, cursor, 8)).value.next_cursor
            await anyio.sleep(2 * _TICK)
            stalls.append(max(gaps))
            if cursor is None:
                break

        tasks.cancel_scope.cancel()

    return stalls


def _start(here: Setting) -> int:
    with closing(watch(here.coven, here.inbox)) as program:
        shutil.rmtree(program.state, ignore_errors=True)
        program.log.unlink(missing_ok=True)
        at = now()
        program.start(armed=False)
        until(lambda: "watching" in program.said)
        return now() - at


def _timed(action: object) -> int:
    at = time.perf_counter_ns()
    assert callable(action)
    action()
    return (time.perf_counter_ns() - at) // 1000


def _bare(samples: int) -> str:
    return spread([_timed(lambda: subprocess.run([sys.executable, "-c", ""], check=True)) for _ in range(samples)])
