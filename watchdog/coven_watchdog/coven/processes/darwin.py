"""Processes as macOS shows them through psutil. `Identity.started` is in wall µs. The same functions as `linux`."""

import os
import socket
import struct
from collections.abc import Collection, Mapping
from pathlib import Path

import psutil

from coven_watchdog import clock
from coven_watchdog.coven.paths import SERVE_LOCK
from coven_watchdog.coven.processes.names import COVEN, READABLE, says_run
from coven_watchdog.model.facts import Identity
from coven_watchdog.model.time import SECOND
from coven_watchdog.model.words import Holder, ProcessState

_GONE = (psutil.Error, OSError, ValueError, OverflowError)
"""What psutil raises for processes that are gone, not for us, or no pid at all."""

_TICKS = 100
_ENDED = (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
_STOPPED = (psutil.STATUS_STOPPED, psutil.STATUS_TRACING_STOP)
_SOL_LOCAL, _LOCAL_PEERCRED, _LOCAL_PEERPID = 0, 1, 2
_XUCRED = struct.Struct("=IIhh16I")
_PID = struct.Struct("=i")


def _identity(process: psutil.Process) -> Identity:
    """Its life.

    Raises:
        psutil.Error: it is gone.
    """
    return Identity(process.pid, round(process.create_time() * SECOND))


def identity(pid: int) -> Identity | None:
    """The life that this pid stands for now, also of a zombie; None when there is none."""
    try:
        return _identity(psutil.Process(pid))
    except _GONE:
        return None


def state(process: Identity) -> tuple[ProcessState, int]:
    """How it is, and the CPU it has used in hundredths of a second. A zombie, and a later process of that pid, is `ENDED`."""
    try:
        found = psutil.Process(process.pid)
        status = found.status()
        if _identity(found) != process or status in _ENDED:
            return ProcessState.ENDED, 0

        used = found.cpu_times()
    except psutil.AccessDenied:
        return ProcessState.ALIVE, 0
    except _GONE:
        return ProcessState.ENDED, 0

    now = ProcessState.STOPPED if status in _STOPPED else ProcessState.ALIVE
    return now, round((used.user + used.system) * _TICKS)


def program(pid: int) -> str:
    """The name of its program (hostile text), "" when it is gone."""
    try:
        return psutil.Process(pid).name()
    except _GONE:
        return ""


def started_wall(process: Identity) -> int | None:
    """When it started, in wall µs; None for a start that lies ahead."""
    return process.started if process.started < clock.now().wall + SECOND else None


def children(pid: int) -> tuple[Identity, ...]:
    """Its children that have not ended; () when it is gone."""
    try:
        found = psutil.Process(pid).children()
    except _GONE:
        return ()

    lives = (identity(child.pid) for child in sorted(found, key=lambda child: child.pid))
    return tuple(life for life in lives if life is not None and state(life)[0] is not ProcessState.ENDED)


def parent(pid: int) -> int | None:
    """The pid of its parent; None when it is gone."""
    try:
        return psutil.Process(pid).ppid() or None
    except _GONE:
        return None


def terminal(pid: int) -> bool:
    """Whether it has a controlling terminal."""
    try:
        return psutil.Process(pid).terminal() is not None
    except _GONE:
        return False


def terminals(pid: int) -> frozenset[int] | None:
    """Not obtainable on macOS: nothing tells which terminal is behind a descriptor."""
    del pid
    return None


def terminal_number(pid: int) -> int | None:
    """Not needed where `terminals` says nothing."""
    del pid
    return None


def tree_cpu(process: Identity) -> int:
    """The CPU that it and all below it have used, in hundredths of a second; 0 when it is gone."""
    try:
        top = psutil.Process(process.pid)
        every = (top, *top.children(recursive=True))
    except _GONE:
        return 0

    return sum(_used(one) for one in every)


def _used(process: psutil.Process) -> int:
    try:
        used = process.cpu_times()
    except _GONE:
        return 0

    return round((used.user + used.system) * _TICKS)


def cwd(pid: int) -> str | None:
    """Its working directory; None when it is gone or not for us."""
    try:
        return psutil.Process(pid).cwd()
    except _GONE:
        return None


def environ(pid: int, names: Collection[str]) -> Mapping[str, str] | None:
    """Those of `names` that are in its first environment; None when it is gone, not for us, or has none (yet).

    Only PATH, COVEN_HOME and COVEN_MAINTENANCE_PARTICIPANT are ever copied, whatever is asked for.
    """
    try:
        found = psutil.Process(pid).environ()
    except _GONE:
        return None

    return {name: found[name] for name in READABLE.intersection(names) if name in found} if found else None


def is_coven(pid: int) -> bool:
    """Whether it is a program named `coven` of this user (the daemon, a guardian, `coven run`, …)."""
    return program(pid) == COVEN and _uid(pid) == os.geteuid()


def is_run(pid: int) -> bool:
    """Whether it is `coven run`, also behind options. No later word is looked at: they hold the prompt."""
    return is_coven(pid) and says_run(_words(pid)[1:])


def is_fork(pid: int, of: int) -> bool:
    """Whether it still is its parent's program: a guardian, or a harness before its exec (command lines begin alike)."""
    words = _words(pid)[:2]
    return any(words) and words == _words(of)[:2] and program(pid) == program(of)


def _words(pid: int) -> list[str]:
    """Its command line; the words after `coven run` are never looked at."""
    try:
        return psutil.Process(pid).cmdline()
    except _GONE:
        return []


def coven_processes(uid: int) -> tuple[Identity, ...]:
    """Every live program named `coven` of that user. Blocking."""
    lives = (identity(pid) for pid in psutil.pids() if program(pid) == COVEN and _uid(pid) == uid)
    return tuple(life for life in lives if life is not None and state(life)[0] is not ProcessState.ENDED)


def _uid(pid: int) -> int | None:
    """Its effective user."""
    try:
        return psutil.Process(pid).uids().effective
    except _GONE:
        return None


def binary_replaced(pid: int) -> bool:
    """Not obtainable on macOS."""
    del pid
    return False


def lock_owners(path: Path) -> tuple[Identity, ...] | None:
    """Not obtainable on macOS."""
    del path
    return None


def peer(connection: socket.socket) -> tuple[int | None, int]:
    """Pid and user of whoever listens at the other end of a Unix socket.

    Raises:
        OSError: the connection is gone.
    """
    pid = _PID.unpack(connection.getsockopt(_SOL_LOCAL, _LOCAL_PEERPID, _PID.size))[0]
    uid = _XUCRED.unpack(connection.getsockopt(_SOL_LOCAL, _LOCAL_PEERCRED, _XUCRED.size))[1]
    return pid or None, uid


def apart(pid: int) -> bool:  # noqa: ARG001 - the same call as on Linux
    """There are no pid namespaces."""
    return False


def holder(pid: int, daemon: Identity | None, lock: Path | None = None) -> tuple[Holder, str]:
    """Who a recorded pid belongs to, and the program's name of a stranger. The daemon as on Linux."""
    found = identity(pid)
    if found is None:
        return (Holder.STRANGER, program(pid)) if pid > 0 and psutil.pid_exists(pid) else (Holder.NOBODY, "")

    if state(found)[0] is ProcessState.ENDED:
        return Holder.ZOMBIE, ""

    if found == daemon:
        return Holder.DAEMON, ""

    who = _coven_holder(pid, lock) if is_coven(pid) else Holder.STRANGER
    return who, program(pid) if who is Holder.STRANGER else ""


def executable(pid: int) -> str:
    """The file that it runs; "" when the process is gone or not for us."""
    try:
        return str(psutil.Process(pid).exe())
    except psutil.Error:
        return ""


def sockets(_pid: int) -> int | None:
    """Not read here."""
    return None


def _coven_holder(pid: int, lock: Path | None) -> Holder:
    """Whether a Coven serves: it keeps its serve lock open as long as it lives, its guardians do not (seen on 0.4.6, Linux)."""
    try:
        files = [file.path for file in psutil.Process(pid).open_files()]
    except _GONE:
        return Holder.UNKNOWN

    serves = any(file == str(lock) if lock else file.endswith(f"/{SERVE_LOCK}") for file in files)
    return Holder.DAEMON if serves else Holder.STRANGER
