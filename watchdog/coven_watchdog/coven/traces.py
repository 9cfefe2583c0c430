"""A running row without a known process comes in; what is there that may yet be its process goes out, counted. Counterpart: `harnesses`.

A row of the ledger proves nothing here. What belongs to another session for certain does not count; all that may be the
session's does, so that only an empty place says that there is no process.
"""

import os
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from coven_watchdog import clock
from coven_watchdog.coven import processes
from coven_watchdog.coven.harnesses import children_of, serves
from coven_watchdog.coven.leases import LEASE, Lease, leases, repository
from coven_watchdog.model.facts import Identity, SessionRow
from coven_watchdog.model.processes import Traces
from coven_watchdog.model.time import SECOND

_EARLY = SECOND
"""µs that a process may seem to have started before its time."""
_RUN_BEFORE = 5 * SECOND
_GUARDIAN_WITHIN = 5 * SECOND
_OF_DAEMON, _OF_RUN = "daemon-session-", "session-"


@dataclass(frozen=True, slots=True)
class Known:
    """What belongs to other sessions: their processes, and the `coven run` above some of these."""

    harnesses: Collection[Identity] = field(default_factory=frozenset)
    runners: Collection[Identity] = field(default_factory=frozenset)


def traces(row: SessionRow, daemon: Identity | None, home: Path, known: Known, *, read_environ: bool) -> Traces:
    """Everything that may be the process of this session. Blocking.

    Args:
        row: a running session that Coven itself or a `coven run` runs.
        daemon: the home's daemon, None when there is none.
        home: the canonical home.
        known: what is other sessions'.
        read_environ: whether environments may be read; without, less is certain.
    """
    held = leases(Path(row.project_root)) if row.project_root.startswith("/") else None
    return Traces(
        children=_children(row, daemon, known, read_environ=read_environ),
        terminals=_terminals(daemon, known),
        runs=_runs(row, daemon, home, known, read_environ=read_environ),
        leases=None if held is None else _live(row, held, known),
        left_lease=any(_left(row, lease) for lease in held or ()),
    )


def _children(row: SessionRow, daemon: Identity | None, known: Known, *, read_environ: bool) -> int | None:
    """Children of the daemon that started no earlier than the session. A guardian starts with its session (seen on 0.4.6)."""
    if daemon is None or processes.identity(daemon.pid) != daemon:
        return None

    begun = row.created_at - _EARLY
    harnesses = [
        child
        for child in children_of(daemon, read_environ=read_environ)
        if child.identity not in known.harnesses and child.started >= begun and child.named in {None, "", row.id}
    ]
    guardians = [child for child in processes.children(daemon.pid) if _guards(child, row, daemon)]
    return len(harnesses) + len(guardians)


def _guards(child: Identity, row: SessionRow, daemon: Identity) -> bool:
    started = processes.started_wall(child)
    near = started is None or -_EARLY <= started - row.created_at <= _GUARDIAN_WITHIN
    return near and processes.is_fork(child.pid, daemon.pid)


def _terminals(daemon: Identity | None, known: Known) -> int | None:
    """Terminals behind the daemon on which no other session's process sits: one is kept as long as anything holds it."""
    held = processes.terminals(daemon.pid) if daemon else None
    if held is None:
        return None

    return len(held - {processes.terminal_number(harness.pid) for harness in known.harnesses})


def _runs(row: SessionRow, daemon: Identity | None, home: Path, known: Known, *, read_environ: bool) -> int:
    """Programs of Coven's that may run this session: of this home, in its project or begun when it began."""
    apart = {life.pid for life in known.runners} | ({daemon.pid} if daemon else set())
    return sum(
        1
        for program in processes.coven_processes(os.geteuid())
        if program.pid not in apart
        and processes.parent(program.pid) not in apart
        and (not read_environ or serves(program.pid, home))
        and (_stands_in(program.pid, row) or _began_with(program, row))
    )


def _stands_in(pid: int, row: SessionRow) -> bool:
    place = processes.cwd(pid)
    return place is None or PurePath(place).is_relative_to(row.project_root)


def _began_with(program: Identity, row: SessionRow) -> bool:
    started = processes.started_wall(program)
    return started is None or -_RUN_BEFORE <= started - row.created_at <= _EARLY


def _live(row: SessionRow, held: Collection[Lease], known: Known) -> int:
    """Leases that have not run out: the session's own, and those of more `coven run`s than are known to work there."""
    now = clock.now().wall
    live = [lease.holder for lease in held if lease.expires_at > now]
    others = sum(1 for holder in live if holder.startswith(_OF_RUN))
    return live.count(_OF_DAEMON + row.id) + max(0, others - _known_in(row, known))


def _known_in(row: SessionRow, known: Known) -> int:
    """How many known `coven run`s work in the repository."""
    top = repository(Path(row.project_root))
    places = [processes.cwd(runner.pid) for runner in known.runners]
    return sum(1 for place in places if top and place and PurePath(place).is_relative_to(top))


def _left(row: SessionRow, lease: Lease) -> bool:
    """A `coven run` held it after the session began; it has run out, and nobody has pruned it yet."""
    begun = lease.expires_at - LEASE >= row.created_at - _RUN_BEFORE
    return lease.holder.startswith(_OF_RUN) and begun and lease.expires_at <= clock.now().wall
