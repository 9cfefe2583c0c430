"""A daemon and its home come in; the executables of its harnesses go out, and whether its process finds them.

Coven starts a harness from the PATH that the daemon's process was started with, and from nowhere else; a relative part of it
counts from the session's directory (seen on 0.4.6). Blocking.
"""

import os
import re
import stat
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

import msgspec

from coven_watchdog.coven import processes
from coven_watchdog.coven.opening import names_in, open_untouched
from coven_watchdog.model.facts import Identity
from coven_watchdog.model.programs import Program

BUILT_IN = ("codex", "claude", "coven-code", "copilot")
"""Harnesses that every Coven has; the id is the executable (seen on 0.4.6)."""
_MANAGED = "coven-code"
_USUAL = (
    *("/usr/local/bin", "/opt/homebrew/bin", "/home/linuxbrew/.linuxbrew/bin", "/snap/bin"),
    *("~/.local/bin", "~/bin", "~/.npm-global/bin", "~/.bun/bin", "~/.volta/bin", "~/.cargo/bin", "~/.asdf/shims"),
    *("~/.local/share/mise/shims", "~/.local/share/pnpm", "~/.claude/local", "~/.yarn/bin", "~/.deno/bin"),
)
_VERSIONS = "~/.nvm/versions/node"
_MANIFESTS_AT_MOST, _VERSIONS_AT_MOST, _PARTS_AT_MOST = 64, 64, 256
_BYTES_AT_MOST = 256 * 1024
_ID = re.compile(r"(?!-)[A-Za-z0-9._-]{1,64}")
_EXECUTABLE = re.compile(r"[^\0-\x1f\x7f]{1,1024}")


class _Adapter(msgspec.Struct, frozen=True):
    id: str
    executable: str


class _Manifest(msgspec.Struct, frozen=True):
    adapters: list[_Adapter]


_decode = msgspec.json.Decoder(_Manifest).decode


def programs(daemon: Identity, home: Path, used: Collection[str], own_path: str) -> tuple[Program, ...]:
    """Every harness that is configured in this home, the built-in ones first; () when the daemon's PATH cannot be read.

    Args:
        daemon: whose PATH counts.
        home: the canonical home; own manifests are below its `adapters/`, a managed engine below `engine/`.
        used: ids of the harnesses that sessions name.
        own_path: the PATH of this process: where else a program may be.
    """
    environment = processes.environ(daemon.pid, ("PATH",))
    if not environment or processes.identity(daemon.pid) != daemon:
        return ()

    parts = _parts(environment["PATH"])
    elsewhere = [*_parts(own_path), *_usual()]
    known = {name: name for name in BUILT_IN} | _own(home / "adapters")
    return tuple(
        Program(harness, executable, harness in used, *_sought(daemon.pid, executable, parts, elsewhere, home))
        for harness, executable in known.items()
    )


def _parts(path: str) -> list[str]:
    return path.split(os.pathsep)[:_PARTS_AT_MOST]


def _sought(pid: int, executable: str, parts: list[str], elsewhere: list[str], home: Path) -> tuple[bool | None, str]:
    """Whether the daemon finds it, and the directory where it is if not."""
    name = Path(executable)
    if name.is_absolute():
        return _there(pid, name), ""

    if "/" in executable or (executable == _MANAGED and (home / "engine").exists()):
        return None, ""

    if any(_there(pid, Path(part, executable)) for part in parts if part.startswith("/")):
        return True, ""

    if not all(part.startswith("/") for part in parts):
        # It may lie in a session's own directory.
        return None, ""

    return False, next((part for part in elsewhere if part.startswith("/") and _runs(Path(part, executable))), "")


def _there(pid: int, path: Path) -> bool:
    """Whether we can run it, or the daemon can, where its file systems are others than ours (a sandboxed service)."""
    return _runs(path) or _runs(Path(f"/proc/{pid}/root{path}"))


def _runs(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode) and os.access(path, os.X_OK)
    except (OSError, ValueError):
        return False


def _usual() -> Iterator[str]:
    """Where programs are put, beyond a PATH."""
    user = os.path.expanduser("~")  # noqa: PTH111 - Path.home() raises for a user without one
    yield from (place.replace("~", user, 1) for place in _USUAL)
    versions = Path(_VERSIONS.replace("~", user, 1))
    yield from (str(versions / name / "bin") for name in sorted(_names(versions), reverse=True)[:_VERSIONS_AT_MOST])


def _names(directory: Path) -> list[str]:
    try:
        return os.listdir(directory)  # noqa: PTH208 - names are wanted, not paths
    except OSError:
        return []


def _own(directory: Path) -> dict[str, str]:
    """The executables of the home's own manifests (`coven adapter install`, seen on 0.4.6), by their harness."""
    try:
        names = names_in(directory)
    except OSError:
        return {}

    manifests = [name for name in names if name.endswith(".json")][:_MANIFESTS_AT_MOST]
    return dict(_adapters(directory / name for name in manifests))


def _adapters(paths: Iterable[Path]) -> Iterator[tuple[str, str]]:
    for path in paths:
        for adapter in _manifest(path):
            if _ID.fullmatch(adapter.id) and _EXECUTABLE.fullmatch(adapter.executable):
                yield adapter.id, adapter.executable


def _manifest(path: Path) -> list[_Adapter]:
    """What one file says; nothing where it is not a manifest."""
    try:
        descriptor = open_untouched(path)
    except OSError:
        return []

    try:
        with os.fdopen(descriptor, "rb") as file:
            return _decode(file.read(_BYTES_AT_MOST)).adapters[:_MANIFESTS_AT_MOST]
    except (OSError, msgspec.MsgspecError, ValueError, RecursionError):
        return []
