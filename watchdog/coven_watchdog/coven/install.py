"""An environment and a daemon come in; which `coven` is installed, how, and which one runs, go out. Blocking."""

import hashlib
import os
import re
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from coven_watchdog.coven import processes
from coven_watchdog.decide.text import said

_PATIENCE = 3.0
_LARGEST = 512 * 1024 * 1024
_BLOCK = 1024 * 1024
_SHOWN = 200
_DELETED = " (deleted)"
_VERSION = re.compile(r"v?(\d+\.\d+\.\d+[\w.+-]{0,40})")
_METHODS = (
    ("npm", ("/node_modules/",)),
    ("brew", ("/Cellar/", "/homebrew/", "/linuxbrew/")),
    ("cargo", ("/.cargo/bin/",)),
    ("source", ("/target/release/", "/target/debug/")),
)


@dataclass(frozen=True, slots=True)
class Binary:
    """A file: where, its size and SHA-256 ("" when it cannot be read), and how it seems to have been installed, by its path."""

    path: str
    size: int | None
    sha256: str
    method: str


@dataclass(frozen=True, slots=True)
class Installed:
    """What is there.

    Attributes:
        on_path: what the shell of whoever asks finds; None: nothing of that name.
        cli_version: what that says of itself, or why it does not.
        running: the file that the daemon's process runs; None without a daemon, or where the system does not say.
        replaced: it was replaced underneath the running daemon.
    """

    on_path: Binary | None
    cli_version: str
    running: Binary | None
    replaced: bool


def installed(env: Mapping[str, str], daemon: int | None) -> Installed:
    """Look. `daemon`: the pid of the one that runs."""
    found = shutil.which("coven", path=env.get("PATH"))
    runs = processes.executable(daemon) if daemon is not None else ""
    replaced = runs.endswith(_DELETED)
    image = f"/proc/{daemon}/exe" if replaced else runs
    return Installed(
        on_path=_binary(os.path.realpath(found), os.path.realpath(found)) if found else None,
        cli_version=version(found, env) if found else "",
        running=_binary(runs.removesuffix(_DELETED), image) if runs else None,
        replaced=replaced,
    )


def version(program: str, env: Mapping[str, str]) -> str:
    """What `coven --version` says; it leaves no trace in the home (seen on 0.4.6), and gets a stand-in for one all the same."""
    done = stand_in(program, ("--version",), env)
    match = _VERSION.search(done)
    return match[1] if match else done


def stand_in(program: str, arguments: tuple[str, ...], env: Mapping[str, str], patience: float = _PATIENCE) -> str:
    """What a command of Coven's prints on an empty home of its own, which is removed; or why it prints nothing.

    Of our environment, which may hold a channel's URL, it gets what a program needs to be found and to know its user.
    """
    with tempfile.TemporaryDirectory(prefix="cw.", ignore_cleanup_errors=True) as home:
        kept = {name: env[name] for name in ("PATH", "HOME", "LANG", "USER") if name in env}
        try:
            return _run([program, *arguments], kept | {"COVEN_HOME": home}, home, patience)
        except OSError as error:
            return f"cannot be run: {os.strerror(error.errno or 0)}"


def _run(command: list[str], env: Mapping[str, str], where: str, patience: float) -> str:
    """Its standard output; when it takes too long, it and all that it started are ended."""
    with subprocess.Popen(  # noqa: S603 - `coven` of the user's own PATH
        command,
        env=dict(env),
        cwd=where,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as program:
        try:
            out, _ = program.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            os.killpg(program.pid, signal.SIGKILL)
            return f"did not answer within {patience:g} s"

    return out[:_BLOCK].decode("utf-8", "replace")


def _binary(path: str, image: str) -> Binary:
    """`image`: where its bytes can be read, even when the file is gone."""
    try:
        found = Path(image).stat()
        digest = _sha256(image) if stat.S_ISREG(found.st_mode) and found.st_size <= _LARGEST else ""
    except OSError:
        return Binary(said(path, _SHOWN), None, "", _method(path))

    return Binary(said(path, _SHOWN), found.st_size, digest, _method(path))


def _sha256(path: str) -> str:
    digest = hashlib.sha256()
    with Path(path).open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)

    return digest.hexdigest()


def _method(path: str) -> str:
    return next((name for name, parts in _METHODS if any(part in path for part in parts)), "unknown")
