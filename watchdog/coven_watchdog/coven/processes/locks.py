"""A file comes in; who holds an exclusive `flock` on it goes out, as Linux' lock table tells."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from coven_watchdog.coven.processes.linux import exists, identity, is_coven, links_of, read_proc
from coven_watchdog.model.facts import Identity

_TABLE_LIMIT = 4 * 1024 * 1024
# A waiter's line has `->` before the word FLOCK: it holds nothing.
_LINE = re.compile(rb"^\d+: +FLOCK +\S+ +WRITE +(\d+) +([0-9a-f]+):([0-9a-f]+):(\d+) ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Lock:
    """One held lock. `device` is (major, minor)."""

    pid: int
    device: tuple[int, int]
    inode: int


def lock_owners(path: Path) -> tuple[Identity, ...] | None:
    """Who holds an exclusive `flock` on that file, or on a deleted one of that name; None when it cannot be known. Blocking.

    Read from `/proc/locks` by inode and confirmed through the descriptors (device numbers differ on btrfs and overlayfs). The
    file is never opened: a lock of ours, even a shared one, breaks `coven daemon start` (seen on 0.4.6). An owner in a pid
    namespace of its own is not in the table: () is no proof against a daemon in a container.
    """
    try:
        file = _file(path)
    except OSError:
        return None

    table = read_proc("locks", _TABLE_LIMIT)
    if table is None:
        return None

    owners = [_owner(lock, path, file) for lock in _held(table)]
    return None if None in owners else tuple(sorted({found for owner in owners for found in owner or ()}))


def _file(path: Path) -> os.stat_result | None:
    """The file as it is; None when there is none.

    Raises:
        OSError: the system does not tell.
    """
    try:
        return os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None


def _held(table: bytes) -> Iterator[_Lock]:
    """The exclusive `flock`s of the table."""
    for pid, major, minor, inode in _LINE.findall(table):
        yield _Lock(int(pid), (int(major, 16), int(minor, 16)), int(inode))


def _owner(lock: _Lock, path: Path, file: os.stat_result | None) -> tuple[Identity, ...] | None:
    """The owner of this lock when it is on our file, () when it is not, None when it may be but is hidden from us."""
    same_inode = file is not None and lock.inode == file.st_ino
    if not same_inode and not is_coven(lock.pid):
        return ()

    owner = identity(lock.pid)
    if owner is None:
        return None if same_inode and exists(lock.pid) else ()

    return (owner,) if _confirmed(lock, path, file) else ()


def _confirmed(lock: _Lock, path: Path, file: os.stat_result | None) -> bool:
    """Whether one of its descriptors is that file; when they are not for us, the device number has to do."""
    links = links_of(lock.pid)
    if links is None:
        return file is not None and (lock.inode, *lock.device) == (file.st_ino, os.major(file.st_dev), os.minor(file.st_dev))

    return any(_is(link, name, path, file) for name, link in links.items())


def _is(link: str, name: str, path: Path, file: os.stat_result | None) -> bool:
    """Whether a descriptor is that file, or a deleted one that had its name."""
    if link == f"{path} (deleted)":
        return True

    if file is None or not link.endswith(f"/{path.name}"):
        return False

    try:
        return os.path.samestat(Path("/proc", name).stat(), file)
    except OSError:
        return False
