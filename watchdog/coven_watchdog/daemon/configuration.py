"""The settings in force: loaded at the start, loaded again when the file changes or SIGHUP comes, kept when the new ones are invalid."""

from dataclasses import replace

from anyio import to_thread

from coven_watchdog.config import Loaded, load
from coven_watchdog.daemon.options import RunOptions
from coven_watchdog.diagnose.look import impatient
from coven_watchdog.errors import WatchdogError
from coven_watchdog.settings import Settings


class Configuration:
    """Holds what is in force.

    Raises (on making one):
        ConfigError: the configuration cannot be used.
    """

    def __init__(self, options: RunOptions) -> None:
        self._options = options
        self._loaded = _load(options)
        self.error = ""
        """Why an edited configuration was not taken, or ""."""

    @property
    def loaded(self) -> Loaded:
        """What is in force, with its file and warnings."""
        return self._loaded

    def settings(self) -> Settings:
        """What is in force."""
        return self._loaded.settings

    async def reload(self) -> bool:
        """Read again. True when other settings are in force now; when they are invalid the old ones stay and `error` says why."""
        try:
            loaded = await to_thread.run_sync(_load, self._options, abandon_on_cancel=True)
        except WatchdogError as error:
            self.error = ": ".join(filter(None, (error.where, error.message)))
            return False

        changed = loaded.settings != self._loaded.settings
        self._loaded, self.error = loaded, ""
        return changed


def _load(options: RunOptions) -> Loaded:
    loaded = load(options.config, options.environ, homes=options.homes)
    return replace(loaded, settings=impatient(loaded.settings)) if options.once else loaded
