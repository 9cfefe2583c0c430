"""What the watchdog keeps on this machine: found, and removed when it is wanted so. Nothing of anybody else is touched."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from coven_watchdog.cli.terms import Terms
from coven_watchdog.config import config_place, state_directory, there
from coven_watchdog.daemon.instance import single_instance
from coven_watchdog.errors import WatchdogError

_OWN = "coven-watchdog"
_STATE_FILES = ("watchdog.sqlite3*", "watchdog.lock")


def kept(terms: Terms) -> tuple[Path, ...]:
    """The configuration and the state that are there: a folder of our name whole, in other folders our files alone."""
    config, state = config_place(terms.config, terms.env).path, state_directory(terms.env)
    found = [*_whole(config.parent, config), *_whole(state, *own_files(state))]
    return tuple(dict.fromkeys(found))


def _whole(folder: Path, *files: Path) -> Iterator[Path]:
    """The folder when it is ours by its name and no link, else those of the files that are there."""
    if folder.name == _OWN and folder.is_dir() and not folder.is_symlink():
        yield folder
    else:
        yield from (path for path in files if there(path))


def own_files(state: Path) -> Iterator[Path]:
    """The database with what SQLite puts beside it, damaged ones that were moved aside, and the lock."""
    for pattern in _STATE_FILES:
        yield from sorted(state.glob(pattern))


def purge(terms: Terms, paths: tuple[Path, ...]) -> None:
    """Remove them.

    Raises:
        AlreadyRunningError: a watchdog runs on this state.
        WatchdogError: one cannot be removed; those before it are gone.
    """
    state = state_directory(terms.env)
    if state.is_dir():
        with single_instance(state):
            _remove(paths)

        with suppress(OSError):
            state.rmdir()
    else:
        _remove(paths)


def _remove(paths: tuple[Path, ...]) -> None:
    for path in paths:
        try:
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)
        except OSError as error:
            message = f"cannot be removed: {error.strerror}"
            raise WatchdogError(message, where=str(path)) from error
