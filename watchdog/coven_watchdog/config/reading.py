"""Private files in, their text out. A file that others could have written is refused before a byte of it is believed."""

import os
import shlex
import stat
from dataclasses import dataclass
from pathlib import Path

from coven_watchdog.errors import ConfigError

LARGEST = 1 << 20
"""Bytes that a file of ours may have."""
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_OTHERS_READ = stat.S_IRGRP | stat.S_IROTH
_OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True)
class Private:
    """A file's text, and whether other users can read it."""

    text: str
    readable_by_others: bool


def read_private(path: Path, where: str, largest: int = LARGEST) -> Private:
    """The text of a file that belongs to this user and that nobody else can write. Symlinks are followed.

    Args:
        path: the file.
        where: what names it in an error: the path itself, or the key that points there.
        largest: what has as many bytes is no configuration.

    Raises:
        ConfigError: it cannot be read, is no text, or is not private enough.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError as error:
        message = f"there is no file {path}" if where != str(path) else "there is no such file"
        ours = where == str(path)
        next_step = "check the path, or write a first one: coven-watchdog config init" if ours else "check the path"
        raise ConfigError(message, where=where, next_step=next_step) from error
    except OSError as error:
        message = f"cannot read {path}: {error.strerror}"
        raise ConfigError(message, where=where, next_step=f"ls -l {shlex.quote(str(path))}") from error

    try:
        facts = os.fstat(handle)
        _refuse(path, facts, where, largest)
        content = os.read(handle, largest)
    finally:
        os.close(handle)

    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = "is not UTF-8 text"
        raise ConfigError(message, where=f"{path}:{line}", next_step="save it as UTF-8") from error

    return Private(text, bool(facts.st_mode & _OTHERS_READ))


def readable_by_others(path: Path, where: str) -> ConfigError:
    """The refusal of a file that holds a secret for everybody to read."""
    message = f"{path} holds a secret, and other users can read it"
    return ConfigError(message, where=where, next_step=f"chmod {_OWNER_ONLY:o} {shlex.quote(str(path))}")


def _refuse(path: Path, facts: os.stat_result, where: str, largest: int) -> None:
    """Stop at what is no private file.

    Raises:
        ConfigError: why.
    """
    quoted = shlex.quote(str(path))
    if not stat.S_ISREG(facts.st_mode):
        message = f"{path} is not a regular file"
        raise ConfigError(message, where=where, next_step="give the path of a text file")

    if facts.st_uid != os.geteuid():
        message = f"{path} belongs to another user (uid {facts.st_uid})"
        raise ConfigError(message, where=where, next_step=f"ls -l {quoted}; make a copy of your own, or chown it")

    if facts.st_mode & _OTHERS_WRITE:
        message = f"other users can write {path}"
        raise ConfigError(message, where=where, next_step=f"look through it, then: chmod go-w {quoted}")

    if facts.st_size >= largest:
        message = f"{path} is larger than {largest >> 10} KiB"
        raise ConfigError(message, where=where, next_step="give the path of a configuration file")
