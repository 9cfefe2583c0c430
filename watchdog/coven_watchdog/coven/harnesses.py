"""Session rows and the daemon's identity come in; the processes behind those sessions go out.

Coven does not say which process runs a session. In a project under git the harness' environment names it; else it is the only
process in the right place that started at the right time. What is not unique is left out: a wrong match would pin one session's
end on another.
"""

import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from coven_watchdog.coven import processes
from coven_watchdog.coven.paths import canonical
from coven_watchdog.coven.processes.names import COVEN_HOME, PARTICIPANT
from coven_watchdog.coven.wire import decode_participant
from coven_watchdog.errors import NotContractError
from coven_watchdog.model.facts import Identity, SessionRow
from coven_watchdog.model.time import MILLISECOND, SECOND
from coven_watchdog.model.words import Owner, SessionStatus

_EARLY = 100 * MILLISECOND
"""µs that a process may seem to start before its time: ticks of 10 ms, and a wall clock that was slewed since."""


@dataclass(frozen=True, slots=True)
class _Window:
    """How far from a row's birth (µs) a process may start, and whether its place must be the project itself or may lie below."""

    before: int
    after: int
    exact: bool = False


_HARNESS_WINDOWS = (_Window(_EARLY, 100 * MILLISECOND), _Window(_EARLY, 2 * SECOND))
"""A harness starts within 20 ms as a rule (seen on 0.4.6)."""

_RUNNER_WINDOWS = tuple(_Window(before, _EARLY, exact) for before in (300 * MILLISECOND, 5 * SECOND) for exact in (True, False))
"""A `coven run` is there 17 to 30 ms before its row, and its place is the project (seen on 0.4.6)."""

_ANOTHER = "\0"
"""Named by an environment whose name is no session of a daemon; no session has this id."""


@dataclass(frozen=True, slots=True)
class HarnessMatch:
    """The process behind one session. `runner`: the `coven run` above it; `terminal`: that one sits on a terminal."""

    session: str
    identity: Identity
    owner: Owner
    terminal: bool
    runner: Identity | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A process that may belong to a session. `started` in wall µs; `named`: what its environment names, "" nothing, None unknown."""

    identity: Identity
    started: int
    cwd: str
    named: str | None


def match(rows: Sequence[SessionRow], daemon: Identity | None, home: Path, *, read_environ: bool) -> tuple[HarnessMatch, ...]:
    """Find the processes behind the running ones of `rows`, in their order; one without a clear match is left out. Blocking.

    Args:
        rows: the rows in question; those that are not running, and external ones, are skipped.
        daemon: the home's daemon, None when there is none.
        home: the canonical home.
        read_environ: whether environments may be read; without, place and time decide alone.
    """
    # `created` rows of `coven run --detach` never get a process (seen on 0.4.6).
    running = [row for row in rows if row.status == SessionStatus.RUNNING and not row.external]
    found = {match.session: match for match in _of_daemon(running, daemon, read_environ=read_environ)}
    rest = [row for row in running if row.id not in found]
    found |= {match.session: match for match in _of_runs(rest, home, read_environ=read_environ)} if rest else {}
    return tuple(found[row.id] for row in running if row.id in found)


def _of_daemon(rows: Collection[SessionRow], daemon: Identity | None, *, read_environ: bool) -> Iterator[HarnessMatch]:
    """The daemon's own children: first by the name in their environment, then by place and time."""
    candidates = list(children_of(daemon, read_environ=read_environ)) if daemon and rows else []
    named = {candidate.named: candidate for candidate in reversed(candidates) if candidate.named}
    pairs = [(row, named[row.id]) for row in rows if row.id in named]
    unnamed_rows = [row for row in rows if row.id not in named]
    fitting = _fitting(unnamed_rows, [candidate for candidate in candidates if not candidate.named], _HARNESS_WINDOWS)
    # One whose name cannot be read yet holds its place against others, and is looked at again later.
    pairs += [(row, candidate) for row, candidate in fitting if candidate.named is not None]
    for row, candidate in pairs:
        yield HarnessMatch(row.id, candidate.identity, Owner.DAEMON, terminal=False, runner=None)


def children_of(daemon: Identity, *, read_environ: bool) -> Iterator[Candidate]:
    """The daemon's harnesses, oldest first. Its other children are guardians: forks of itself (seen on 0.4.6)."""
    if processes.identity(daemon.pid) != daemon:
        return

    inherited = _named(daemon.pid) if read_environ else None
    for child in sorted(processes.children(daemon.pid), key=lambda child: child.started):
        named = _named(child.pid) if read_environ else ""
        if not processes.is_fork(child.pid, daemon.pid):
            # A daemon that was started from inside a session hands the name of that one down to all its children.
            yield from _candidate(child, "" if named == inherited else named)


def _named(pid: int) -> str | None:
    """What its environment names: a session, `_ANOTHER`, "" for nothing; None while that cannot be read."""
    environment = processes.environ(pid, (PARTICIPANT,))
    if environment is None:
        return None

    text = environment.get(PARTICIPANT)
    if not text:
        return ""

    try:
        return decode_participant(os.fsencode(text)) or _ANOTHER
    except NotContractError:
        return _ANOTHER


def starters(rows: Collection[SessionRow], home: Path, *, read_environ: bool) -> Mapping[str, Identity]:
    """The `coven run` that made each of the rows which say created, where it is there and has started nothing. Blocking.

    Args:
        rows: all live rows, so that what belongs to another one is not taken for its own.
        home: the canonical home.
        read_environ: whether environments may be read; without, place and time decide alone.
    """
    own = [row for row in rows if not row.external]
    found = _fitting(own, _runners(home, read_environ=read_environ), _RUNNER_WINDOWS)
    made = ((row.id, runner.identity) for row, runner in found if row.status == SessionStatus.CREATED)
    return {session: runner for session, runner in made if not _harnesses(runner.pid)}


def _of_runs(rows: Collection[SessionRow], home: Path, *, read_environ: bool) -> Iterator[HarnessMatch]:
    """The harness below each `coven run` of this home; the runner itself is found by place and time."""
    for row, runner in _fitting(rows, _runners(home, read_environ=read_environ), _RUNNER_WINDOWS):
        pid = runner.identity.pid
        harnesses = _harnesses(pid)
        if len(harnesses) == 1:
            terminal = processes.terminal(pid)
            yield HarnessMatch(row.id, harnesses[0], Owner.COVEN_RUN, terminal=terminal, runner=runner.identity)


def _runners(home: Path, *, read_environ: bool) -> list[Candidate]:
    return [
        candidate
        for runner in processes.coven_processes(os.geteuid())
        if _is_runner(runner.pid) and (not read_environ or serves(runner.pid, home))
        for candidate in _candidate(runner, "")
    ]


def _harnesses(runner: int) -> list[Identity]:
    return [child for child in processes.children(runner) if not processes.is_fork(child.pid, runner)]


def _is_runner(pid: int) -> bool:
    """A `coven run` itself, not a fork of one."""
    return processes.is_run(pid) and not processes.is_fork(pid, processes.parent(pid) or 0)


def serves(pid: int, home: Path) -> bool:
    """Whether a `coven run` writes to this home: COVEN_HOME says so, or it is unset and this is the default home."""
    environment = processes.environ(pid, (COVEN_HOME,))
    if environment is None:
        return False

    named = environment.get(COVEN_HOME)
    # A relative one is relative to the runner; without any it is `~/.coven` of this user, who is the runner's as well.
    user = os.path.expanduser("~")  # noqa: PTH111 - Path.home() raises for a user without one
    place = PurePath(processes.cwd(pid) or "/", named) if named else PurePath(user, ".coven")
    return home == canonical(str(place), {})


def _candidate(process: Identity, named: str | None) -> Iterator[Candidate]:
    """The process with place and time, if it still has them."""
    started, cwd = processes.started_wall(process), processes.cwd(process.pid)
    if started is not None and cwd is not None:
        yield Candidate(process, started, cwd, named)


def _fitting(
    rows: Iterable[SessionRow], candidates: Iterable[Candidate], windows: Iterable[_Window]
) -> list[tuple[SessionRow, Candidate]]:
    """The pairs that have no other choice, in each window in turn, the narrow one first."""
    rows, candidates = list(rows), list(candidates)
    found: list[tuple[SessionRow, Candidate]] = []
    for window in windows:
        pairs = [(row, candidate) for row in rows for candidate in candidates if _fits(row, candidate, window)]
        of_row = Counter(row.id for row, _ in pairs)
        of_candidate = Counter(candidate.identity for _, candidate in pairs)
        clear = [(row, other) for row, other in pairs if of_row[row.id] == of_candidate[other.identity] == 1]
        found += clear
        rows = [row for row in rows if row not in (one for one, _ in clear)]
        candidates = [candidate for candidate in candidates if candidate not in (other for _, other in clear)]

    return found


def _fits(row: SessionRow, candidate: Candidate, window: _Window) -> bool:
    """Place and time. Coven resolves links in a project's path before it keeps it (seen on 0.4.6): the texts can be compared."""
    if not row.project_root.startswith("/") or not -window.before <= candidate.started - row.created_at <= window.after:
        return False

    place = PurePath(candidate.cwd)
    return place == PurePath(row.project_root) if window.exact else place.is_relative_to(row.project_root)
