"""Processes as Linux' `/proc` shows them. `Identity.started` is in clock ticks since the boot."""

import os
import socket
import struct
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from coven_watchdog import clock
from coven_watchdog.coven.paths import SERVE_LOCK
from coven_watchdog.coven.processes.names import COVEN, READABLE, says_run
from coven_watchdog.model.facts import Identity
from coven_watchdog.model.time import SECOND
from coven_watchdog.model.words import Holder, ProcessState

_TICK = SECOND // os.sysconf("SC_CLK_TCK")
_DELETED = " (deleted)"
_LARGE = 4 * 1024 * 1024
_LARGEST_PID = 2**31 - 1
_STATES = {"Z": ProcessState.ENDED, "X": ProcessState.ENDED, "x": ProcessState.ENDED} | dict.fromkeys(
    "Tt", ProcessState.STOPPED
)
_UCRED = struct.Struct("3i")


def read_proc(path: str, limit: int = 65_536) -> bytes | None:
    """The first bytes of a file below `/proc`; None when it is not there or not for us. 15 µs: less than a thread hop."""
    try:
        descriptor = os.open(f"/proc/{path}", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None

    try:
        content = b""
        while len(content) < limit and (more := os.read(descriptor, limit - len(content))):
            content += more
    except OSError:
        return None
    finally:
        os.close(descriptor)

    return content


def list_proc(path: str) -> list[str] | None:
    """The names in a directory below `/proc`; None when it is not there or not for us."""
    try:
        return os.listdir(f"/proc/{path}")  # noqa: PTH208 - names are wanted, not paths
    except OSError:
        return None


def link_proc(path: str) -> str | None:
    """Where a link below `/proc` points; None when it is not there or not for us."""
    try:
        return os.readlink(f"/proc/{path}")  # noqa: PTH115 - `socket:[1]` is no path
    except OSError:
        return None


@dataclass(frozen=True, slots=True)
class _Stat:
    """The fields of `/proc/<pid>/stat` that are needed; `cpu`, `reaped` (that of its reaped children) and `started` in ticks."""

    program: str
    state: ProcessState
    parent: int
    terminal: int
    cpu: int
    reaped: int
    started: int


def _stat(pid: int) -> _Stat | None:
    """Read it; None when there is no such process (or it is hidden from us)."""
    return _parsed((read_proc(f"{pid}/stat") if pid > 0 else None) or b"")


def _parsed(content: bytes) -> _Stat | None:
    """The program's name stands in parentheses and may hold spaces, parentheses and newlines itself: the last `)` ends it."""
    name, _, rest = content.partition(b"(")[2].rpartition(b")")
    fields = rest.decode("ascii", "replace").split()
    try:
        state, parent, terminal, user, system, *reaped, started = (fields[i] for i in (0, 1, 4, 11, 12, 13, 14, 19))
        return _Stat(
            program=name.decode("utf-8", "replace"),
            state=_STATES.get(state, ProcessState.ALIVE),
            parent=int(parent),
            terminal=int(terminal),
            cpu=int(user) + int(system),
            reaped=sum(map(int, reaped)),
            started=int(started),
        )
    except (IndexError, ValueError):
        return None


def identity(pid: int) -> Identity | None:
    """The life that this pid stands for now, also of a zombie; None when there is none."""
    found = _stat(pid)
    return None if found is None else Identity(pid, found.started)


def state(process: Identity) -> tuple[ProcessState, int]:
    """How it is, and the CPU it has used in ticks (0 when gone). A zombie, and a later process of that pid, is `ENDED`."""
    found = _stat(process.pid)
    if found is None or found.started != process.started:
        return ProcessState.ENDED, 0

    return found.state, found.cpu


def program(pid: int) -> str:
    """The name of its program (15 bytes at most, hostile text), "" when it is gone."""
    found = _stat(pid)
    return "" if found is None else found.program


def started_wall(process: Identity) -> int | None:
    """When it started, in wall µs by today's clock, within 10 ms; None for a start that lies ahead: it is of another boot."""
    now = clock.now()
    age = now.awake + clock.slept() - process.started * _TICK
    return now.wall - age if age > -SECOND else None


def children(pid: int) -> tuple[Identity, ...]:
    """Its children that have not ended, whichever of its threads started them; () when it is gone."""
    pids = [int(child) for thread in list_proc(f"{pid}/task") or () for child in _children_of(pid, thread)]
    found = ((child, _stat(child)) for child in sorted(pids))
    return tuple(Identity(child, stat.started) for child, stat in found if stat and stat.state is not ProcessState.ENDED)


def _children_of(pid: int, thread: str) -> list[bytes]:
    """The pids that one thread started."""
    return (read_proc(f"{pid}/task/{thread}/children") or b"").split()


def parent(pid: int) -> int | None:
    """The pid of its parent; None when it is gone or has none in this namespace."""
    found = _stat(pid)
    return found.parent or None if found else None


def terminal(pid: int) -> bool:
    """Whether it has a controlling terminal."""
    return controlling(pid) != 0


def controlling(pid: int) -> int:
    """The device number of its controlling terminal, as the kernel packs it; 0 when it has none or is gone."""
    found = _stat(pid)
    return found.terminal if found else 0


def used(pid: int) -> int:
    """The CPU that it and its children that were reaped have used, in ticks; 0 when it is gone."""
    found = _stat(pid)
    return found.cpu + found.reaped if found else 0


def cwd(pid: int) -> str | None:
    """Its working directory, where it was if it is deleted; None when it is gone or not for us."""
    found = link_proc(f"{pid}/cwd")
    return None if found is None else found.removesuffix(_DELETED)


def environ(pid: int, names: Collection[str]) -> Mapping[str, str] | None:
    """Those of `names` that are in its first environment; None when it is gone, not for us, or in the middle of an exec.

    Only PATH, COVEN_HOME and COVEN_MAINTENANCE_PARTICIPANT are ever copied, whatever is asked for.
    """
    content = read_proc(f"{pid}/environ", _LARGE)
    if not content:
        # The name of a program changes a moment before its environment is there: empty means not yet.
        return None

    wanted = {os.fsencode(name) for name in names if name in READABLE}
    pairs = (entry.partition(b"=") for entry in content.split(b"\0"))
    return {os.fsdecode(name): os.fsdecode(value) for name, _, value in pairs if name in wanted}


def is_coven(pid: int) -> bool:
    """Whether it is a program named `coven` of this user (the daemon, a guardian, `coven run`, …)."""
    return program(pid) == COVEN and _uid(pid) == os.geteuid()


def is_run(pid: int) -> bool:
    """Whether it is `coven run`, also behind options (`coven --color never run`). No later word is looked at: they hold the prompt."""
    return is_coven(pid) and says_run(word.decode("ascii", "replace") for word in _words(pid)[1:])


def is_fork(pid: int, of: int) -> bool:
    """Whether it still is its parent's program: a guardian, or a harness before its exec (command lines begin alike).

    The program's name does not tell: a fork bears that of the thread that made it (`coven-unix-api`, seen on 0.4.6).
    """
    words = _words(pid)[:2]
    return any(words) and words == _words(of)[:2] and link_proc(f"{pid}/exe") == link_proc(f"{of}/exe")


def _words(pid: int) -> list[bytes]:
    """The beginning of its command line; the words after `coven run` are never looked at."""
    return (read_proc(f"{pid}/cmdline", 8_192) or b"").split(b"\0")


def coven_processes(uid: int) -> tuple[Identity, ...]:
    """Every live program named `coven` of that user. Reads one file of every process: blocking."""
    found = ((pid, _stat(pid)) for pid in sorted(int(name) for name in list_proc("") or () if name.isdecimal()))
    named = ((pid, stat) for pid, stat in found if stat and stat.program == COVEN and stat.state is not ProcessState.ENDED)
    return tuple(Identity(pid, stat.started) for pid, stat in named if _uid(pid) == uid)


def _uid(pid: int) -> int | None:
    """Its effective user."""
    users = _status(pid, b"Uid:")
    return int(users[1]) if users else None


def apart(pid: int) -> bool:
    """Whether it lives in a pid namespace below ours: there, and in what it writes of itself, it has another pid."""
    return len(_status(pid, b"NSpid:")) > 1


def _status(pid: int, name: bytes) -> list[bytes]:
    """The words of one line of its status; [] when it is gone."""
    lines = (read_proc(f"{pid}/status") or b"").splitlines()
    return next((line.split()[1:] for line in lines if line.startswith(name)), [])


def binary_replaced(pid: int) -> bool:
    """Whether the file it was started from has been replaced or deleted since (False when that cannot be read)."""
    return (link_proc(f"{pid}/exe") or "").endswith(_DELETED)


def peer(connection: socket.socket) -> tuple[int | None, int]:
    """Pid and user of whoever listens at the other end of a Unix socket; pid None when it lives in another pid namespace.

    Raises:
        OSError: the connection is gone.
    """
    pid, uid, _ = _UCRED.unpack(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size))
    return pid or None, uid


def exists(pid: int) -> bool:
    """Whether there is such a process, also one that `/proc` hides from us. Signal 0 sends nothing."""
    if not 0 < pid <= _LARGEST_PID:
        return False

    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True

    return True


def holder(pid: int, daemon: Identity | None, lock: Path | None = None) -> tuple[Holder, str]:
    """Who a recorded pid belongs to, and the program's name of a stranger.

    The daemon is the given identity, or a Coven of this user that has `lock` open (any home's serve lock when that is None): a
    daemon that has just started is recorded before it has been seen. A process that is hidden from us is a stranger, for the
    daemon would be ours.
    """
    found = _stat(pid)
    if found is None:
        return (Holder.STRANGER if exists(pid) else Holder.NOBODY), ""

    if found.state is ProcessState.ENDED:
        return Holder.ZOMBIE, ""

    if Identity(pid, found.started) == daemon:
        return Holder.DAEMON, ""

    who = _coven_holder(pid, lock) if is_coven(pid) else Holder.STRANGER
    return who, found.program if who is Holder.STRANGER else ""


def _coven_holder(pid: int, lock: Path | None) -> Holder:
    """Whether a Coven serves: it keeps its serve lock open as long as it lives, its guardians do not (seen on 0.4.6)."""
    links = links_of(pid)
    if links is None:
        return Holder.UNKNOWN

    files = (link.removesuffix(_DELETED) for link in links.values())
    serves = any(file == str(lock) if lock else file.endswith(f"/{SERVE_LOCK}") for file in files)
    return Holder.DAEMON if serves else Holder.STRANGER


def links_of(pid: int) -> dict[str, str] | None:
    """What its descriptors stand for, by their name below `/proc`; None when it is gone or not for us."""
    numbers = list_proc(f"{pid}/fd")
    if numbers is None:
        return None

    return {name: link for name in (f"{pid}/fd/{number}" for number in numbers) if (link := link_proc(name)) is not None}
