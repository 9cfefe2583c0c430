"""Facts for the report: Coven's versions and binaries, its state, its parts, its sessions; and the machine."""

from collections.abc import Iterator

from coven_watchdog.coven.install import Binary, Installed
from coven_watchdog.coven.listing import Entry
from coven_watchdog.decide.words import counted, span
from coven_watchdog.diagnose.bundle.contact import Kernel
from coven_watchdog.diagnose.bundle.facts import RUNS, Collected, fact, size, time
from coven_watchdog.diagnose.bundle.system import System
from coven_watchdog.model.facts import EventWriter, FilesSeen, Storage
from coven_watchdog.model.words import LIVE_STATUSES, Basis, Topic

_NANOS = 1000


def coven(found: Collected) -> Iterator[str]:
    """Versions, binary, state, ledger, event writer, sessions, harnesses."""
    yield from _installed(found)
    yield from _state(found)
    yield from _parts(found)
    yield fact(_sessions(found), Basis.INTERNAL)
    harnesses = [line for line in found.case.home.lines if line.topic is Topic.HARNESSES]
    yield from (fact(f"Harnesses: {line.says}", Basis.INTERNAL) for line in harnesses)


def _installed(found: Collected) -> Iterator[str]:
    there = found.data("install.json", Installed)
    daemon = found.case.case.look.daemon
    seen = found.case.case.remembered
    before = (seen.daemon.coven_version if seen else None) or next(
        (one.version for one in reversed(found.samples) if one.version), ""
    )
    version = daemon.coven_version or (f"{before} (when last heard)" if before else "not known")
    api = daemon.api_version or (seen.daemon.api_version if seen else None) or "not known"
    cli = (there.cli_version if there else "") or "not on the PATH"
    yield fact(f"Version: daemon {version}, CLI {cli}, API {api}", Basis.CONTRACT)
    if there is None:
        return

    for name, one in (("on the PATH", there.on_path), ("that runs", there.running)):
        if one is not None:
            yield fact(f"Binary {name}: {_binary(one)}", Basis.INTERNAL)

    if there.on_path is None:
        yield fact("Binary on the PATH: none: Coven is not installed for whoever asks", Basis.INTERNAL)

    if there.running is not None:
        same = "yes" if there.on_path and there.on_path.sha256 == there.running.sha256 else "no"
        replaced = "yes: it runs a file that is gone" if there.replaced else "no"
        yield fact(f"Replaced underneath the running daemon: {replaced}; same file as on the PATH: {same}", Basis.INTERNAL)


def _binary(one: Binary) -> str:
    method = f"by {one.method}" if one.method != "unknown" else "how it was installed does not show"
    return f"{one.path} ({method}), sha256 {one.sha256 or 'not readable'}"


def _state(found: Collected) -> Iterator[str]:
    case = found.case
    look, lock = case.case.look.daemon, case.case.state.lock
    up = f", up {span(max(0, case.now.wall - look.started_at))}" if look.started_at and look.state in RUNS else ""
    owners = lock.owners if lock and lock.knowable else None
    held = "not knowable" if owners is None else ", ".join(f"pid {owner.pid}" for owner in owners) or "nobody"
    pid = f", pid {look.pid}" if look.pid else ""
    yield fact(f"State: {look.state.value}{pid}{up}; daemon-serve.lock held by: {held}", Basis.INTERNAL)
    kernel = found.data("daemon.json", Kernel)
    if kernel is not None and kernel.state:
        yield fact(f"Its process: {kernel.described}", Basis.INTERNAL)

    files = case.case.state.files
    if files is not None and not files.error:
        yield fact(_files(files), Basis.CONTRACT)


def _files(files: FilesSeen) -> str:
    record = "there is none"
    if files.record is not None:
        record = "garbage" if files.record.garbage else f"names pid {files.record.pid} ({files.record_holder.value})"

    socket = "there is none" if files.socket is None else f"{files.socket.type.value}, mode {files.socket.mode:04o}"
    home = "there is none" if files.directory is None else f"{files.directory.type.value}, mode {files.directory.mode:04o}"
    return f"daemon.json: {record}; coven.sock: {socket}; home: {home}"


def _parts(found: Collected) -> Iterator[str]:
    case, before = found.case, found.before
    yield fact(_ledger(found), Basis.INTERNAL)
    storage, writer = case.case.look.storage, case.case.look.event_writer
    when = ""
    if storage is None and writer is None and before is not None:
        storage, writer, when = before.storage, before.event_writer, f" (in the minute that ended {time(before.at)})"

    yield from (fact(f"{_storage(one)}{when}", Basis.CONTRACT) for one in (storage,) if one is not None)
    yield from (fact(f"{_writer(one)}{when}", Basis.CONTRACT) for one in (writer,) if one is not None)


def _ledger(found: Collected) -> str:
    case, listed = found.case.case, found.data("home.txt", tuple) or ()
    file = next((one for one in listed if isinstance(one, Entry) and one.name == "coven.sqlite3"), None)
    stat = f", {file.size} bytes, modified {time(file.modified // _NANOS)}" if file else ""
    if case.ledger_error is not None:
        return f"Ledger's file: {case.ledger_error.message}{stat}"

    return f"Ledger's file: can be read{stat}" if case.ledger is not None else "Ledger's file: there is none"


def _storage(one: Storage) -> str:
    error = f" ({one.last_error})" if one.last_error else ""
    return f"Storage, says the daemon: {one.status}{error}, {size(one.database_bytes)} and {size(one.wal_bytes)} of WAL"


def _writer(one: EventWriter) -> str:
    error = f" ({one.last_error})" if one.last_error else ""
    return f"Event writer, says the daemon: {one.state}{error}, {one.committed_events} committed, {one.dropped_events} dropped"


def _sessions(found: Collected) -> str:
    ledger = found.case.case.ledger
    if ledger is None:
        return "Sessions: not known without the ledger"

    counts = ", ".join(f"{number} {status}" for status, number in sorted(ledger.by_status.items(), key=lambda one: -one[1]))
    live = sum(number for status, number in ledger.by_status.items() if status in LIVE_STATUSES)
    return f"Sessions: {counted(sum(ledger.by_status.values()), 'session')} in the ledger, {live} live ({counts or 'none'})"


def machine(found: Collected) -> Iterator[str]:
    """What Coven runs on."""
    one = found.data("system.json", System)
    if one is None:
        yield "- not collected"
        return

    inside = [f"container {one.container}"] if one.container else ["no container"]
    inside += ["WSL"] if one.wsl else []
    inside += [f"machine {one.virtual}"] if one.virtual else []
    libc = one.libc or "libc not known"
    yield fact(f"{one.os}, kernel {one.kernel}, {one.machine}, {libc}, {one.cpus} CPUs; {', '.join(inside)}", Basis.INTERNAL)
    where = "customised" if one.home_customised else "~/.coven, the default"
    free = "not known" if one.free_bytes is None else size(one.free_bytes)
    disk = f"{one.home_on or 'an unknown file system'}{' (remote)' if one.home_remote else ''}"
    yield fact(f"COVEN_HOME: {where}; on {disk}, {free} and {one.free_inodes} inodes free", Basis.INTERNAL)
    limits = ", ".join(f"{name.removeprefix('Max ')} {value}" for name, value in one.limits.items())
    yield fact(f"Limits of {one.limits_of} (soft / hard): {limits or 'not known'}", Basis.INTERNAL)
    memory = ", ".join(f"{name} {value}" for name, value in one.memory.items())
    pressure = next(iter(one.pressure), "pressure not known")
    kills = f"; {one.oom_kills} in its control group" if one.oom_kills else ""
    yield fact(f"Memory: {memory or 'not known'}; {pressure}{kills}", Basis.INTERNAL)
