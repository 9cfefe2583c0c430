"""The paths of a home come in; one look at its files goes out. Blocking: `files` calls it in a thread."""

import os
from dataclasses import dataclass, replace

from coven_watchdog.coven.paths import HomePaths
from coven_watchdog.coven.processes import holder
from coven_watchdog.coven.record import RecordFile, read_record
from coven_watchdog.coven.trust import examine
from coven_watchdog.decide.text import said
from coven_watchdog.errors import CovenError
from coven_watchdog.model.facts import FileFact, FilesSeen, Identity
from coven_watchdog.model.time import Instant
from coven_watchdog.model.words import FileType, Holder
from coven_watchdog.observe.shared import Mark

_SAID = 200


@dataclass(frozen=True, slots=True)
class Survey:
    """What a look saw. `mark`: the ledger's times and sizes; `unfinished`: `daemon.json` is just being written."""

    seen: FilesSeen
    mark: Mark
    unfinished: bool = False


def survey(home: str, at: Instant, paths: HomePaths, uid: int, daemon: Identity | None) -> Survey:
    """Look at directory, socket, record and free space of a home. `daemon`: who is known to serve it.

    What the system does not let us see is said in `FilesSeen.error`, not raised.
    """
    try:
        return _survey(FilesSeen(home, at), paths, uid, daemon)
    except (CovenError, OSError) as error:
        return Survey(FilesSeen(home, at, error=said(str(error), _SAID)), ())


def mark_of(paths: HomePaths) -> Mark:
    """Times (ns) and sizes of ledger and WAL, () for what is not there. Blocking."""
    mark: Mark = ()
    for path in (paths.ledger, paths.wal):
        try:
            found = os.lstat(path)
        except OSError:
            continue

        mark += (found.st_ino, found.st_mtime_ns, found.st_size)

    return mark


def _survey(seen: FilesSeen, paths: HomePaths, uid: int, daemon: Identity | None) -> Survey:
    examined = examine(paths, uid)
    seen = replace(seen, directory=examined.directory, socket=examined.socket, problems=examined.problems)
    if not is_home(examined.directory):
        return Survey(seen, ())

    file = read_record(paths.record)
    free = os.statvfs(paths.root)
    seen = replace(_with_record(seen, file, paths, daemon), free_bytes=free.f_bavail * free.f_frsize)
    return Survey(seen, mark_of(paths), unfinished=file is not None and file.empty)


def _with_record(seen: FilesSeen, file: RecordFile | None, paths: HomePaths, daemon: Identity | None) -> FilesSeen:
    if file is None:
        return seen

    pid = file.record.pid
    who, program = (Holder.UNKNOWN, "") if pid is None else holder(pid, daemon, paths.serve_lock)
    stranger = program if who is Holder.STRANGER else ""
    return replace(seen, record=file.record, record_mtime=file.mtime, record_holder=who, record_program=said(stranger, _SAID))


def is_home(directory: FileFact | None) -> bool:
    """Something that can be looked into: not missing, and not a link that Coven itself would refuse."""
    return directory is not None and directory.type is FileType.DIRECTORY
