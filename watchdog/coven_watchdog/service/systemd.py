"""The service under systemd's manager of this user: `systemctl --user`, `journalctl --user`, `loginctl`."""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from coven_watchdog import clock
from coven_watchdog.errors import WatchdogError
from coven_watchdog.model.time import SECOND
from coven_watchdog.model.words import Change, ManagerName
from coven_watchdog.service import files
from coven_watchdog.service.absence import no_systemd
from coven_watchdog.service.commands import PATIENCE, Ran, Run
from coven_watchdog.service.manager import Installation, Installed, ServiceState
from coven_watchdog.service.program import Program
from coven_watchdog.service.shown import condition, count, moment, trouble
from coven_watchdog.service.surroundings import Surroundings
from coven_watchdog.service.templates import UNIT, template
from coven_watchdog.service.unit import unit

NAME = "coven-watchdog.service"
_STARTS_WITHIN = 100.0
"""Seconds; the unit itself gives up after TimeoutStartSec=."""
_ENDS_WITHIN = 40.0
_ASKED = ("LoadState", "ActiveState", "SubState", "UnitFileState", "MainPID", "ActiveEnterTimestamp", "StatusText", "NRestarts")
_ASKED_ENDS = ("Result", "ExecMainCode", "ExecMainStatus", "FragmentPath")
_NEITHER = "not logged in or lingering"
_LINGERING_OFF = "it starts when you log in and ends with your last session; to have it always: loginctl enable-linger"
_LINGERING_UNKNOWN = "whether it outlives your session is not known: no login manager answers (loginctl)"


class Systemd:
    """`Manager` for systemd."""

    name = ManagerName.SYSTEMD

    def __init__(self, surroundings: Surroundings, program: Callable[[], Program], run: Run) -> None:
        self._surroundings = surroundings
        self._program = program
        self._run = run
        self._version = 0

    @property
    def path(self) -> Path:
        """The unit in the user's own folder for such, which is the one that `systemctl --user edit` uses."""
        given = self._surroundings.env.get("XDG_CONFIG_HOME", "")
        base = Path(given) if given.startswith("/") else self._surroundings.home / ".config"
        return base / "systemd" / "user" / NAME

    def reach(self) -> None:
        """Ask for its version."""
        answer = self._run(["systemctl", "--user", "show", "--property=Version"])
        found = re.match(r"Version=\D*(\d+)", answer.out)
        if answer.code or found is None:
            raise no_systemd(self._surroundings.env, answer.said, missing=answer.missing)

        self._version = int(found[1])

    def rendered(self) -> str:
        """The unit for this user and this systemd."""
        return unit(template(UNIT), (*self._program().words, "run"), self._surroundings.carried(), self._known_version())

    def _known_version(self) -> int:
        """systemd's; 0 when it does not answer: then the unit has only what all of them know."""
        if not self._version:
            found = re.match(r"systemd (\d+)", self._run(["systemctl", "--version"]).out)
            self._version = int(found[1]) if found else 0

        return self._version

    def installed(self) -> Installed | None:
        """What lies there."""
        text = files.read(self.path)
        if text is None:
            return None

        current = files.is_current(text, self.rendered)
        return Installed(self.path, files.is_ours(text), files.is_edited(text), current, self.drop_ins)

    @property
    def drop_ins(self) -> tuple[Path, ...]:
        """What lies in the folder that `systemctl --user edit` writes to; it outlives the unit."""
        folder = self.path.with_name(f"{NAME}.d")
        return tuple(sorted(folder.glob("*.conf"))) if folder.is_dir() else ()

    def install(self) -> Installation:
        """Write the unit, have systemd read it, and enable it."""
        self.reach()
        before, text = files.read(self.path), self.rendered()
        files.refuse_foreign(self.path, before)
        self._refuse_another()
        if before != text:
            files.write(self.path, text)

        self._ask("daemon-reload")
        self._enable(new=before is None)
        change = Change.INSTALLED if before is None else Change.UNCHANGED if before == text else Change.UPDATED
        return Installation(self.path, change, self._notes())

    def _enable(self, *, new: bool) -> None:
        """Have it started with the session; a file that systemd does not see is taken back.

        Raises:
            WatchdogError: systemd refuses.
        """
        try:
            self._ask("enable", NAME)
        except WatchdogError as error:
            if new:
                self.path.unlink(missing_ok=True)

            if self._surroundings.env.get("XDG_CONFIG_HOME"):
                error.next_step = (
                    "systemd may not know your XDG_CONFIG_HOME: try env -u XDG_CONFIG_HOME coven-watchdog service install"
                )

            raise

    def _refuse_another(self) -> None:
        """A unit of that name that stands elsewhere (a distribution's, the machine's) is somebody's decision."""
        standing = self._shown().get("FragmentPath", "")
        if standing and os.path.realpath(standing) != os.path.realpath(self.path):
            message = f"there is a unit of that name already: {standing}"
            raise WatchdogError(message, next_step=f"systemctl --user enable --now {NAME} starts that one")

    def _notes(self) -> tuple[str, ...]:
        """What lingering means here, and what adds to the unit."""
        lingering = self._lingering()
        about = {False: (_LINGERING_OFF,), None: (_LINGERING_UNKNOWN,), True: ()}[lingering]
        kept = tuple(f"kept: {path}" for path in self.drop_ins)
        depends = tuple(filter(None, (self._program().note,)))
        return (*about, *depends, *kept)

    def uninstall(self) -> bool:
        """Stop it, disable it, and remove the unit; drop-ins stay."""
        self.reach()
        text = files.read(self.path)
        files.refuse_foreign(self.path, None if text is None or files.is_ours(text) else text)
        if text is None:
            return False

        self._ask("disable", "--now", NAME, seconds=_ENDS_WITHIN)
        self.path.unlink(missing_ok=True)
        self._ask("daemon-reload")
        self._run(["systemctl", "--user", "reset-failed", NAME])
        return True

    def start(self) -> None:
        """Start it; systemd waits for READY=1. An exhausted start limit is forgiven: somebody wants it now."""
        self._started("start")

    def restart(self) -> None:
        """The same, stopping it first."""
        self._started("restart")

    def _started(self, verb: str) -> None:
        self._must_be_installed()
        self._run(["systemctl", "--user", "reset-failed", NAME])
        began = clock.now().wall // SECOND
        answer = self._run(["systemctl", "--user", verb, NAME], seconds=_STARTS_WITHIN)
        if answer.code:
            message = f"the service did not come up: {self._last_words(began) or answer.said or f'exit code {answer.code}'}"
            raise WatchdogError(message, next_step="coven-watchdog service logs")

    def _last_words(self, since: int) -> str:
        """The last error that it wrote since then (epoch seconds), where the journal can be read; "" when it wrote none."""
        wanted = (f"--user-unit={NAME}", f"--since=@{since}", "--output=cat", "--no-pager", "--quiet")
        written = self._run(["journalctl", "--user", *wanted]).out.splitlines()
        said = [line.removeprefix("error: ") for line in written if line.startswith("error: ")]
        return said[-1] if said else ""

    def stop(self) -> None:
        """Stop it."""
        self._must_be_installed()
        self._ask("stop", NAME, seconds=_ENDS_WITHIN)

    def _must_be_installed(self) -> None:
        self.reach()
        if self._shown().get("LoadState") == "not-found":
            message = "the service is not installed"
            raise WatchdogError(message, next_step="coven-watchdog service install")

    def state(self) -> ServiceState:
        """How it stands."""
        self.reach()
        facts = self._shown()
        pid = count(facts.get("MainPID")) or None
        return ServiceState(
            manager=self.name,
            condition=condition(facts),
            path=Path(facts.get("FragmentPath") or self.path),
            enabled=facts.get("UnitFileState") in {"enabled", "enabled-runtime"},
            pid=pid,
            since=moment(facts.get("ActiveEnterTimestamp", "")),
            says=facts.get("StatusText", "") if pid else "",
            restarts=count(facts.get("NRestarts")),
            trouble=trouble(facts),
            lingering=self._lingering(),
        )

    def _shown(self) -> Mapping[str, str]:
        """What systemd knows of the unit."""
        asked = ",".join((*_ASKED, *_ASKED_ENDS))
        answer = self._ask("show", NAME, f"--property={asked}")
        return dict(line.split("=", 1) for line in answer.out.splitlines() if "=" in line)

    def _lingering(self) -> bool | None:
        """Whether the user's services run without a session; None where no login manager answers.

        Of somebody who neither lingers nor is logged in (his manager was started by hand) systemd 252 says so in its refusal.
        """
        answer = self._run(["loginctl", "show-user", str(os.geteuid()), "--property=Linger"])
        if _NEITHER in answer.said:
            return False

        return {"Linger=yes": True, "Linger=no": False}.get(answer.out.strip())

    def logs(self, *, follow: bool, lines: int) -> int:
        """The unit's part of the journal."""
        words = ["journalctl", "--user", f"--user-unit={NAME}", f"--lines={lines}", "--no-pager"]
        answer = self._run([*words, *(["--follow"] if follow else [])], shown=True)
        if answer.missing:
            message = "there is no journalctl here"
            raise WatchdogError(message)

        return answer.code

    def _ask(self, *words: str, seconds: float = PATIENCE) -> Ran:
        """Have systemd do something.

        Raises:
            WatchdogError: it refuses, in its own words.
        """
        answer = self._run(["systemctl", "--user", *words], seconds=seconds)
        if answer.code:
            message = f"systemctl --user {' '.join(words[:2])}: {answer.said or f'exit code {answer.code}'}"
            raise WatchdogError(message)

        return answer
