"""The general options in; whether there is nothing at all to say, quickly, out. What is not seen at a glance is no."""

from coven_watchdog import clock
from coven_watchdog.cli.terms import Terms
from coven_watchdog.config.places import config_place, state_directory, there


def all_is_well(terms: Terms) -> bool:
    """Whether the service runs and no warning is open; or nothing was ever set up here.

    Raises:
        UsageError: $COVEN_WATCHDOG_STATE_DIR or $COVEN_WATCHDOG_CONFIG is a relative path.
    """
    from coven_watchdog.store.connection import FILE_NAME  # noqa: PLC0415 - the commands' table loads this module

    path = state_directory(terms.env) / FILE_NAME
    if not there(path):
        place = config_place(terms.config, terms.env)
        return not place.chosen and not place.exists

    from coven_watchdog.store.glance import glance  # noqa: PLC0415 - the same

    found = glance(path)
    return found is not None and not found.troubles and _runs(found.pid, found.started, found.boot)


def _runs(pid: int, started: int, boot: str) -> bool:
    """Whether that very process still runs."""
    from coven_watchdog.coven import processes  # noqa: PLC0415 - half of what this costs, not needed where something is wrong

    now = processes.identity(pid)
    return boot == clock.boot_id() and now is not None and now.started == started
