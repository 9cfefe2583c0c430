"""A project's directory comes in; the leases that Coven's sessions hold in its git repository go out. An internal of Coven.

Seen on 0.4.6: `<git directory>/coven-maintenance-gate/writers/<name>.json` holds `{"id", "kind", "generation", "expires_at"}`; a lease
is for 90 s and renewed every 20. Whoever is killed leaves it behind. Files are only read, at most 4 KiB of each.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import msgspec

from coven_watchdog.coven.decoding import Count, Decoder
from coven_watchdog.errors import NotContractError
from coven_watchdog.model.time import SECOND

LEASE = 90 * SECOND
_WRITERS = Path("coven-maintenance-gate", "writers")
_AT_MOST, _FILES = 4096, 500
_YEAR_10000 = 253_402_300_800


@dataclass(frozen=True, slots=True)
class Lease:
    """Who holds it (`daemon-session-<id of the session>`, or of a `coven run` a name of its own), and until when (wall µs)."""

    holder: str
    expires_at: int


class _Lease(msgspec.Struct, frozen=True):
    id: str
    expires_at: Count


_decode: Decoder[_Lease] = Decoder(_Lease)


def leases(project: Path) -> tuple[Lease, ...] | None:
    """The leases in that project's repository, run out or not; None when it has none, or cannot be read. Blocking."""
    top = repository(project)
    directory = _git_directory(top / ".git") if top else None
    if directory is None:
        return None

    try:
        with os.scandir(directory / _WRITERS) as found:
            names = [entry.path for entry in islice(found, _FILES) if entry.name.endswith(".json")]
    except FileNotFoundError:
        return ()
    except OSError:
        return None

    return tuple(lease for name in names for lease in _read(name))


def repository(project: Path) -> Path | None:
    """The directory that holds `.git`: the project, or one above it; None when there is none."""
    return next((place for place in (project, *project.parents) if os.path.lexists(place / ".git")), None)


def _git_directory(git: Path) -> Path | None:
    """What all work trees of the repository share; None when that cannot be told."""
    try:
        if git.is_dir():
            return git

        named = _text(str(git))
        own = git.parent / named.removeprefix("gitdir:").strip()
        common = _text(str(own / "commondir")).strip()
    except OSError:
        return None

    return own / common if named.startswith("gitdir:") else None


def _read(name: str) -> Iterator[Lease]:
    """One lease, or nothing: it may be renewed or removed meanwhile."""
    try:
        found = _decode(_text(name).encode())
    except (OSError, NotContractError):
        return

    yield Lease(found.id, min(found.expires_at, _YEAR_10000) * SECOND)


def _text(name: str) -> str:
    """The beginning of a regular file; "" of anything else, so that nothing holds us.

    Raises:
        OSError: it is not there, or not for us.
    """
    descriptor = os.open(name, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        regular = stat.S_ISREG(os.fstat(descriptor).st_mode)
        return os.read(descriptor, _AT_MOST).decode("utf-8", "replace") if regular else ""
    finally:
        os.close(descriptor)
