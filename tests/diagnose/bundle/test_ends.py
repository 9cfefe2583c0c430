"""How the daemon ended, as far as anybody can know."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from coven_watchdog.coven.excerpt import Excerpt
from coven_watchdog.coven.logbook import entries, last_start
from coven_watchdog.diagnose.bundle.ends import ending
from coven_watchdog.diagnose.bundle.facts import Collected
from coven_watchdog.model.facts import Asked, ExitStatus, Scene
from coven_watchdog.model.incidents import Facts
from coven_watchdog.model.looks import DaemonLook
from coven_watchdog.model.words import DaemonState, Outcome, Route
from diagnose.bundle.bench import case, piece, sample
from diagnose.cases import HOME, NOW, down, having, well
from store.builders import incident

STARTED = (
    "[2026-11-22T07:57:01Z] startup_budget phase=before-spawn remaining_ms=1",
    "[2026-11-22T07:57:01Z] startup_checkpoint phase=daemon-store-begin elapsed_ms=0",
)
SERVES = "[2026-11-22T07:57:02Z] daemon starting pid=7 socket=/h/coven.sock"
PANIC = "[2026-11-22T07:57:03Z] daemon panic: at `x`"


def told(base: Path, *, log: tuple[str, ...] | None = None, samples: tuple[object, ...] = (), **changes: Any) -> str:  # noqa: ANN401 - any field
    """The section."""
    excerpt = None if log is None else Excerpt(log, last_start(entries(log)))
    pieces = {"requests.jsonl": piece("", data=samples), "daemon-recovery.log": piece("", data=excerpt)}
    return "\n".join(ending(Collected(case(base, **changes), pieces)))


def crashed(**facts: Any) -> Any:  # noqa: ANN401 - any field
    """A crash of now."""
    return incident("k7fq", fact_at=NOW.wall, facts=Facts(home=HOME, **facts))


def gone(state: DaemonState) -> Any:  # noqa: ANN401 - a case
    """A home whose daemon is in that state."""
    return having(down(), {"daemon": DaemonLook(state)})


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"incident": crashed(exit=ExitStatus(signal=9), exit_source="kernel")}, "ended by signal 9, says the kernel"),
        ({"incident": crashed(exit=ExitStatus(code=101))}, "ended with exit code 101"),
        ({"home_case": well()}, "did not end: pid"),
        ({"home_case": gone(DaemonState.CRASHED)}, "not knowable here: nobody watched it"),
        ({"home_case": gone(DaemonState.CRASHED), "incident": crashed()}, "not told by the kernel"),
        ({"home_case": gone(DaemonState.STOPPED)}, "stopped cleanly, or not started"),
        ({"home_case": gone(DaemonState.UNKNOWN)}, "Not known: unknown"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_its_end(tmp_path: Path, changes: dict[str, Any], says: str) -> None:
    """Signal or code where the kernel told; else why it is not known."""
    assert says in told(tmp_path, **changes)


def test_what_the_kernel_wrote(tmp_path: Path) -> None:
    """Of the scene first: the ring buffer forgets."""
    scene = Scene(taken_at=1, kernel="Out of memory: Killed process 7")
    assert "Kernel log: Out of memory: Killed process 7" in told(tmp_path, incident=replace(crashed(), scene=scene))


def test_health_before_and_after(tmp_path: Path) -> None:
    """The last good answer, the first failed one, the first good one again, and now."""
    minute = sample("h", 60, (-9, Outcome.OK), (-2, Outcome.OK), (1, Outcome.REFUSED), (5, Outcome.OK), (9, Outcome.OK))
    says = told(tmp_path, samples=(minute,), incident=crashed())
    assert "Last good health before the fault: 2026-05-28T20:26:38.000Z by pid 7 in 25 ms" in says
    assert "first failed: 2026-05-28T20:26:41.000Z refused; first good after: 2026-05-28T20:26:45.000Z by pid 7" in says


def test_health_without_records(tmp_path: Path) -> None:
    """What is not recorded is said to be so; the incident may remember the last sign; without a fault only now counts."""
    assert "before the fault: not recorded" in told(tmp_path, incident=crashed())
    assert "first good after: now; now: answered" in told(tmp_path, incident=crashed())
    assert "before the fault: 1970-01-01T00:00:01.000Z" in told(tmp_path, incident=crashed(last_seen=1_000_000))
    late = Asked(HOME, NOW, Route.HEALTH, Outcome.TIMED_OUT, 500_000, "no complete answer")
    assert "Health now: timed out (no complete answer) in 500 ms" in told(tmp_path, home_case=having(well(), health=late))
    assert "Health now: not asked" in told(tmp_path, home_case=having(well(), health=None))
    assert "none yet" in told(tmp_path, home_case=having(well(), health=late), incident=crashed())


def test_the_last_start(tmp_path: Path) -> None:
    """How far it came, what failed since, a panic."""
    assert "did not come up, last phase daemon-store-begin; no word that its store opened" in told(tmp_path, log=STARTED)
    assert "came up as pid 7" in told(tmp_path, log=(*STARTED, SERVES))
    panicked = told(tmp_path, log=(*STARTED, SERVES, PANIC, "backtrace"))
    assert "has a panic" in panicked
    assert "Failures in the log since then: 1" in panicked
    assert "daemon panic: at 'x'" in panicked
    assert "the log tells of none" in told(tmp_path, log=("x",))
    assert "the log was not read" in told(tmp_path)
    assert "last phase not logged by this version" in told(tmp_path, log=(SERVES,))
