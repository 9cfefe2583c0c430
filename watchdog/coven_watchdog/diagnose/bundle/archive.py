"""Files come in; one `.tar.gz` goes out: the same bytes for the same files, and on the disk whole or not at all."""

import errno
import gzip
import io
import os
import secrets
import tarfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from coven_watchdog.errors import WatchdogError

_MODE = 0o600
_LEVEL = 6
_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})


def packed(folder: str, files: Mapping[str, bytes]) -> bytes:
    """The archive: names sorted, one folder, no owner, no times but the beginning of time."""
    out = io.BytesIO()
    with (
        gzip.GzipFile(filename="", mode="wb", compresslevel=_LEVEL, fileobj=out, mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.USTAR_FORMAT) as tar,
    ):
        for name in sorted(files):
            entry = tarfile.TarInfo(f"{folder}/{name}")
            entry.size, entry.mode = len(files[name]), _MODE
            tar.addfile(entry, io.BytesIO(files[name]))

    return out.getvalue()


def written(path: Path, content: bytes, link: Callable[[Path, Path], None] = os.link) -> None:
    """Write it, for its owner only. What is there already stays; whatever goes wrong, nothing of ours is left.

    `link` gives a file a second name; not every file system can.

    Raises:
        WatchdogError: something is there already, the directory is not there, or the disk does not take it.
    """
    # Beside the target, so that it can be put there in one step.
    waiting = path.parent / f".{path.name[:64]}.{secrets.token_hex(4)}.part"
    try:
        _put(path, waiting, content, link)
    except OSError as error:
        raise refused(path, error) from error
    finally:
        with suppress(OSError):
            waiting.unlink()


def _put(path: Path, waiting: Path, content: bytes, link: Callable[[Path, Path], None]) -> None:
    descriptor = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, _MODE)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, _MODE)
        file.write(content)
        file.flush()
        os.fsync(descriptor)

    _named(waiting, path, link)
    _settled(path.parent)


def _named(waiting: Path, path: Path, link: Callable[[Path, Path], None]) -> None:
    """Give it its name unless that is taken."""
    try:
        link(waiting, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise

        # A file system without links: take the name first, then put the whole over the empty file, which is ours.
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, _MODE))
        try:
            waiting.replace(path)
        except OSError:
            path.unlink()
            raise


def _settled(directory: Path) -> None:
    """The name, too, survives the power."""
    with suppress(OSError):
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def refused(path: Path, error: OSError) -> WatchdogError:
    """What a person can do about it."""
    if error.errno == errno.EEXIST:
        return WatchdogError("it is there already, and stays as it is", where=str(path), next_step="name another file with -o")

    if error.errno in {errno.ENOENT, errno.ENOTDIR}:
        return WatchdogError(
            "its directory is not there", where=str(path.parent), next_step="make it, or name another file with -o"
        )

    why = os.strerror(error.errno or 0)
    return WatchdogError(
        f"cannot be written: {why}; nothing was left behind",
        where=str(path),
        next_step="name a file elsewhere with -o, or use -o -",
    )
