"""What must be so before a service is installed or started: a configuration that it can use, and no other watchdog."""

from coven_watchdog.cli.recorded import database, running_service
from coven_watchdog.cli.setting import loaded
from coven_watchdog.cli.terms import Terms
from coven_watchdog.config import needs_service, resolve
from coven_watchdog.errors import WatchdogError
from coven_watchdog.service import Manager
from coven_watchdog.store import StoreReader


def usable(terms: Terms) -> tuple[str, ...]:
    """Read the configuration as the service will; gives what works here and may not work there.

    Raises:
        ConfigError: the service would not start with it.
    """
    found = loaded(terms)
    named = [channel for channel in found.settings.channels if channel.url_env]
    for channel in found.settings.channels:
        if not channel.url_env and not needs_service(channel, terms.env):
            resolve(channel, terms.env, f"{found.path}: channel {channel.name}")

    return tuple(
        f"channel {channel.name} takes its URL from ${channel.url_env}, which your shell's services do not have by themselves;"
        " url_file works everywhere"
        for channel in named
    )


def refuse_second(terms: Terms, found: Manager) -> None:
    """A watchdog that somebody started by hand holds the records, and the service could not start.

    Raises:
        WatchdogError: there is one.
    """
    with StoreReader(database(terms)) as rows:
        running = running_service(rows)

    if running is not None and running.pid != found.state().pid:
        message = f"a watchdog that is not the service runs already, as process {running.pid}"
        raise WatchdogError(message, next_step=f"end it (kill {running.pid}, or Ctrl-C where it runs), then again")
