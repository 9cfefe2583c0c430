"""The shell's environment in; what of it the service needs, so that it means the same files, out."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from coven_watchdog.config import config_place, state_directory
from coven_watchdog.config.places import CONFIG_VARIABLE, STATE_VARIABLE
from coven_watchdog.coven.paths import default_home
from coven_watchdog.errors import UsageError

_USUAL_PATH = "/usr/local/bin:/usr/bin:/bin"
_XDG = ("XDG_CONFIG_HOME", "XDG_STATE_HOME")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the installing shell says: its environment and `--config`."""

    env: Mapping[str, str]
    config: Path | None = None

    @property
    def home(self) -> Path:
        """The user's folder.

        Raises:
            UsageError: HOME is not set, or relative.
        """
        home = self.env.get("HOME", "")
        if not home.startswith("/"):
            message = "HOME is not set, so it is not known whose service this would be"
            raise UsageError(message, where="HOME", next_step="call it from your own login shell")

        return Path(home)

    def carried(self) -> dict[str, str]:
        """The variables for the service's file: PATH always, the others where they are set. No secret is among them."""
        kept = {"PATH": search_path(self.env)}
        if self.env.get("COVEN_HOME"):
            kept["COVEN_HOME"] = str(default_home(self.env))

        place = config_place(self.config, self.env)
        kept |= {CONFIG_VARIABLE: str(place.path)} if place.chosen else {}
        if self.env.get(STATE_VARIABLE):
            kept[STATE_VARIABLE] = str(state_directory(self.env))

        return kept | {name: self.env[name] for name in _XDG if self.env.get(name, "").startswith("/")}


def search_path(env: Mapping[str, str]) -> str:
    """PATH without relative and repeated folders, and without those of a session, which are gone after it."""
    passing = env.get("XDG_RUNTIME_DIR") or "/run/user"
    folders = [folder for folder in env.get("PATH", "").split(":") if folder.startswith("/") and folder.isprintable()]
    lasting = [folder for folder in dict.fromkeys(folders) if not folder.startswith((f"{passing}/", "/run/user/"))]
    return ":".join(lasting) or _USUAL_PATH
