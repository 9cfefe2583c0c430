"""Collectors: what is there of a daemon, and what it answers. No route is asked that leaves a trace."""

import msgspec

from coven_watchdog import __version__
from coven_watchdog.coven import processes
from coven_watchdog.coven.ceiling import Ceiling
from coven_watchdog.coven.client import CovenClient
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
        "processes": _processes(case.asked.uid, owners or ()),
    }
    return document(told, "lstat, /proc/locks, the process table, daemon.json, GET /health", Basis.INTERNAL)


def _record(case: BundleCase) -> str | None:
    try:
        found = read_record(case.paths.record)
    except OSError as error:
        return f"cannot be read: {error.strerror}"

    return None if found is None else said(found.text, _SHOWN)


def _processes(uid: int, owners: tuple[Identity, ...]) -> tuple[Process, ...]:
    """Every `coven` of this user; what they were called with is not read, but for `run`."""
    return tuple(one for identity in processes.coven_processes(uid) if (one := _process(identity, owners)) is not None)


def _process(identity: Identity, owners: tuple[Identity, ...]) -> Process | None:
    state, _ = processes.state(identity)
    if processes.identity(identity.pid) != identity:
        return None

    serves = identity in owners
    return Process(
        pid=identity.pid,
        parent=processes.parent(identity.pid),
        program=processes.program(identity.pid),
        executable=processes.executable(identity.pid),
        replaced=processes.binary_replaced(identity.pid),
        state=state,
        role="daemon of this home" if serves else "coven run" if processes.is_run(identity.pid) else "not known",
        serves_this_home=serves,
    )


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
