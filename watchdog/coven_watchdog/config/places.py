"""Where the watchdog's own files are: environment in, paths out."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from coven_watchdog.errors import UsageError

_APP = "coven-watchdog"
CONFIG_VARIABLE = "COVEN_WATCHDOG_CONFIG"
STATE_VARIABLE = "COVEN_WATCHDOG_STATE_DIR"


@dataclass(frozen=True, slots=True)
class Place:
    """A file's path, who chose it (`--config`, `environment NAME` or `default`), and whether it therefore must exist."""

    path: Path
    origin: str

    @property
    def chosen(self) -> bool:
        """Somebody named it: its absence is an error."""
        return self.origin != "default"

    @property
    def exists(self) -> bool:
        """Something is there, and must be understood."""
        return there(self.path)


def there(path: Path) -> bool:
    """Whether anything is there: also a link that leads nowhere, and what the system does not let us see."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True

    return True


def config_place(option: Path | None, env: Mapping[str, str]) -> Place:
    """The configuration file: `--config`, else $COVEN_WATCHDOG_CONFIG, else `coven-watchdog/config.toml` in the user's config folder."""
    if option is not None:
        return Place(option.expanduser().absolute(), "--config")

    if env.get(CONFIG_VARIABLE):
        return Place(_absolute(env, CONFIG_VARIABLE), f"environment {CONFIG_VARIABLE}")

    return Place(_folder(env, "XDG_CONFIG_HOME", ".config") / "config.toml", "default")


def state_directory(env: Mapping[str, str]) -> Path:
    """The folder of the database and the lock: $COVEN_WATCHDOG_STATE_DIR, else `coven-watchdog` in the user's state folder."""
    if env.get(STATE_VARIABLE):
        return _absolute(env, STATE_VARIABLE)

    return _folder(env, "XDG_STATE_HOME", ".local/state")


def _absolute(env: Mapping[str, str], name: str) -> Path:
    """The path in a variable. A relative one would mean another file in each working directory.

    Raises:
        UsageError: it is relative.
    """
    path = Path(env[name]).expanduser()
    if not path.is_absolute():
        message = f"{name} is a relative path: {path}"
        raise UsageError(message, where=name, next_step="give it as an absolute path")

    return path


def _folder(env: Mapping[str, str], variable: str, fallback: str) -> Path:
    """Our folder by the XDG rules, where a relative value counts as unset; on macOS the Library's."""
    if sys.platform == "darwin":  # pragma: no cover - macOS only
        import platformdirs  # noqa: PLC0415 - 10 ms that other systems do without

        return platformdirs.user_config_path(_APP, appauthor=False)

    given = env.get(variable, "")
    base = Path(given) if given.startswith("/") else Path(env.get("HOME") or Path.home()) / fallback
    return base / _APP
