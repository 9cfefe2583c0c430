"""What the benchmarks share: a Coven, a program and an inbox for one round; figures of processes; rows of the table."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from rigs import install_coven
from rigs.coven import RealCoven
from rigs.inbox import Inbox, Letter
from rigs.program import Program, watch
from waiting import until

CONTROLS = Path(__file__).parent / "controls"
HOOKS = Path(__file__).parent / "hooks"
_LOADED = 35 * 1024 * 1024


@dataclass(frozen=True)
class Row:
    """One line of the table. Texts as printed."""

    number: str
    what: str
    got: str
    budget: str
    controls: str = "–"


@dataclass
class Setting:
    """One Coven with one inbox."""

    coven: RealCoven
    inbox: Inbox

    @contextmanager
    def program(self, config: str = "", *, warm: bool = False, **env: str) -> Iterator[Program]:
        """A program on a state directory of its own, armed; with its courier loaded when `warm`."""
        config = f"[delivery]\npreload = true\n{config}" if warm else config
        with closing(watch(self.coven, self.inbox, config, **env)) as program:
            shutil.rmtree(program.state, ignore_errors=True)
            program.start()
            if warm:
                until(lambda: any(_at_rest(child) for child in children(program.pid)))

            yield program

    @contextmanager
    def control(self, name: str, *arguments: str) -> Iterator[int]:
        """A control program, armed; its pid."""
        command = [sys.executable, str(CONTROLS / f"{name}.py"), *arguments]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "armed\n"
            try:
                yield process.pid
            finally:
                process.kill()


@contextmanager
def setting() -> Iterator[Setting]:
    """A Coven that is not started yet, and an empty inbox."""
    with ExitStack() as stack:
        coven = stack.enter_context(closing(RealCoven(install_coven.install())))
        inbox = stack.enter_context(closing(Inbox()))
        yield Setting(coven, inbox)


def now() -> int:
    """Wall µs."""
    return time.time_ns() // 1000


def rest(seconds: float) -> None:
    """Let a measuring window pass."""
    time.sleep(seconds)


def arrival(inbox: Inbox, fact: Callable[[Letter], bool], seconds: float = 60) -> Letter:
    """The first letter of which the fact holds."""
    inbox.until(lambda letters: any(fact(letter) for letter in letters), seconds)
    return next(letter for letter in inbox.letters if fact(letter))


def spread(samples: Sequence[int]) -> str:
    """`p50 / max` of some µs, in the unit that suits."""
    middle, worst = median(samples), max(samples)
    if worst >= 2_000_000:
        return f"{middle / 1e6:.2f} / {worst / 1e6:.2f} s"

    return f"{middle / 1e3:.1f} / {worst / 1e3:.1f} ms"


def children(pid: int) -> list[int]:
    """Its child processes."""
    return [int(child) for task in _tasks(pid) for child in (task / "children").read_text(encoding="ascii").split()]


def resident(pid: int) -> int:
    """Bytes of memory in use."""
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * 4096


def _at_rest(pid: int) -> bool:
    """A courier that has loaded Apprise and waits for its first parcel."""
    before = cpu(pid)
    rest(0.5)
    return resident(pid) > _LOADED and cpu(pid) == before


def cpu(pid: int) -> int:
    """Nanoseconds of CPU used so far by its present threads."""
    return sum(int((task / "schedstat").read_text(encoding="ascii").split()[0]) for task in _tasks(pid))


def wakes(pid: int) -> int:
    """How often its present threads have waited for something."""
    lines = [line for task in _tasks(pid) for line in (task / "status").read_text(encoding="ascii").splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith("voluntary_ctxt_switches"))


def _tasks(pid: int) -> list[Path]:
    return list(Path(f"/proc/{pid}/task").iterdir())
