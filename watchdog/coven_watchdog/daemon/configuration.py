"""The settings in force: loaded at the start, loaded again when a file of theirs changes or SIGHUP comes, kept when the new ones are invalid."""

from dataclasses import replace
from pathlib import Path

from anyio import to_thread

from coven_watchdog.config import Loaded, load
from coven_watchdog.daemon.options import RunOptions
from coven_watchdog.deliver.expanding import expanded, load_expanded
from coven_watchdog.diagnose.look import impatient
from coven_watchdog.errors import ReplacedError, WatchdogError
from coven_watchdog.settings import Settings


class Configuration:
    """Holds what is in force.

    Raises (on making one):
        ConfigError: the configuration cannot be used.
    """

    def __init__(self, options: RunOptions) -> None:
        self._options = options
        loaded = load_expanded(options.config, options.environ, homes=options.homes)
        self._loaded = self._fitting(loaded)
        self._publish()
        self.files: tuple[Path, ...] = loaded.files
        """Whose change means to read again: also a file that could not be used when it was last read."""
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
        """Read again. True when other settings are in force now; when they are invalid the old ones stay and `error` says why.

        Raises:
            ReplacedError: the installed package is not ours any more.
        """
        try:
            loaded = await to_thread.run_sync(self._read, abandon_on_cancel=True)
            self.files = loaded.files
            loaded = self._fitting(await expanded(loaded, self._options.environ))
        except ReplacedError:
            raise
        except WatchdogError as error:
            self.error = ": ".join(filter(None, (error.where, error.message)))
            return False

        changed = loaded.settings != self._loaded.settings
        self._loaded, self.error = loaded, ""
        self._publish()
        return changed

    def _read(self) -> Loaded:
        return load(self._options.config, self._options.environ, homes=self._options.homes)

    def _publish(self) -> None:
        """For what is written beside the settings' reach."""
        self._options.patterns[:] = self.settings().privacy.patterns

    def _fitting(self, loaded: Loaded) -> Loaded:
        return replace(loaded, settings=impatient(loaded.settings)) if self._options.once else loaded
