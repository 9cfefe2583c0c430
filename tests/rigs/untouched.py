"""Every stamp of every file below a directory: what must not differ when something only looks."""

import os
from collections.abc import Mapping
from pathlib import Path

from waiting import until

Stamps = Mapping[str, Mapping[str, int]]

_FIELDS = (
    "st_ino",
    "st_dev",
    "st_mode",
    "st_nlink",
    "st_uid",
    "st_gid",
    "st_size",
    "st_atime_ns",
    "st_mtime_ns",
    "st_ctime_ns",
)
_POLLS = 60


def stamps(directory: Path) -> Stamps:
    """All that stat tells of the directory and of what is in it; nothing when it does not exist. Leaves no trace itself."""
    found = {str(path): path.lstat() for path in _below(directory)}
    return {name: {field: getattr(stat, field) for field in _FIELDS} for name, stat in found.items()}


def changes(before: Stamps, after: Stamps) -> dict[str, object]:
    """What differs, file by file and field by field; empty when nothing does."""
    names = sorted({*before, *after})
    return {
        name: {
            field: (old, new)
            for field in _FIELDS
            if (old := before.get(name, {}).get(field)) != (new := after.get(name, {}).get(field))
        }
        for name in names
        if before.get(name) != after.get(name)
    }


def settled(directory: Path) -> Stamps:
    """The stamps once they stay the same for a good half second: a daemon that has just started still writes."""
    last: list[Stamps] = []

    def same() -> list[Stamps]:
        last.append(stamps(directory))
        return last[-1:] if len(last) > _POLLS and all(one == last[-1] for one in last[-_POLLS:]) else []

    return until(same)[0]


def _below(directory: Path) -> list[Path]:
    """The directory and everything below it. Reading a directory is an access, unless it is asked not to be one."""
    try:
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_NOATIME)
    except (FileNotFoundError, NotADirectoryError):
        return []

    try:
        names = sorted(os.listdir(descriptor))  # noqa: PTH208 - only a descriptor can be asked to leave no trace
    finally:
        os.close(descriptor)

    found = [directory]
    for name in names:
        path = directory / name
        found += _below(path) if path.is_dir() and not path.is_symlink() else [path]

    return found
