"""Loops that stand still: what is done about each, and what is not taken for one."""

import logging
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import anyio
import pytest

from coven_watchdog.daemon.liveness import STANDS, Liveness
from coven_watchdog.daemon.notify import Notifier
from coven_watchdog.errors import StoodStillError
from coven_watchdog.model.time import MINUTE, SECOND, Instant
from rigs.manager import Manager

LAP = 5 * SECOND
SLOW, QUICK = "channel:slow", "quick"
SOURCE = "/home/a/.coven: sessions"


class Machine:
    """Loops that move or stand as they are told, and a clock. A source that is started again moves for a lap, if it can."""

    def __init__(self, *names: str) -> None:
        self.awake = 0
        self.seen = dict.fromkeys(names, 0)
        self.standing: set[str] = set()
        self.again: list[int] = []
        self.stuck = False

    def progress(self) -> Mapping[str, int]:
        """Those that do not stand are well."""
        self.seen |= {name: self.awake for name in self.seen if name not in self.standing}
        return dict(self.seen)

    def limit(self, loop: str) -> int:
        """A slow one may stand longer, a quick one hardly."""
        return {SLOW: 5 * MINUTE, QUICK: SECOND // 50}.get(loop, STANDS)

    def start_again(self, loop: str) -> bool:
        """Sources can be."""
        if loop != SOURCE:
            return False

        self.again.append(self.awake)
        if not self.stuck:
            self.seen[loop] = self.awake

        return True

    def now(self) -> Instant:
        """Its clock."""
        return Instant(0, self.awake)

    def watched(self, notifier: Notifier | None = None) -> Liveness:
        """The watcher of it."""
        return Liveness(self, notifier or Notifier({}), lambda: None, now=self.now)

    def pass_time(self, liveness: Liveness, span: int, lap: int = LAP) -> None:
        """Look every lap."""
        for _ in range(span // lap):
            self.awake += lap
            liveness.look(lap)


def test_loops_that_move() -> None:
    """Nothing happens to them, however long it goes on."""
    machine = Machine("engine", SOURCE)
    liveness = machine.watched()
    machine.pass_time(liveness, 60 * MINUTE)
    assert (liveness.standing, liveness.moving, machine.again) == ((), 2, [])


@pytest.mark.parametrize(("name", "lives", "dies"), [("engine", 2, 3), (SLOW, 5, 6)])
def test_a_loop_of_our_own(name: str, lives: int, dies: int) -> None:
    """One that stands for longer than it may ends the run."""
    machine = Machine("another", name)
    liveness = machine.watched()
    machine.standing.add(name)
    machine.pass_time(liveness, lives * MINUTE)
    assert liveness.standing == ()
    with pytest.raises(StoodStillError, match=f"^{name} has not moved for "):
        machine.pass_time(liveness, (dies - lives) * MINUTE)


@pytest.mark.anyio
async def test_stacks_before_the_end(capfd: pytest.CaptureFixture[str]) -> None:
    """Where everything stood is on standard error before the run ends."""
    machine = Machine(QUICK)
    machine.standing.add(QUICK)
    liveness = Liveness(machine, Notifier({}), lambda: None, lap=0.01)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(anyio.sleep_forever, name="a task beside")
        with anyio.fail_after(60), pytest.raises(StoodStillError):
            await liveness.run()

        tasks.cancel_scope.cancel()

    said = capfd.readouterr().err
    assert 'Thread "MainThread"' in said
    assert 'Task "a task beside"' in said


def test_one_that_moves_in_time() -> None:
    """What stood, and moves again before its time is over, stands from the beginning when it stands again."""
    machine = Machine("engine")
    liveness = machine.watched()
    for _ in range(5):
        machine.standing.add("engine")
        machine.pass_time(liveness, STANDS - LAP)
        machine.standing.clear()
        machine.pass_time(liveness, LAP)


def test_a_source_is_started_again(caplog: pytest.LogCaptureFixture) -> None:
    """A home may lie on a disk that hangs: its source is started again, each time later, and the run goes on for the others."""
    machine = Machine("engine", SOURCE)
    liveness = machine.watched()
    machine.standing.add(SOURCE)
    with caplog.at_level(logging.WARNING):
        machine.pass_time(liveness, 16 * 60 * MINUTE, lap=10 * SECOND)

    pauses = [(later - earlier) // MINUTE for earlier, later in zip(machine.again, machine.again[1:], strict=False)]
    assert pauses[:6] == [4, 8, 16, 32, 64, 64]
    assert caplog.messages[0] == f"{SOURCE} has not moved for 120 s: it is started again"

    machine.standing.clear()
    machine.pass_time(liveness, 20 * MINUTE)
    machine.standing.add(SOURCE)
    before = len(machine.again)
    machine.pass_time(liveness, 3 * MINUTE)
    assert len(machine.again) == before + 1


def test_a_source_that_cannot_be_started_again() -> None:
    """One that does not let go ends the run."""
    machine = Machine(SOURCE)
    liveness = machine.watched()
    machine.standing.add(SOURCE)
    machine.stuck = True
    machine.pass_time(liveness, STANDS + LAP)
    assert liveness.standing == (SOURCE,)
    with pytest.raises(StoodStillError):
        machine.pass_time(liveness, STANDS + LAP)


@pytest.mark.parametrize("hours", [1, 100])
def test_a_gap_is_one_lap(hours: int) -> None:
    """However long a machine or this process was stopped, all its loops are given the same time again as if it had not been."""
    machine = Machine("engine")
    liveness = machine.watched()
    machine.standing.add("engine")
    machine.pass_time(liveness, STANDS - 4 * LAP)
    machine.awake += hours * 60 * MINUTE
    liveness.look(hours * 60 * MINUTE)
    machine.standing.clear()
    machine.pass_time(liveness, MINUTE)
    assert liveness.standing == ()


def test_a_loop_that_is_gone() -> None:
    """A home or a channel that is not configured any more is nobody's."""
    machine = Machine("engine", SLOW)
    liveness = machine.watched()
    machine.standing.add(SLOW)
    machine.pass_time(liveness, 4 * MINUTE)
    del machine.seen[SLOW]
    machine.pass_time(liveness, 10 * MINUTE)
    assert liveness.moving == 1


def test_signs_of_life(tmp_path: Path) -> None:
    """Where systemd waits for signs it gets one with each look; else it gets none."""
    with Manager(tmp_path / "notify") as manager:
        machine = Machine("engine")
        notifier = Notifier(manager.env | {"WATCHDOG_USEC": str(30 * SECOND)})
        for count in range(1, 5):
            machine.pass_time(machine.watched(notifier), LAP)
            manager.wait("WATCHDOG", count)

        notifier.close()
        notifier = Notifier(manager.env)
        machine.pass_time(machine.watched(notifier), MINUTE)
        notifier.stopping()
        manager.wait("STOPPING")
        notifier.close()

    assert manager.count("WATCHDOG") == 4


PROGRAM = """
import sys, time
import anyio
from coven_watchdog.daemon.liveness import Liveness
from coven_watchdog.daemon.notify import Notifier

class Loops:
    def progress(self): return {"engine": time.monotonic_ns() // 1000}
    def limit(self, loop): return 10**12
    def start_again(self, loop): return False

async def wait_in_vain(): await anyio.sleep_forever()

async def main():
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(wait_in_vain, name="a task beside")
        liveness = Liveness(Loops(), Notifier({}), lambda: print("told", flush=True), prefix="<2>", lap=0.1, within=1)
        tasks.start_soon(liveness.run, name="liveness")
        await anyio.sleep(0.3)
        time.sleep(60)

anyio.run(main)
"""


def test_a_hanging_event_loop() -> None:
    """The process ends itself with 1: first where every thread and every task stood, each line with its priority, then the last words."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (1, "told\n")
    lines = done.stderr.splitlines()
    assert lines[:2] == ["<2>the event loop has not run for 0.5 s or more", '<2>Thread "MainThread" (most recent call first):']
    assert '<2>Task "a task beside" (most recent call last):' in lines
    assert any(line.endswith("in wait_in_vain") for line in lines)
    assert all(line.startswith("<2>") for line in lines)
