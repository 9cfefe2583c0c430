"""The paths of a home come in; one look at its files goes out. Blocking: `files` calls it in a thread."""

import os
from dataclasses import dataclass, replace
from pathlib import Path

from coven_watchdog.coven.paths import HomePaths
from coven_watchdog.coven.processes import holder
from coven_watchdog.coven.record import RecordFile, read_record
from coven_watchdog.coven.trust import examine, look
from coven_watchdog.decide.text import said
from coven_watchdog.errors import CovenError
from coven_watchdog.model.facts import FileFact, FilesSeen, Identity
from coven_watchdog.model.time import Instant
from coven_watchdog.model.words import FileType, Holder
from coven_watchdog.observe.shared import Mark

_SAID = 200
_INIT = 1


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the daemon: who serves the home now, and whether that one, or the last one, is in a pid namespace below ours."""

    daemon: Identity | None = None
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Survey:
    """What a look saw. `mark`: the ledger's times and sizes; `log`: those of the log; `unfinished`: `daemon.json` is just being written."""

    seen: FilesSeen
    mark: Mark
    log: Mark = ()
    unfinished: bool = False


def survey(home: str, at: Instant, paths: HomePaths, uid: int, known: Known) -> Survey:
    """Look at directory, socket, record and free space of a home.

    What the system does not let us see is said in `FilesSeen.error`, not raised.
    """
    try:
        return _survey(FilesSeen(home, at), paths, uid, known)
    except (CovenError, OSError) as error:
        return Survey(FilesSeen(home, at, error=said(str(error), _SAID)), ())


def mark_of(paths: HomePaths) -> Mark:
    """Times (ns) and sizes of ledger and WAL, () for what is not there. Blocking."""
    return _mark(paths.ledger, paths.wal)


def _mark(*files: Path) -> Mark:
    mark: Mark = ()
    for path in files:
        try:
            found = os.lstat(path)
        except OSError:
            continue

        mark += (found.st_ino, found.st_mtime_ns, found.st_size)

    return mark


def _survey(seen: FilesSeen, paths: HomePaths, uid: int, known: Known) -> Survey:
    examined = examine(paths, uid)
    seen = replace(seen, directory=examined.directory, socket=examined.socket, problems=examined.problems)
    if not is_home(examined.directory):
        return Survey(seen, ())

    file = read_record(paths.record)
    free = os.statvfs(paths.root)
    seen = replace(_with_record(seen, file, paths, known), free_bytes=free.f_bavail * free.f_frsize)
    return Survey(seen, mark_of(paths), _mark(paths.log), unfinished=file is not None and file.empty)


def _with_record(seen: FilesSeen, file: RecordFile | None, paths: HomePaths, known: Known) -> FilesSeen:
    if file is None:
        return seen

    if file.record.garbage:
        seen = replace(seen, record_file=look(paths.record))

    who, program = _holder(file.record.pid, paths, known)
    stranger = program if who is Holder.STRANGER else ""
    return replace(seen, record=file.record, record_mtime=file.mtime, record_holder=who, record_program=said(stranger, _SAID))


def _holder(pid: int | None, paths: HomePaths, known: Known) -> tuple[Holder, str]:
    """Whose the recorded pid is. Across pid namespaces nobody can know: a daemon records the pid that it has in its own."""
    if pid is None:
        return Holder.UNKNOWN, ""

    who, program = holder(pid, known.daemon, paths.serve_lock)
    # The first process of a namespace is never a Coven that came and went, except in a container: it was another one's first.
    elsewhere = known.apart or (pid == _INIT and who is Holder.STRANGER)
    return (Holder.UNKNOWN, "") if elsewhere and who is not Holder.DAEMON else (who, program)


def is_home(directory: FileFact | None) -> bool:
    """Something that can be looked into: not missing, and not a link that Coven itself would refuse."""
    return directory is not None and directory.type is FileType.DIRECTORY
