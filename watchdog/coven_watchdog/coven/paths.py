"""A home directory comes in; the paths of what Coven keeps in it go out, and what the system says when it refuses one."""

import os
import pwd
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from coven_watchdog.errors import ConfigError, CovenError, ForbiddenError

SERVE_LOCK = "daemon-serve.lock"


@dataclass(frozen=True, slots=True)
class HomePaths:
    """The files of one COVEN_HOME (seen on 0.4.6). `root` is canonical."""

    root: Path

    @property
    def socket(self) -> Path:
        """The API's Unix socket; it appears by a hard link, so it is there at once and whole."""
        return self.root / "coven.sock"

    @property
    def record(self) -> Path:
        """The daemon's record of itself; not written atomically."""
        return self.root / "daemon.json"

    @property
    def serve_lock(self) -> Path:
        """Locked for the whole life of a serving daemon. Never to be locked by anybody else, not even shared."""
        return self.root / SERVE_LOCK

    @property
    def ledger(self) -> Path:
        """The SQLite database of sessions and events."""
        return self.root / "coven.sqlite3"

    @property
    def wal(self) -> Path:
        """The ledger's write-ahead log: grows when anything is recorded."""
        return self.root / "coven.sqlite3-wal"

    @property
    def log(self) -> Path:
        """The only log file; rotated at 4 MiB."""
        return self.root / "daemon-recovery.log"


def default_home(env: Mapping[str, str]) -> Path:
    """The home that Coven uses in this environment: `COVEN_HOME`, else `~/.coven` (contract).

    Raises:
        ConfigError: it cannot be a path.
    """
    return canonical(env.get("COVEN_HOME") or "~/.coven", env)


def canonical(path: str | Path, env: Mapping[str, str]) -> Path:
    """The one name of a home directory: absolute, parents resolved, the last part as it is even if it is a symbolic link.

    Coven refuses a home that is a link itself, so that must stay visible. Blocking: it looks at the parents.

    Raises:
        ConfigError: it cannot be a path.
    """
    text = _expanded(os.fspath(path), env)
    if not text or "\0" in text:
        raise _no_path(path)

    parent, name = os.path.split(text.rstrip("/") or "/")
    found = Path(os.path.realpath(text)) if name in {"", ".", ".."} else Path(os.path.realpath(parent or "."), name)
    try:
        # It is a home's name in the store, in JSON and in messages.
        str(found).encode()
    except UnicodeEncodeError as error:
        raise _no_path(path) from error

    return found


def _no_path(path: str | Path) -> ConfigError:
    message = f"{os.fspath(path)!r} is no path, or not in UTF-8"
    return ConfigError(message, next_step="name the directory that COVEN_HOME names")


def _expanded(text: str, env: Mapping[str, str]) -> str:
    """The text with a leading `~` or `~user` replaced."""
    if not text.startswith("~"):
        return text

    user, slash, rest = text[1:].partition("/")
    return _directory_of(user, env) + slash + rest


def _directory_of(user: str, env: Mapping[str, str]) -> str:
    """The home directory of a user; of this one for ""."""
    if not user and env.get("HOME"):
        return env["HOME"]

    try:
        return (pwd.getpwnam(user) if user else pwd.getpwuid(os.getuid())).pw_dir
    except KeyError as error:
        message = f"there is no user {user!r}"
        raise ConfigError(message, next_step="write the directory without ~") from error


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn the system's refusals of a file into ours. That it is not there is an answer, not a refusal: it passes.

    Raises:
        FileNotFoundError: nothing is there.
        ForbiddenError: the system does not let us.
        CovenError: the system cannot (loops of links, a broken disk).
    """
    try:
        yield
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FileNotFoundError from error
    except PermissionError as error:
        message = "the system does not let us look at it"
        raise ForbiddenError(message, where=str(path)) from error
    except OSError as error:
        message = f"it cannot be looked at: {os.strerror(error.errno or 0)}"
        raise CovenError(message, where=str(path)) from error
