"""The program as somebody has it at home: installed from its wheel, a service of his systemd, on his Coven, told on his desktop and elsewhere."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from rigs.coven_of import CovenOf
from rigs.desktop import DesktopRig, desktop_rig
from rigs.inbox import Inbox
from rigs.installed import Installed
from rigs.systemd_user import UserSystemd, user_systemd
from waiting import until

UNIT = "coven-watchdog.service"
_PATIENCE = 30
_SAYING = (("service", "logs"), ("notify", "log", "--json"))
_HANG = """import signal, time

def hang(*_):
    while True:
        time.sleep(3600)

signal.signal(signal.SIGUSR1, hang)
"""


class AtHome:
    """One user with all of it. Nothing of ours is set up yet."""

    def __init__(self, manager: UserSystemd, app: Installed, coven: CovenOf, desktop: DesktopRig, inbox: Inbox) -> None:
        self.manager, self.app, self.coven, self.desktop, self.inbox = manager, app, coven, desktop, inbox
        self.user = manager.user
        self.config = self.user.home / ".config" / "coven-watchdog" / "config.toml"
        self.state = self.user.home / ".local" / "state" / "coven-watchdog"
        self.unit = manager.units / UNIT

    def show(self) -> dict[str, str]:
        """What systemd knows of the service."""
        return self.manager.show(UNIT)

    @property
    def pid(self) -> int:
        """The service's process, 0 when there is none."""
        return int(self.show()["MainPID"])

    def back(self, after: int) -> dict[str, str]:
        """What systemd knows once the service is up again, as another process."""

        def up() -> dict[str, str] | None:
            known = self.show()
            return known if known["ActiveState"] == "active" and int(known["MainPID"]) not in (0, after) else None

        return until(up, _PATIENCE)

    def hang(self) -> int:
        """Stop the service's event loop for good, from outside of its own code; gives the process that hangs."""
        pid = self.pid
        os.kill(pid, signal.SIGUSR1)
        return pid

    def lines(self, *options: str) -> list[dict[str, Any]]:
        """The service's journal, with the fields of each line."""
        return [json.loads(line) for line in self.manager.journal(UNIT, "--output", "json", *options).splitlines()]

    def said(self) -> str:
        """The service's journal as text."""
        return self.manager.journal(UNIT, "--output", "cat")

    def json(self, *arguments: str) -> dict[str, Any]:
        """Run a command with `--json`; its document."""
        done = self.app(*arguments, "--json")
        assert done.out, done
        return dict(json.loads(done.out))

    def exposure(self, left_out: tuple[str, ...]) -> float:
        """The grade of `systemd-analyze security`, 0 to 10; what begins with these words is left out."""
        command = ("systemd-analyze", "--no-pager", "security", "--offline=true")
        grades = json.loads(self.user(*command, "--json=short", self.unit).out)
        policy = {one["json_field"]: {"weight": 0} for one in grades if one["json_field"].startswith(left_out)}
        self.write(self.user.home / "policy.json", json.dumps(policy))
        said = self.user(*command, "--security-policy=policy.json", self.unit).out
        return float(said.rpartition("exposure level for")[2].split()[1])

    def everything(self, *, but: Path) -> str:
        """All that can be read of the service: processes with arguments and environments, journal, what commands say, and his files."""
        texts = [self.said(), *self.show().values(), self.manager.systemctl("status", UNIT).out]
        texts += [self.app(*command).out for command in _SAYING]
        for pid in self.user.processes():
            texts += [_read(Path(f"/proc/{pid}/{name}")) for name in ("cmdline", "environ")]

        for folder in (self.user.home / ".config", self.user.home / ".local"):
            texts += [_read(path) for path in folder.rglob("*") if path.is_file() and path != but]

        return "\0".join(texts)

    def write(self, path: Path, text: str) -> None:
        """Replace a file of his, readable by him alone."""
        new = path.with_suffix(".new")
        new.write_text(text, encoding="utf-8")
        new.chmod(0o600)
        self.user.give(new)
        new.rename(path)

    @contextmanager
    def instead(self, path: Path, text: str) -> Iterator[None]:
        """While the file has that text."""
        before = path.read_text(encoding="utf-8")
        self.write(path, text)
        try:
            yield
        finally:
            self.write(path, before)


@contextmanager
def at_home(coven_program: Path) -> Iterator[AtHome]:
    """For as long as it takes; the environment's interpreter can be made to hang."""
    with ExitStack() as stack:
        manager = stack.enter_context(user_systemd())
        app = Installed(manager.user)
        app.file("hang_on_demand.py").write_text(_HANG, encoding="utf-8")
        app.file("hang_on_demand.pth").write_text("import hang_on_demand\n", encoding="utf-8")
        python = app.place / "bin" / "python"
        coven = stack.enter_context(closing(CovenOf(manager.user, coven_program, python)))
        desktop = stack.enter_context(desktop_rig(python, manager.user))
        manager.user.env["COVEN_HOME"] = str(coven.home)
        yield AtHome(manager, app, coven, desktop, stack.enter_context(closing(Inbox())))


def _read(path: Path) -> str:
    """Its text; nothing when it is gone."""
    with suppress(OSError):
        return path.read_bytes().decode(errors="replace")

    return ""
