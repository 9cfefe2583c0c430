"""A throw-away user of this machine, with a home of his own; what an earlier run left of such users is removed first. Needs root."""

import fcntl
import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from rigs.coven import Done
from waiting import until

STATE = Path("/run/coven-watchdog-tests")
_PREFIX = "cw-user-"
_PATIENCE = 60


class Somebody:
    """An account. `env` is what his login gives a program."""

    def __init__(self, name: str) -> None:
        entry = pwd.getpwnam(name)
        self.name, self.uid, self.gid = name, entry.pw_uid, entry.pw_gid
        self.home = Path(entry.pw_dir)
        self.runtime = Path(f"/run/user/{self.uid}")
        self.env = {
            "HOME": str(self.home),
            "USER": name,
            "LOGNAME": name,
            "SHELL": "/bin/bash",
            "LANG": "C.UTF-8",
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "XDG_RUNTIME_DIR": str(self.runtime),
        }

    def __call__(self, *command: str | Path, text: str = "", env: Mapping[str, str] | None = None) -> Done:
        """Run a command as he does, from his home, to its end.

        Args:
            command: program and arguments.
            text: what stands on its standard input.
            env: variables on top of those of his login; one that is "" is left out.
        """
        variables = {name: value for name, value in (self.env | dict(env or {})).items() if value}
        done = subprocess.run(
            command,
            input=text,
            env=variables,
            cwd=self.home,
            user=self.uid,
            group=self.gid,
            extra_groups=[],
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def spawn(self, *command: str | Path, env: Mapping[str, str] | None = None) -> "subprocess.Popen[str]":
        """Start a program as he does; its standard output can be read."""
        silent = subprocess.DEVNULL
        return subprocess.Popen(
            command,
            env=self.env | dict(env or {}),
            cwd=self.home,
            user=self.uid,
            group=self.gid,
            extra_groups=[],
            stdin=silent,
            stdout=subprocess.PIPE,
            stderr=silent,
            text=True,
            start_new_session=True,
        )

    def give(self, *paths: Path) -> None:
        """Make him the owner of these and of everything below."""
        subprocess.run(("chown", "--recursive", "--no-dereference", f"{self.uid}:{self.gid}", *paths), check=True)

    def processes(self) -> list[int]:
        """Everything that runs as him."""
        found = []
        for entry in Path("/proc").iterdir():
            with suppress(OSError):
                if entry.name.isdecimal() and entry.stat().st_uid == self.uid and _alive(entry):
                    found.append(int(entry.name))

        return found


@contextmanager
def somebody() -> Iterator[Somebody]:
    """A new user; afterwards he, his processes and his home are gone."""
    STATE.mkdir(exist_ok=True)
    _sweep()
    name = f"{_PREFIX}{os.getpid()}"
    with (STATE / name).open("w") as mine:
        fcntl.flock(mine, fcntl.LOCK_EX)
        subprocess.run(("useradd", "--create-home", "--shell", "/bin/bash", name), check=True, capture_output=True)
        try:
            yield Somebody(name)
        finally:
            _remove(name)

    (STATE / name).unlink()


def _sweep() -> None:
    """Remove the users of runs that are over: their lock is free."""
    for path in STATE.glob(f"{_PREFIX}*"):
        with path.open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue

            with suppress(KeyError):
                _remove(path.name)

            path.unlink()


def _remove(name: str) -> None:
    """End what is left of him, and forget him."""
    gone = Somebody(name)

    def ended() -> bool:
        left = gone.processes()
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

        return not left

    until(ended)
    subprocess.run(("userdel", "--remove", name), check=True, capture_output=True)
    shutil.rmtree(gone.runtime, ignore_errors=True)


def _alive(process: Path) -> bool:
    return (process / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0] != "Z"
