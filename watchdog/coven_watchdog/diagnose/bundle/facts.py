"""What was collected comes in; single facts for the report go out, each a line with its basis."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from coven_watchdog.coven.excerpt import Excerpt
from coven_watchdog.coven.install import Binary, Installed
from coven_watchdog.coven.log import panicked
from coven_watchdog.coven.logbook import entries, failures
from coven_watchdog.decide.text import said
from coven_watchdog.decide.words import counted, span
from coven_watchdog.diagnose.bundle.case import BundleCase
from coven_watchdog.diagnose.bundle.piece import Piece
from coven_watchdog.diagnose.bundle.system import System
from coven_watchdog.model.facts import ExitStatus, Identity
from coven_watchdog.model.samples import Sample, Turn
from coven_watchdog.model.time import MILLISECOND
from coven_watchdog.model.words import LIVE_STATUSES, Basis, DaemonState, Outcome
from coven_watchdog.report.times import moment

T = TypeVar("T")
_GIB, _MIB = 1024**3, 1024**2
_LONGEST = 300
_LINES = 5
_RUNS = frozenset({DaemonState.RUNNING, DaemonState.UNRESPONSIVE, DaemonState.SOCKET_LOST, DaemonState.UNHEALTHY})


@dataclass(frozen=True, slots=True)
class Collected:
    """Everything that the report is written from."""

    case: BundleCase
    pieces: Mapping[str, Piece]

    def data(self, file: str, kind: type[T]) -> T | None:
        """What a collector left for the report."""
        piece = self.pieces.get(file)
        return piece.data if piece is not None and isinstance(piece.data, kind) else None

    @property
    def log(self) -> Excerpt | None:
        """The daemon's log."""
        return self.data("daemon-recovery.log", Excerpt)

    @property
    def samples(self) -> tuple[Sample, ...]:
        """Our requests, minute by minute."""
        return self.data("requests.jsonl", tuple) or ()


def fact(text: str, basis: Basis) -> str:
    """One line."""
    return f"- {said(text, _LONGEST)} [{basis.value}]"


def time(wall: int | None) -> str:
    """UTC to the millisecond; `not known`."""
    at = moment(wall)
    return "not known" if at is None else f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


# How it ended


def ending(found: Collected) -> Iterator[str]:
    """How the daemon ended, or that it runs; what was heard of it before and after; how far its last start came."""
    yield fact(*_ended(found.case))
    kernel = found.data("system.json", System)
    scene = found.case.incident.scene if found.case.incident else None
    word = (scene.kernel if scene else "") or (kernel.kernel_log if kernel else "")
    yield fact(f"Kernel log: {word or 'no OOM kill or fault of that process, as far as it may be read'}", Basis.INTERNAL)
    yield fact(_health(found), Basis.CONTRACT)
    yield from _started(found)


def _ended(case: BundleCase) -> tuple[str, Basis]:
    incident, look = case.incident, case.case.look.daemon
    facts = incident.facts if incident and incident.subject == "daemon" else None
    whom = f" (pid {case.suspect.pid})" if case.suspect else ""
    if facts is not None and facts.exit is not None:
        source = facts.exit_source or "kernel"
        return f"The daemon{whom} ended {_exit(facts.exit)}, says the {source}", Basis.INTERNAL

    if look.state in _RUNS:
        return f"The daemon runs: pid {look.pid or 'not known'}, {look.state.value.replace('_', ' ')}", Basis.INTERNAL

    if look.state is DaemonState.CRASHED:
        why = "not knowable here: nobody watched it with a pidfd when it died" if incident is None else "not told by the kernel"
        return f"The daemon{whom} is gone and left its files behind; with which signal or code is {why}", Basis.INTERNAL

    if look.state is DaemonState.STOPPED:
        return "No daemon runs, and nothing is left behind: stopped cleanly, or not started", Basis.INTERNAL

    return f"Not known: {look.state.value}", Basis.INTERNAL


def _exit(status: ExitStatus) -> str:
    return f"by signal {status.signal}" if status.signal is not None else f"with exit code {status.code}"


def _health(found: Collected) -> str:
    """The last good answer before the fault and the first after it."""
    turns = sorted((turn for sample in found.samples for turn in sample.turns), key=lambda turn: turn.at)
    fault, incident = found.case.fault, found.case.incident
    last = next((turn for turn in reversed(turns) if turn.good and (fault is None or turn.at <= fault)), None)
    if fault is None:
        return f"Last good health answer: {_turn(last)}" if last else f"Health now: {_now(found.case)}"

    seen = incident.facts.last_seen if incident else None
    before = _turn(last) if last else time(seen) if seen else "not recorded"
    after = next((turn for turn in turns if turn.good and turn.at > fault), None)
    failed = next((turn for turn in turns if not turn.good and turn.at > fault), None)
    then = f"; first failed: {time(failed.at)} {_outcome(failed.outcome)}" if failed else ""
    return f"Last good health before the fault: {before}{then}; first good after: {_turn(after) if after else 'none yet'}; now: {_now(found.case)}"


def _turn(turn: Turn) -> str:
    pid = f" by pid {turn.pid}" if turn.pid else ""
    return f"{time(turn.at)}{pid} in {turn.latency // MILLISECOND} ms"


def _now(case: BundleCase) -> str:
    asked = case.case.state.health
    if asked is None:
        return "not asked"

    return f"{_outcome(asked.outcome)}{f' ({asked.detail})' if asked.detail else ''} in {asked.latency // MILLISECOND} ms"


def _outcome(outcome: Outcome) -> str:
    return "answered" if outcome is Outcome.OK else outcome.value.replace("_", " ")


def _started(found: Collected) -> Iterator[str]:
    """From the log."""
    log = found.log
    if log is None:
        yield fact("Last start: the log is not there", Basis.INTERNAL)
        return

    start = log.start
    if start is None:
        yield fact("Last start: the log tells of none", Basis.INTERNAL)
    else:
        phase = start.phases[-1] if start.phases else "not logged by this version"
        came = f"came up as pid {start.pid}" if start.pid else "came up" if start.serving else "did not come up"
        opened = "store opened" if start.opened else "no word that its store opened" if start.detailed else ""
        says = "; ".join(part for part in (f"Last start: {time(start.at)}, {came}, last phase {phase}", opened) if part)
        yield fact(says, Basis.INTERNAL)

    told = failures(entries(log.lines), None)
    if panicked(log.lines):
        yield fact("The log has a panic, whole in daemon-recovery.log", Basis.INTERNAL)

    yield fact(f"Failures in the log since then: {len(told) or 'none'}", Basis.INTERNAL)
    yield from (f"  - `{said(entry.raw.replace('`', chr(39)), _LONGEST)}`" for entry in told[-_LINES:])


# Coven


def coven(found: Collected) -> Iterator[str]:
    """Versions, binary, state, ledger, event writer, sessions, harnesses."""
    yield from _installed(found)
    yield from _state(found.case)
    yield from _parts(found.case)
    yield fact(_sessions(found), Basis.INTERNAL)
    harnesses = [line for line in found.case.home.lines if line.topic.value == "harnesses"]
    yield from (fact(f"Harnesses: {line.says}", Basis.INTERNAL) for line in harnesses)


def _installed(found: Collected) -> Iterator[str]:
    there = found.data("install.json", Installed)
    daemon = found.case.case.look.daemon
    before = found.case.case.remembered
    version = daemon.coven_version or (
        f"{before.daemon.coven_version} (when last seen)" if before and before.daemon.coven_version else "not known"
    )
    cli = (there.cli_version if there else "") or "not on the PATH"
    yield fact(f"Version: daemon {version}, CLI {cli}, API {daemon.api_version or 'not known'}", Basis.CONTRACT)
    if there is None:
        return

    for name, one in (("on the PATH", there.on_path), ("that runs", there.running)):
        if one is not None:
            yield fact(f"Binary {name}: {_binary(one)}", Basis.INTERNAL)

    if there.on_path is None:
        yield fact("Binary on the PATH: none: Coven is not installed for whoever asks", Basis.INTERNAL)

    if there.running is not None:
        same = bool(there.on_path and there.on_path.sha256 == there.running.sha256)
        replaced = "yes: it runs a file that is gone" if there.replaced else "no"
        yield fact(
            f"Replaced underneath the running daemon: {replaced}; same file as on the PATH: {'yes' if same else 'no'}",
            Basis.INTERNAL,
        )


def _binary(one: Binary) -> str:
    return f"{one.path} ({one.method}), sha256 {one.sha256 or 'not readable'}"


def _state(case: BundleCase) -> Iterator[str]:
    look, lock = case.case.look.daemon, case.case.state.lock
    up = f", up {span(max(0, case.now.wall - look.started_at))}" if look.started_at and look.state in _RUNS else ""
    owners = lock.owners if lock and lock.knowable else None
    held = "not knowable" if owners is None else _pids(owners) or "nobody"
    process = case.case.state.alive.process.value if case.case.state.alive and case.case.state.alive.process else "none"
    yield fact(
        f"State: {look.state.value}{f', pid {look.pid}' if look.pid else ''}{up}; process: {process}; daemon-serve.lock held by: {held}",
        Basis.INTERNAL,
    )
    files = case.case.state.files
    if files is not None and not files.error:
        record = (
            "none"
            if files.record is None
            else "garbage"
            if files.record.garbage
            else f"names pid {files.record.pid} ({files.record_holder.value})"
        )
        socket = "none" if files.socket is None else f"{files.socket.type.value}, mode {files.socket.mode:04o}"
        home = "none" if files.directory is None else f"{files.directory.type.value}, mode {files.directory.mode:04o}"
        yield fact(f"daemon.json: {record}; coven.sock: {socket}; home: {home}", Basis.CONTRACT)


def _pids(owners: tuple[Identity, ...]) -> str:
    return ", ".join(f"pid {owner.pid}" for owner in owners)


def _parts(case: BundleCase) -> Iterator[str]:
    look, ledger = case.case.look, case.case.ledger
    storage, writer = look.storage, look.event_writer
    if case.ledger_error is not None:
        yield fact(f"Ledger's file: {case.ledger_error.message}", Basis.INTERNAL)
    elif ledger is not None:
        yield fact(f"Ledger's file: {size(ledger.size)}, can be read", Basis.INTERNAL)

    if storage is not None:
        yield fact(
            f"Storage, says the daemon: {storage.status}{f' ({storage.last_error})' if storage.last_error else ''}, {size(storage.database_bytes)} + {size(storage.wal_bytes)} WAL",
            Basis.CONTRACT,
        )

    if writer is not None:
        error = f" ({writer.last_error})" if writer.last_error else ""
        yield fact(
            f"Event writer: {writer.state}{error}, {writer.committed_events} committed, {writer.dropped_events} dropped",
            Basis.CONTRACT,
        )


def _sessions(found: Collected) -> str:
    ledger = found.case.case.ledger
    if ledger is None:
        return "Sessions: not known, the ledger cannot be read" if found.case.ledger_error else "Sessions: there is no ledger"

    counts = ", ".join(f"{number} {status}" for status, number in sorted(ledger.by_status.items(), key=lambda one: -one[1]))
    live = sum(number for status, number in ledger.by_status.items() if status in LIVE_STATUSES)
    return f"Sessions: {counted(sum(ledger.by_status.values()), 'session')}, {live} live ({counts or 'none'})"


# The machine


def machine(found: Collected) -> Iterator[str]:
    """What Coven runs on."""
    one = found.data("system.json", System)
    if one is None:
        yield "- not collected"
        return

    inside = [f"container {one.container}"] if one.container else ["no container"]
    inside += ["WSL"] if one.wsl else []
    inside += [f"machine {one.virtual}"] if one.virtual else []
    yield fact(
        f"{one.os}, kernel {one.kernel}, {one.machine}, {one.libc or 'libc not known'}, {one.cpus} CPUs; {', '.join(inside)}",
        Basis.INTERNAL,
    )
    where = "customised" if one.home_customised else "~/.coven"
    free = "not known" if one.free_bytes is None else size(one.free_bytes)
    yield fact(
        f"COVEN_HOME: {where}; on {one.home_on or 'an unknown file system'}{' (remote)' if one.home_remote else ''}, {free} and {one.free_inodes} inodes free",
        Basis.INTERNAL,
    )
    limits = ", ".join(f"{name.removeprefix('Max ')} {value}" for name, value in one.limits.items())
    yield fact(f"Limits (soft / hard): {limits or 'not known'}", Basis.INTERNAL)
    memory = ", ".join(f"{name} {value}" for name, value in one.memory.items())
    pressure = next(iter(one.pressure), "pressure not known")
    yield fact(
        f"Memory: {memory or 'not known'}; {pressure}{f'; {one.oom_kills} in its group' if one.oom_kills else ''}",
        Basis.INTERNAL,
    )


def size(number: int) -> str:
    """`1.5 GiB`, `3.0 MiB`."""
    return f"{number / _GIB:.1f} GiB" if number >= _GIB else f"{number / _MIB:.1f} MiB"
