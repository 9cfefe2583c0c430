"""Every command that is ever suggested, run on the real Coven: what it does to it is what is said of it, and no worse."""

import os
import shlex
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from coven_watchdog.catalogue import CATALOGUE
from coven_watchdog.catalogue.symptoms import SYMPTOMS
from coven_watchdog.coven.paths import HomePaths
from coven_watchdog.coven.trust import examine
from coven_watchdog.model.words import Effect
from rigs.coven import RealCoven
from rigs.family import alive
from waiting import until

OF_CATALOGUE = {(advice.run, advice.effect) for entry in CATALOGUE.values() for advice in entry.advice}
OF_SYMPTOMS = {(advice.run, advice.effect) for symptom in SYMPTOMS for advice in symptom.advice}
SPECIAL = {("kill -CONT {pid}", Effect.STARTS), ("{mend}", Effect.MENDS)}
"""What the advice for a case at hand adds to the catalogue's."""

WORST_FIRST = (Effect.ENDS_SESSIONS, Effect.DESTROYS_EVIDENCE, Effect.STARTS, Effect.MENDS, Effect.READS)
EVIDENCE = ("daemon.json", "coven.sock", "daemon-recovery.log", "coven.sqlite3")
DOWN = frozenset({"coven daemon start", "coven daemon serve", "rm {record}"})
"""What is suggested while no daemon runs."""
STAYS = frozenset({"coven daemon serve", "coven run {harness} --continue {id}"})
"""What goes on in its terminal."""


@dataclass(frozen=True)
class Scene:
    """What there is to lose: the daemon, a session that runs, how many there are, the evidence, the modes."""

    daemon: bool
    running: bool
    pids: frozenset[int]
    sessions: int
    evidence: frozenset[str]
    modes: tuple[int, ...]


@dataclass(frozen=True)
class Stage:
    """A home with a session that failed, and one that runs while its daemon does."""

    coven: RealCoven
    failed: str
    pid: int
    harness: int

    def look(self, sessions: int | None = None) -> Scene:
        """The scene now; `sessions` is taken over where no daemon can be asked."""
        home, working = self.coven.home, _works(self.pid)
        with suppress(OSError, AssertionError):
            sessions = len(self.coven.api("GET", "/api/v1/sessions")[1])

        return Scene(
            daemon=working,
            running=alive(self.harness),
            pids=frozenset({self.coven.pid} if (home / "daemon.json").exists() else ()),
            sessions=sessions or 0,
            evidence=frozenset(name for name in EVIDENCE if os.path.lexists(home / name)),
            modes=tuple(path.stat().st_mode for path in (home, home / "daemon-recovery.log")),
        )


def _works(pid: int) -> bool:
    """It lives and is not stopped."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] not in {"T", "Z"}
    except FileNotFoundError:
        return False


@pytest.fixture
def stage(coven: RealCoven) -> Iterator[Stage]:
    """A daemon, a session that has failed, and one that runs."""
    coven.start()
    failed = coven.launch("fail=3")
    coven.wait_row(failed)
    coven.launch("sleep=300")
    yield Stage(coven, failed, coven.pid, coven.harness("sleep=300"))
    with suppress(OSError, ProcessLookupError):
        os.kill(coven.pid, signal.SIGKILL)


def _prepare(stage: Stage, run: str) -> None:
    """Bring about the trouble that the command is suggested for, where it would not work without."""
    if run in DOWN:
        stage.coven.kill()
        until(lambda: not alive(stage.harness))
    elif run.startswith("kill -CONT"):
        stage.coven.pause()
        until(lambda: not _works(stage.pid))
    elif run == "{mend}":
        stage.coven.home.chmod(0o777)


def _filled(stage: Stage, run: str) -> str:
    """The command with this stage's names, and our program as this test runs it."""
    home, mend = stage.coven.home, ""
    if run == "{mend}":
        (mend,) = [problem.remedy for problem in examine(HomePaths(home), os.geteuid()).problems]

    names = {
        "log": home / "daemon-recovery.log",
        "home": home,
        "record": home / "daemon.json",
        "pid": stage.pid,
        "peer": stage.pid,
        "mend": mend,
    }
    text = run.format(**names, id=stage.failed, short=stage.failed[:8], harness="codex")
    return text.replace("coven-watchdog", f"{shlex.quote(sys.executable)} -m coven_watchdog", 1)


def _run(stage: Stage, run: str) -> None:
    """Run it as a person would, and wait until it has done what it does."""
    coven = stage.coven
    before = coven.api("GET", "/api/v1/sessions")[1] if run not in DOWN and "-CONT" not in run else []
    env = coven.env | {
        "PATH": f"{coven.program.parent}:{coven.env['PATH']}",
        "COVEN_WATCHDOG_STATE_DIR": str(coven.base / "state"),
        "COVEN_WATCHDOG_CONFIG": str(coven.base / "config.toml"),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    pid = coven.reaper.start(["/bin/sh", "-c", _filled(stage, run)], env=env, cwd=coven.project, output=coven.base / "out")
    if run == "coven daemon serve":
        coven.health()
    elif run in STAYS:
        until(lambda: len(coven.api("GET", "/api/v1/sessions")[1]) > len(before))
    else:
        coven.reaper.wait(pid)


def _effect(before: Scene, after: Scene) -> Effect:
    """The worst that has happened."""
    happened = {
        Effect.ENDS_SESSIONS: before.running and not after.running,
        Effect.DESTROYS_EVIDENCE: bool(before.evidence - after.evidence),
        Effect.STARTS: after.pids != before.pids or after.sessions > before.sessions or (after.daemon and not before.daemon),
        Effect.MENDS: after.modes != before.modes,
        Effect.READS: True,
    }
    return next(effect for effect in WORST_FIRST if happened[effect])


@pytest.mark.parametrize(("run", "effect"), sorted(OF_CATALOGUE | OF_SYMPTOMS | SPECIAL), ids=str)
def test_a_command_does_what_is_said_of_it(stage: Stage, run: str, effect: Effect) -> None:
    """Run in the trouble that it is suggested for, with a session running where one can."""
    _prepare(stage, run)
    before = stage.look()
    _run(stage, run)
    if effect is Effect.ENDS_SESSIONS:
        until(lambda: not alive(stage.harness))

    assert _effect(before, stage.look(before.sessions)) is effect
