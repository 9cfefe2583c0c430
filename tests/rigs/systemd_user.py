"""A real `systemd --user` with a journal and a session bus, for a throw-away user; the machine's first process need not be systemd.

Where it is not, root starts the user's manager in a control group that belongs to him, as systemd itself does it. There is no logind
then: nobody logs in, and lingering cannot be asked for.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from rigs.absent import absent
from rigs.coven import Done
from rigs.journald import PROGRAM, journald, sync
from rigs.shared import shared
from rigs.somebody import STATE, Somebody, somebody
from waiting import until

_MANAGER = Path("/lib/systemd/systemd")
_FIRST = Path("/proc/1/comm")
_PROGRAMS = {
    "systemctl": "systemd",
    "systemd-analyze": "systemd",
    "setpriv": "util-linux",
    "useradd": "passwd",
}
_WHERE = "/usr/sbin:/usr/bin:/sbin:/bin"
_FILES = {PROGRAM: "systemd", Path("/usr/lib/systemd/user/dbus.socket"): "dbus-user-session"}
_OURS = STATE / "booted"
_HIERARCHIES = ("systemd", "unified", ".")
_BOOTED = ("system", "unit-root", "incoming", "propagate")  # what a first process makes, and what units and programs look for


class UserSystemd:
    """His manager. `user` runs commands as he does; his session bus is at `bus`."""

    def __init__(self, user: Somebody) -> None:
        self.user = user
        self.bus = user.runtime / "bus"
        self.units = user.home / ".config" / "systemd" / "user"
        user.env["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={self.bus}"

    def systemctl(self, *arguments: str) -> Done:
        """`systemctl --user …`."""
        return self.user("systemctl", "--user", "--no-pager", *arguments)

    def show(self, unit: str) -> dict[str, str]:
        """Everything that the manager knows of a unit."""
        lines = self.systemctl("show", unit).out.splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)

    def journal(self, unit: str, *options: str) -> str:
        """`journalctl --user -u UNIT`, with everything that was said so far."""
        sync()
        return self.user("journalctl", "--user", "--no-pager", "--unit", unit, *options).out

    def drop_in(self, unit: str, name: str, **service: Any) -> None:  # noqa: ANN401 - whatever a unit's key takes
        """Keys of `[Service]` that stand above those of the unit's file."""
        folder = self.units / f"{unit}.d"
        folder.mkdir(parents=True, exist_ok=True)
        lines = [f"{key}={value}" for key, value in service.items()]
        (folder / f"{name}.conf").write_text("\n".join(["[Service]", *lines, ""]), encoding="utf-8")
        self.user.give(self.user.home / ".config")
        self.systemctl("daemon-reload")


@contextmanager
def user_systemd() -> Iterator[UserSystemd]:
    """A manager that answers, of a user who did not exist before."""
    _possible()
    with ExitStack() as stack:
        stack.enter_context(_booted())
        user = stack.enter_context(somebody())
        stack.enter_context(journald(STATE))
        stack.enter_context(_started(user) if _FIRST.read_text(encoding="utf-8").strip() == "systemd" else _manager(user))
        manager = UserSystemd(user)
        until(lambda: manager.systemctl("is-system-running").out.strip() in {"running", "degraded"}, 30)
        try:
            yield manager
        finally:
            manager.systemctl("exit")


def _possible() -> None:
    """End here where it cannot be had."""
    missing = {package for program, package in _PROGRAMS.items() if shutil.which(program, path=_WHERE) is None}
    missing |= {package for file, package in _FILES.items() if not file.exists()}
    if missing:
        absent(f"no systemd of a user without {', '.join(sorted(missing))}", f"apt-get install {' '.join(sorted(missing))}")

    if os.geteuid() != 0:
        absent("a user manager for a throw-away user needs root", "sudo, that is: run these tests as root")

    if not _hierarchies():
        absent("systemd needs control groups that can be written", "a privileged container or a machine")


@contextmanager
def _booted() -> Iterator[None]:
    """Say that systemd is here, on a machine whose first process is another."""
    folders = [Path("/run/systemd") / name for name in _BOOTED]

    def begin() -> None:
        if not folders[0].exists():
            _OURS.touch()

        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)

    def end() -> None:
        if _OURS.exists():
            for folder in folders:
                shutil.rmtree(folder)

            _OURS.unlink()

    STATE.mkdir(exist_ok=True)
    with shared(_OURS, begin, end):
        yield


@contextmanager
def _started(user: Somebody) -> Iterator[None]:
    """The machine's systemd starts his."""
    unit = f"user@{user.uid}.service"
    subprocess.run(("systemctl", "start", unit), check=True)
    try:
        yield
    finally:
        subprocess.run(("systemctl", "stop", unit), check=True)


@contextmanager
def _manager(user: Somebody) -> Iterator[None]:
    """His systemd runs in a control group that he may divide."""
    groups = [_group(root, user) for root in _hierarchies()]
    user.runtime.parent.mkdir(mode=0o755, exist_ok=True)
    user.runtime.mkdir(mode=0o700)
    user.give(user.runtime)
    enter = " ".join(f"echo $$ >{group}/cgroup.procs;" for group in groups)
    identity = f"--reuid={user.uid} --regid={user.gid} --init-groups --inh-caps=-all"
    command = f"{enter} exec setpriv {identity} {_MANAGER} --user --log-target=journal"
    silent = subprocess.DEVNULL
    with subprocess.Popen(
        ("sh", "-c", command), env=user.env, cwd=user.home, stdin=silent, stdout=silent, stderr=silent, start_new_session=True
    ) as process:
        try:
            yield
        finally:
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)

            process.kill()

    for group in groups:
        _forget(group)


def _hierarchies() -> list[Path]:
    """Where systemd keeps its units: the old hierarchy of its own, the new one beside it, or the new one alone."""
    roots = [Path("/sys/fs/cgroup") / name for name in _HIERARCHIES]
    return [root for root in roots if os.access(root / "cgroup.procs", os.W_OK)]


def _group(root: Path, user: Somebody) -> Path:
    group = root / "user.slice" / f"user-{user.uid}.slice" / f"user@{user.uid}.service"
    group.mkdir(parents=True, exist_ok=True)
    for path in (group, *(group / name for name in ("cgroup.procs", "tasks", "cgroup.subtree_control", "cgroup.threads"))):
        with suppress(FileNotFoundError):
            os.chown(path, user.uid, user.gid)

    return group


def _forget(group: Path) -> None:
    """Remove the group, those in it, and the ones above it that are empty then."""
    for folder, _, _ in os.walk(group, topdown=False):
        with suppress(OSError):
            Path(folder).rmdir()

    for above in group.parents[:2]:
        with suppress(OSError):
            above.rmdir()
