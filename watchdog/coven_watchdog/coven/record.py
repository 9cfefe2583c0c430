"""The path of `daemon.json` comes in; what it says goes out, or that it is garbage. Reads 16 KiB at most, and only a regular file."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

import msgspec

from coven_watchdog.coven.opening import open_untouched
from coven_watchdog.model.facts import Record

_AT_MOST = 16 * 1024  # Coven's own clients refuse more (source of Coven)
_NANOS_PER_MICRO = 1_000


@dataclass(frozen=True, slots=True)
class RecordFile:
    """The record as it lies there. `mtime` in wall µs; `text` as read, for the scene."""

    record: Record
    mtime: int
    text: str

    @property
    def empty(self) -> bool:
        """It is being written: created first, filled after (seen on 0.4.6)."""
        return not self.text


class _Daemon(msgspec.Struct, frozen=True):
    pid: int
    started_at: str | None = msgspec.field(name="startedAt", default=None)
    socket: str | None = None


_decode = msgspec.json.Decoder(_Daemon).decode


def read_record(path: Path) -> RecordFile | None:
    """Read the record (contract: `{"pid", "startedAt", "socket"}`); None when there is none. Blocking.

    Raises:
        OSError: it is there and cannot be read.
    """
    try:
        descriptor = open_untouched(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return _unreadable(path, error)

    try:
        found = os.fstat(descriptor)
        raw = os.read(descriptor, _AT_MOST + 1) if stat.S_ISREG(found.st_mode) else b"\0"
    finally:
        os.close(descriptor)

    return RecordFile(_record(raw), found.st_mtime_ns // _NANOS_PER_MICRO, raw.decode("utf-8", "replace"))


def _record(raw: bytes) -> Record:
    """All None for what is not the contract's object."""
    if len(raw) > _AT_MOST:
        return Record()

    try:
        daemon = _decode(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return Record()

    return Record(daemon.pid, daemon.started_at, daemon.socket) if daemon.pid > 0 else Record()


def _unreadable(path: Path, error: OSError) -> RecordFile | None:
    """Something that is no file (a link, a socket) is garbage; a file that we may not read is an error."""
    try:
        found = os.lstat(path)
    except FileNotFoundError:  # pragma: no cover - it went away between two calls
        return None

    if stat.S_ISREG(found.st_mode):
        raise error

    return RecordFile(Record(), found.st_mtime_ns // _NANOS_PER_MICRO, "\0")
