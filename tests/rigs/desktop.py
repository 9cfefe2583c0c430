"""A real desktop without a screen: Xvfb, a private session bus and the dunst notification daemon, each started and ended by us.

What dunst shows is read back through a script that it runs for every notification: its own history has no urgency, and only
holds what was closed. Nothing can be started by name on this bus, so "no notification daemon" can be tested too.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from rigs.absent import absent
from rigs.somebody import Somebody
from waiting import until

_PROGRAMS = {"Xvfb": "xvfb", "dunst": "dunst", "dbus-daemon": "dbus-daemon", "dbus-send": "dbus-bin"}
_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={path}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>
"""
_DUNST = """[global]
width = (300, 600)
origin = top-right
offset = 20x20
font = DejaVu Sans 11
format = "<b>%s</b>\\n%b"
markup = {markup}
always_run_script = true
[log]
summary = "*"
script = {script}
"""
_SCRIPT = """#!{python} -SE
import json, os
line = json.dumps({{name[6:].lower(): value for name, value in os.environ.items() if name.startswith("DUNST_")}})
os.write(os.open({seen!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), line.encode() + b"\\n")
"""


class DesktopRig:
    """One desktop. `environ` is what a program on it has in its environment.

    Args:
        base: a folder of its own.
        python: what reads back.
        user: whose desktop it is; he has a session bus. Default: ours, with a bus of its own.
    """

    def __init__(self, base: Path, python: str | Path = sys.executable, user: Somebody | None = None) -> None:
        self._base = base
        self._python = python
        self._user = user
        self._seen = base / "seen.jsonl"
        self._script = base / "on-notify"
        self._processes: list[subprocess.Popen[bytes]] = []
        self._daemon: subprocess.Popen[bytes] | None = None
        self.display = ""
        own = {"XDG_RUNTIME_DIR": str(base), "DBUS_SESSION_BUS_ADDRESS": f"unix:path={base}/bus"}
        self.environ = own if user is None else user.env

    def up(self) -> None:
        """Start the screen and the bus; no notification daemon yet."""
        self._script.write_text(_SCRIPT.format(python=self._python, seen=str(self._seen)), encoding="utf-8")
        self._script.chmod(0o755)
        self.display = f":{self._screen()}"
        if self._user is None:
            self._bus()

    def _bus(self) -> None:
        config = self._base / "bus.conf"
        config.write_text(_BUS.format(path=self._base / "bus"), encoding="utf-8")
        self._processes.append(self._spawn("dbus-daemon", "--nofork", "--nopidfile", f"--config-file={config}"))
        until((self._base / "bus").exists)

    def start_daemon(self, markup: str = "full") -> None:
        """Start dunst, in place of one that runs. `markup`: full, or no for a daemon without that capability."""
        self.stop_daemon()
        config = self._base / "dunstrc"
        config.write_text(_DUNST.format(markup=markup, script=self._script), encoding="utf-8")
        if self._user is not None:
            self._user.give(self._base)

        self._daemon = self._spawn("dunst", "-conf", str(config))
        until(self._answers)

    def stop_daemon(self) -> None:
        """End dunst, if it runs."""
        if self._daemon is not None:
            _end(self._daemon)
            self._daemon = None

    def shown(self, count: int = 1) -> list[dict[str, str]]:
        """What was shown (summary, body, urgency, id, timeout, app_name, …), oldest first, once there are this many."""
        until(lambda: len(self._lines()) >= count)
        # The script runs once for each, side by side: its lines may change places, dunst's own time does not.
        return sorted((json.loads(line) for line in self._lines()), key=lambda one: int(one["timestamp"]))

    def clear(self) -> None:
        """Forget what was shown."""
        self._seen.unlink(missing_ok=True)

    def down(self) -> None:
        """End everything."""
        self.stop_daemon()
        for process in reversed(self._processes):
            _end(process)

    def _lines(self) -> list[str]:
        return self._seen.read_text(encoding="utf-8").splitlines() if self._seen.exists() else []

    def _screen(self) -> str:
        """Xvfb picks a free number itself and writes it when it is ready."""
        read, write = os.pipe()
        self._processes.append(
            self._spawn("Xvfb", "-displayfd", str(write), "-screen", "0", "1280x800x24", "-nolisten", "tcp", keep=(write,))
        )
        os.close(write)
        with os.fdopen(read) as answer:
            return answer.readline().strip()

    def _spawn(self, *command: str, keep: tuple[int, ...] = ()) -> subprocess.Popen[bytes]:
        environ = os.environ | self.environ | {"DISPLAY": self.display, "XDG_CONFIG_HOME": str(self._base), "NO_AT_BRIDGE": "1"}
        return subprocess.Popen(
            command,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=keep,
            **self._identity(),
        )

    def _identity(self) -> dict[str, Any]:
        return {} if self._user is None else {"user": self._user.uid, "group": self._user.gid, "extra_groups": []}

    def _answers(self) -> bool:
        name = "org.freedesktop.Notifications"
        question = ("--print-reply", f"--dest={name}", "/org/freedesktop/Notifications", f"{name}.GetServerInformation")
        asked = subprocess.run(
            ("dbus-send", "--session", *question),
            check=False,
            capture_output=True,
            env=os.environ | self.environ,
            **self._identity(),
        )
        return asked.returncode == 0


@contextmanager
def desktop_rig(python: str | Path = sys.executable, user: Somebody | None = None) -> Iterator[DesktopRig]:
    """A desktop with dunst running; as `DesktopRig` has it."""
    missing = [package for program, package in _PROGRAMS.items() if shutil.which(program) is None]
    if missing:
        absent(f"no desktop can be made without {', '.join(missing)}", f"apt-get install {' '.join(missing)}")

    base = Path(tempfile.mkdtemp(prefix="cw.", dir="/tmp"))  # short: a Unix socket's path has at most 107 bytes
    rig = DesktopRig(base, python, user)
    try:
        rig.up()
        rig.start_daemon()
        yield rig
    finally:
        rig.down()
        shutil.rmtree(base, ignore_errors=True)


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        process.terminate()

    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
