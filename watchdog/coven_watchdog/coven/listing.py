"""A home comes in; what lies in it goes out, without a trace: types, modes, sizes, inodes, times. No file is opened."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from coven_watchdog.coven.opening import names_in
from coven_watchdog.decide.text import said

_AT_MOST = 500
_DEEP = 2
_SHOWN = 200
_KEYS = frozenset({"keys", "mobile"})
"""What lies below is key material: not even its names (docs of Coven)."""
_TYPES = (
    (stat.S_ISDIR, "d"),
    (stat.S_ISREG, "-"),
    (stat.S_ISLNK, "l"),
    (stat.S_ISSOCK, "s"),
    (stat.S_ISFIFO, "p"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One name below the home, "." for the home itself. Times in ns."""

    name: str
    type: str
    mode: int
    uid: int
    gid: int
    size: int
    inode: int
    links: int
    modified: int
    changed: int
    accessed: int


def listing(root: Path) -> tuple[tuple[Entry, ...], str]:
    """The home and what lies in it, two levels deep, 500 names at most; and what was left out, in words, or "". Blocking.

    Raises:
        FileNotFoundError: there is no home.
        OSError: it cannot be looked at.
    """
    found = [_entry(root, ".")]
    notes: list[str] = []
    if found[0].type == "d":
        for name, path in _below(root, "", _DEEP, notes):
            if len(found) > _AT_MOST:
                notes.append(f"more than {_AT_MOST} names")
                break

            found.append(_entry(path, name))

    return tuple(found), ", ".join(notes)


def _below(directory: Path, prefix: str, depth: int, notes: list[str]) -> Iterator[tuple[str, Path]]:
    try:
        names = names_in(directory)
    except OSError as error:
        notes.append(f"{prefix or '.'}: {os.strerror(error.errno or 0)}")
        return

    for name in names:
        path = directory / name
        if not os.path.lexists(path):
            continue

        yield f"{prefix}{name}", path
        if stat.S_ISDIR(path.lstat().st_mode) and depth > 1:
            if name in _KEYS:
                notes.append(f"what is in {prefix}{name}")
            else:
                yield from _below(path, f"{prefix}{name}/", depth - 1, notes)


def _entry(path: Path, name: str) -> Entry:
    found = path.lstat()
    return Entry(
        name=said(name, _SHOWN),
        type=next((letter for test, letter in _TYPES if test(found.st_mode)), "?"),
        mode=stat.S_IMODE(found.st_mode),
        uid=found.st_uid,
        gid=found.st_gid,
        size=found.st_size,
        inode=found.st_ino,
        links=found.st_nlink,
        modified=found.st_mtime_ns,
        changed=found.st_ctime_ns,
        accessed=found.st_atime_ns,
    )
