"""Collectors: what is there of a daemon, and what it answers. No route is asked that leaves a trace."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from coven_watchdog import __version__
from coven_watchdog.coven import processes
from coven_watchdog.coven.ceiling import Ceiling
from coven_watchdog.coven.client import CovenClient
from coven_watchdog.coven.install import version
from coven_watchdog.coven.record import read_record
from coven_watchdog.decide.text import said
from coven_watchdog.diagnose.bundle.case import BundleCase
from coven_watchdog.diagnose.bundle.piece import Piece, document
from coven_watchdog.errors import CovenError, NotCollectedError
from coven_watchdog.model.facts import Identity
from coven_watchdog.model.time import MILLISECOND
from coven_watchdog.model.words import Basis, Outcome, ProcessState
from coven_watchdog.report.times import moment
from coven_watchdog.report.views import View, daemon_view

_TIMEOUT = 1.0
_SHOWN = 400
_ASKED = 3
_DOWN = frozenset({Outcome.NO_SOCKET, Outcome.REFUSED, Outcome.UNTRUSTED})


class Process(View, frozen=True, kw_only=True):
    """A process named `coven` of this user. `role`: what it does, as far as that is known; `serves_this_home`: it holds the lock."""

    pid: int
    parent: int | None
    program: str
    executable: str
    replaced: bool
    state: ProcessState
    role: str
    serves_this_home: bool
    version: str | None


def daemon(case: BundleCase) -> Piece:
    """Record, lock, socket, processes: what `coven daemon status` would say, and more, without what that changes."""
    state, look = case.case.state, case.case.look
    files, lock = state.files, state.lock
    owners = lock.owners if lock is not None and lock.knowable else None
    asked = state.health
    told = {
        "looked_at": moment(look.seen_at),
        "state": look.daemon.state,
        "daemon": daemon_view(look.daemon, case.now.wall),
        "record": _record(case),
        "record_belongs_to": files.record_holder if files and files.record else None,
        "home": files.directory if files else None,
        "socket": files.socket if files else None,
        "not_trusted": files.problems if files else None,
        "lock_owners": owners,
        "health": None
        if asked is None
        else {"outcome": asked.outcome, "latency_ms": asked.latency / MILLISECOND, "detail": asked.detail},
        "peer": asked.peer if asked else None,
        "processes": _processes(case, owners or ()),
    }
    seen = kernel(case.case.pid)
    told["kernel"] = seen
    return document(told, "lstat, /proc/locks, the process table, daemon.json, GET /health", Basis.INTERNAL, data=seen)


class Kernel(View, frozen=True, kw_only=True):
    """What the kernel shows of the daemon's process; "" where it does not. Tells one that waits from one that spins."""

    state: str
    threads: str
    resident: str
    waits_in: str
    context_switches: str
    descriptors: int | None
    cpu_ticks: int | None

    @property
    def described(self) -> str:
        """In words."""
        parts = (
            self.state,
            f"{self.threads} threads" if self.threads else "",
            f"{self.resident} resident" if self.resident else "",
            f"waits in {self.waits_in}" if self.waits_in not in {"", "0"} else "",
            f"{self.descriptors} descriptors" if self.descriptors is not None else "",
            f"{self.cpu_ticks} ticks of CPU" if self.cpu_ticks is not None else "",
        )
        return ", ".join(part for part in parts if part)


def kernel(pid: int | None) -> Kernel | None:
    """Read it; None without a process."""
    identity = processes.identity(pid) if pid else None
    if pid is None or identity is None:
        return None

    status = dict(_pairs(_proc(pid, "status")))
    return Kernel(
        state=status.get("State", ""),
        threads=status.get("Threads", ""),
        resident=status.get("VmRSS", ""),
        waits_in=_proc(pid, "wchan"),
        context_switches=f"{status.get('voluntary_ctxt_switches', '')} / {status.get('nonvoluntary_ctxt_switches', '')}",
        descriptors=_descriptors(pid),
        cpu_ticks=processes.state(identity)[1],
    )


def _proc(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        name, _, value = line.partition(":")
        yield name, " ".join(value.split())


def _descriptors(pid: int) -> int | None:
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))  # noqa: PTH208 - a number is wanted, not paths
    except OSError:
        return None


def _record(case: BundleCase) -> str | None:
    try:
        found = read_record(case.paths.record)
    except OSError as error:
        return f"cannot be read: {error.strerror}"

    return None if found is None else said(found.text, _SHOWN)


def _processes(case: BundleCase, owners: tuple[Identity, ...]) -> tuple[Process, ...]:
    """Every `coven` of this user; what they were called with is not read, but for `run`."""
    versions: dict[str, str] = {}
    found = (_process(identity, owners, versions, case.env) for identity in processes.coven_processes(case.asked.uid))
    return tuple(one for one in found if one is not None)


def _process(
    identity: Identity, owners: tuple[Identity, ...], versions: dict[str, str], env: Mapping[str, str]
) -> Process | None:
    state, _ = processes.state(identity)
    if processes.identity(identity.pid) != identity:
        return None

    serves, file = identity in owners, processes.executable(identity.pid)
    replaced = processes.binary_replaced(identity.pid)
    return Process(
        pid=identity.pid,
        parent=processes.parent(identity.pid),
        program=processes.program(identity.pid),
        executable=file,
        replaced=replaced,
        state=state,
        role="daemon of this home" if serves else "coven run" if processes.is_run(identity.pid) else "not known",
        serves_this_home=serves,
        version=None if replaced or not file else _version(file, versions, env),
    )


def _version(file: str, versions: dict[str, str], env: Mapping[str, str]) -> str | None:
    """What the file that a process runs says of itself; few are asked, each once."""
    if file not in versions and len(versions) < _ASKED and Path(file).name == "coven":
        versions[file] = version(file, env)

    return versions.get(file)


async def health(case: BundleCase) -> Piece:
    """The answer of `GET /health` as it came."""
    return await _answer(case, "health")


async def capabilities(case: BundleCase) -> Piece:
    """The answer of `GET /capabilities` as it came."""
    return await _answer(case, "capabilities")


async def _answer(case: BundleCase, route: str) -> Piece:
    """Asked once; not at all of a daemon that was just found not to answer."""
    seen = case.case.state.health
    if seen is None or seen.outcome in _DOWN:
        message = "nothing to ask: " + (seen.detail or seen.outcome.value.replace("_", " ") if seen else "no daemon was found")
        raise NotCollectedError(message)

    client = CovenClient(case.paths, uid=case.asked.uid, ceiling=Ceiling(), version=__version__)
    try:
        async with client:
            answer = await client.body(route, _TIMEOUT)
    except CovenError as error:
        message = f"GET /{route}: {error.message}"
        raise NotCollectedError(message) from error

    return _shown(answer.value, f"GET /{route}, answered in {answer.latency // MILLISECOND} ms")


def _shown(body: bytes, source: str) -> Piece:
    """JSON on many lines; anything else as it stands."""
    try:
        value = msgspec.json.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        lines = body.decode("utf-8", "replace").splitlines()
        return Piece(lines, f"{source}: not JSON", Basis.CONTRACT)

    return document(value, source, Basis.CONTRACT)
