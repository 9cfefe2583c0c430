"""Collector: the machine. Each fact is read alone; one that cannot be read is None."""

import os
import platform
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from coven_watchdog.decide.text import said
from coven_watchdog.diagnose.bundle.case import BundleCase
from coven_watchdog.diagnose.bundle.piece import Piece, document
from coven_watchdog.model.words import Basis
from coven_watchdog.observe.kernel import last_words

T = TypeVar("T")
_AT_MOST = 256 * 1024
_SHOWN = 200
_PATIENCE = 1.5
_LIMITS = ("Max open files", "Max processes", "Max core file size", "Max file size", "Max address space", "Max locked memory")
_MEMORY = ("MemTotal", "MemAvailable", "SwapTotal", "SwapFree")
_REMOTE = frozenset({"nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "virtiofs", "drvfs", "v9fs"})


@dataclass(frozen=True, slots=True)
class System:
    """The machine. What cannot be known is None or "". Sizes in bytes."""

    os: str
    kernel: str
    machine: str
    libc: str
    python: str
    container: str
    virtual: str
    wsl: bool
    cpus: int | None
    home_customised: bool
    home_on: str
    home_remote: bool
    free_bytes: int | None
    free_inodes: int | None
    limits_of: str
    limits: Mapping[str, str]
    memory: Mapping[str, str]
    pressure: tuple[str, ...]
    oom_kills: str
    kernel_log: str


def system(case: BundleCase) -> Piece:
    """All of it."""
    found = look(case)
    missing = () if sys.platform == "linux" else ("limits, pressure and the kernel's log are read on Linux only",)
    return document(found, "uname, statvfs, /proc, /sys", Basis.INTERNAL, missing=missing)


def look(case: BundleCase) -> System:
    """Read it. Blocking."""
    root, suspect = case.paths.root, case.suspect
    disk = _or(lambda: os.statvfs(_existing(root)), None)
    file_system = _file_system(_existing(root))
    pid = case.case.pid
    return System(
        os=_or(lambda: platform.freedesktop_os_release()["PRETTY_NAME"], "")
        or f"{platform.system()} {platform.mac_ver()[0]}".strip(),
        kernel=said(platform.release(), _SHOWN),
        machine=platform.machine(),
        libc=" ".join(part for part in platform.libc_ver() if part),
        python=platform.python_version(),
        container=_container(),
        virtual=said(_text("/sys/class/dmi/id/product_name"), _SHOWN),
        wsl="microsoft" in platform.release().lower(),
        cpus=os.cpu_count(),
        home_customised=str(root) != str(Path(case.asked.place.user_home or "/nonexistent") / ".coven"),
        home_on=file_system,
        home_remote=file_system in _REMOTE,
        free_bytes=disk.f_bavail * disk.f_frsize if disk else None,
        free_inodes=disk.f_favail if disk else None,
        limits_of="the daemon's process" if pid else "our own process (no daemon runs)",
        limits=_limits(pid or os.getpid()),
        memory=_memory(),
        pressure=tuple(_text("/proc/pressure/memory").splitlines()),
        oom_kills=_oom_kills(pid or os.getpid()),
        kernel_log=said(last_words(suspect.pid, _PATIENCE), _SHOWN) if suspect else "",
    )


def _or(read: Callable[[], T], otherwise: T) -> T:
    """What is read, or what stands in for it where the system has no such thing."""
    try:
        return read()
    except (OSError, KeyError, ValueError):
        return otherwise


def _text(path: str) -> str:
    def read() -> str:
        with Path(path).open("rb") as file:
            return file.read(_AT_MOST).decode("utf-8", "replace")

    return _or(read, "").strip()


def _existing(path: Path) -> Path:
    """The path, or the nearest directory above it that is there."""
    return next((one for one in (path, *path.parents) if one.is_dir()), Path("/"))


def _container() -> str:
    """What we run in, as far as it shows."""
    marks = (("docker", "/.dockerenv"), ("podman", "/run/.containerenv"))
    found = next((name for name, path in marks if Path(path).exists()), "")
    groups = _text("/proc/1/cgroup")
    named = next((name for name in ("kubepods", "docker", "containerd", "lxc") if name in groups), "")
    return found or named or said(os.environ.get("container", ""), _SHOWN)  # noqa: SIM112 - systemd's own spelling


def _file_system(path: Path) -> str:
    """The type of the file system at a path: of the longest mount point above it."""
    best, kind = "", ""
    for line in _text("/proc/self/mountinfo").splitlines():
        fields = line.split(" ")
        mount = re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), fields[4]) if len(fields) > 4 else ""  # noqa: PLR2004
        if "-" in fields and path.is_relative_to(mount or "/nonexistent") and len(mount) >= len(best):
            best, kind = mount, fields[fields.index("-") + 1]

    return kind


def _limits(pid: int) -> Mapping[str, str]:
    """Soft and hard limits of the daemon's process; of ours without one."""
    found = {}
    for line in _text(f"/proc/{pid}/limits").splitlines():
        name = next((one for one in _LIMITS if line.startswith(one)), None)
        if name:
            found[name] = " / ".join(line[len(name) :].split()[:2])

    return found


def _memory() -> Mapping[str, str]:
    pairs = (line.partition(":") for line in _text("/proc/meminfo").splitlines())
    return {name: value.strip() for name, _, value in pairs if name in _MEMORY}


def _oom_kills(pid: int) -> str:
    """How often the kernel killed something in the control group of that process; "" where it does not say."""
    group = next((line[3:] for line in _text(f"/proc/{pid}/cgroup").splitlines() if line.startswith("0::")), None)
    events = "" if group is None else _text(f"/sys/fs/cgroup{group}/memory.events")
    return next((line for line in events.splitlines() if line.startswith("oom_kill ")), "")
