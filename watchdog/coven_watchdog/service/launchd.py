"""The service under launchd, as an agent of this user's desktop session: `launchctl`. Written from its manual; not run on a Mac."""

import os
import re
import time
from collections.abc import Callable
from pathlib import Path

from coven_watchdog.errors import NoManagerError, WatchdogError
from coven_watchdog.model.words import Change, ManagerName, ServiceCondition
from coven_watchdog.service import files
from coven_watchdog.service.agent import ERRORS, LABEL, LOG, agent, logs_folder
from coven_watchdog.service.commands import Ran, Run
from coven_watchdog.service.manager import Installation, Installed, ServiceState
from coven_watchdog.service.program import Program
from coven_watchdog.service.surroundings import Surroundings
from coven_watchdog.service.templates import AGENT, template

_FACT = re.compile(r"^\t([a-z ]+) = (.+)$", re.MULTILINE)
"""One indent: the job itself, not what it lists."""
_PATIENCE = 15.0
_PAUSE = 0.1


class Launchd:
    """`Manager` for launchd."""

    name = ManagerName.LAUNCHD

    def __init__(
        self, surroundings: Surroundings, program: Callable[[], Program], run: Run, patience: float = _PATIENCE
    ) -> None:
        self._surroundings = surroundings
        self._program = program
        self._run = run
        self._patience = patience
        self._domain = f"gui/{os.geteuid()}"
        self._job = f"{self._domain}/{LABEL}"

    @property
    def path(self) -> Path:
        """The property list among the user's agents."""
        return self._surroundings.home / "Library" / "LaunchAgents" / f"{LABEL}.plist"

    @property
    def drop_ins(self) -> tuple[Path, ...]:
        """There is no such thing."""
        return ()

    def reach(self) -> None:
        """Ask for the desktop session."""
        answer = self._run(["launchctl", "print", self._domain])
        if answer.missing:
            message = "no service manager answers: there is no launchctl"
            raise NoManagerError(message, next_step="start `coven-watchdog run` by what starts programs here")

        if answer.code:
            message = (
                "no service manager answers: you have no desktop session on this Mac (ssh without a login at its screen, sudo)"
            )
            raise NoManagerError(message, next_step="log in at its screen, then call it again as that user, without sudo")

    def rendered(self) -> str:
        """The property list for this user."""
        words = (*self._program().words, "run")
        return agent(template(AGENT), words, self._surroundings.carried(), self._surroundings.home)

    def installed(self) -> Installed | None:
        """What lies there. launchd has no drop-ins."""
        text = files.read(self.path)
        if text is None:
            return None

        return Installed(self.path, files.is_ours(text), files.is_edited(text), files.is_current(text, self.rendered))

    def install(self) -> Installation:
        """Write the property list, which launchd reads at each login, and make the folder of the log, which launchd does not."""
        self.reach()
        before, text = files.read(self.path), self.rendered()
        files.refuse_foreign(self.path, before)
        files.make_folder(logs_folder(self._surroundings.home))
        if before != text:
            files.write(self.path, text)

        self._ask("enable", self._job)
        change = Change.INSTALLED if before is None else Change.UNCHANGED if before == text else Change.UPDATED
        return Installation(self.path, change, tuple(filter(None, (self._program().note,))))

    def uninstall(self) -> bool:
        """Stop it and remove the property list; its logs stay."""
        self.reach()
        text = files.read(self.path)
        files.refuse_foreign(self.path, None if text is None or files.is_ours(text) else text)
        if text is None:
            return False

        self._unload()
        self.path.unlink(missing_ok=True)
        return True

    def start(self) -> None:
        """Load it, which starts it; start it when it is loaded and stands."""
        self._must_be_installed()
        if self._shown() is None:
            self._ask("bootstrap", self._domain, str(self.path))
        else:
            self._ask("kickstart", self._job)

        self._wait(lambda: self.state().condition is ServiceCondition.RUNNING, "the service did not come up")

    def stop(self) -> None:
        """Unload it until the next login: a job that is only killed may be started again."""
        self._must_be_installed()
        self._unload()

    def restart(self) -> None:
        """Unload it and load it, which reads its file anew."""
        self.stop()
        self.start()

    def _unload(self) -> None:
        """Its answer comes before the job is gone, and a job that is not gone cannot be loaded."""
        if self._shown() is not None:
            self._run(["launchctl", "bootout", self._job])
            self._wait(lambda: self._shown() is None, "the service did not end")

    def _must_be_installed(self) -> None:
        self.reach()
        if files.read(self.path) is None:
            message = "the service is not installed"
            raise WatchdogError(message, next_step="coven-watchdog service install")

    def state(self) -> ServiceState:
        """How it stands."""
        self.reach()
        facts = self._shown()
        exists = files.read(self.path) is not None
        return ServiceState(
            manager=self.name,
            condition=_condition(facts, exists=exists),
            path=self.path,
            enabled=exists and not self._disabled(),
            pid=int(facts["pid"]) if facts and facts.get("pid", "").isdigit() else None,
            restarts=max(0, int(facts["runs"]) - 1) if facts and facts.get("runs", "").isdigit() else None,
            trouble=_trouble(facts or {}),
        )

    def _shown(self) -> dict[str, str] | None:
        """What launchd knows of the job; None when it is not loaded."""
        answer = self._run(["launchctl", "print", self._job])
        return None if answer.code else {key.strip(): value for key, value in _FACT.findall(answer.out)}

    def _disabled(self) -> bool:
        """Whether somebody had it not load."""
        answer = self._run(["launchctl", "print-disabled", self._domain])
        return re.search(rf'"{re.escape(LABEL)}" => (disabled|true)', answer.out) is not None

    def logs(self, *, follow: bool, lines: int) -> int:
        """Its log file, and what came up beside it."""
        folder = logs_folder(self._surroundings.home)
        found = [str(path) for path in (folder / ERRORS, folder / LOG) if path.exists()]
        if not found:
            message = "there is no log yet"
            raise WatchdogError(message, where=str(folder), next_step="coven-watchdog service start")

        return self._run(["tail", "-n", str(lines), *(["-F"] if follow else []), *found], shown=True).code

    def _wait(self, true: Callable[[], bool], otherwise: str) -> None:
        """Until it is so, 15 s at most by default.

        Raises:
            WatchdogError: it is not.
        """
        for _ in range(round(self._patience / _PAUSE)):
            if true():
                return

            time.sleep(_PAUSE)

        raise WatchdogError(otherwise, next_step="coven-watchdog service logs")

    def _ask(self, *words: str) -> Ran:
        """Have launchd do something.

        Raises:
            WatchdogError: it refuses, in its own words.
        """
        answer = self._run(["launchctl", *words])
        if answer.code:
            message = f"launchctl {words[0]}: {answer.said or f'exit code {answer.code}'}"
            raise WatchdogError(message)

        return answer


def _condition(facts: dict[str, str] | None, *, exists: bool) -> ServiceCondition:
    """How the job stands: by launchd's word, and by whether its file is there."""
    if facts is None:
        return ServiceCondition.STOPPED if exists else ServiceCondition.NOT_INSTALLED

    state = facts.get("state", "")
    if state == "running":
        return ServiceCondition.RUNNING

    if state in {"spawn scheduled", "spawning"}:
        return ServiceCondition.WAITING

    return ServiceCondition.FAILED if _trouble(facts) else ServiceCondition.STOPPED


def _trouble(facts: dict[str, str]) -> str:
    """How it ended last, when that was no clean stop."""
    signal = facts.get("last terminating signal", "")
    code = facts.get("last exit code", "0").partition(":")[0]
    if signal:
        return f"signal {signal}"

    return f"exit-code {code}" if code.isdigit() and code != "0" else ""
