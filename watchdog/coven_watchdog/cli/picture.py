"""The status as the command line shows it: the store's rows as one screen, as JSON, or as a screen that follows the store."""

import sys

from coven_watchdog import clock
from coven_watchdog.cli.follow import stamps
from coven_watchdog.cli.output import Output
from coven_watchdog.cli.page import Line
from coven_watchdog.cli.recorded import alive, database, running_service
from coven_watchdog.cli.setting import here, loaded
from coven_watchdog.cli.terms import Terms
from coven_watchdog.cli.text.brief import brief_lines
from coven_watchdog.cli.text.status import status_lines
from coven_watchdog.config import config_place
from coven_watchdog.errors import ConfigError, UsageError
from coven_watchdog.report.brief import brief_of
from coven_watchdog.report.status import Status, status_of
from coven_watchdog.settings import Settings
from coven_watchdog.store import StoreReader


def show(terms: Terms) -> int:
    """Print the status once."""
    picture, output = picture_of(terms), Output(terms)
    if terms.as_json:
        output.document(picture)
    else:
        output.page(status_lines(picture, here(terms)))

    return 0


def show_brief(terms: Terms) -> None:
    """Print the one line, or none."""
    with StoreReader(database(terms)) as rows:
        found = brief_of(rows, clock.now().wall, alive)

    Output(terms).page(brief_lines(found, here(terms)))


def picture_of(terms: Terms) -> Status:
    """The status now.

    Raises:
        ConfigError: the configuration is faulty and no service runs that has a good one in force.
        StoreError: the database cannot be read.
    """
    with StoreReader(database(terms)) as rows:
        try:
            configuration = loaded(terms)
            settings, path = configuration.settings, configuration.path
        except ConfigError:
            if running_service(rows) is None:
                raise

            settings, path = Settings(), config_place(terms.config, terms.env).path

        return status_of(rows, settings, str(path), clock.now().wall, alive)


def follow(terms: Terms) -> int:
    """Follow the store on a screen of its own.

    Raises:
        UsageError: there is no terminal to draw on.
    """
    if terms.as_json or not (sys.stdout.isatty() and sys.stdin.isatty()):
        message = "--watch draws on a terminal, and this is none"
        raise UsageError(message, next_step="for programs: coven-watchdog status --json, or incidents --follow --json")

    from coven_watchdog.cli.watch import watch  # noqa: PLC0415 - rich is loaded for terminals only

    def draw() -> list[Line]:
        return status_lines(picture_of(terms), here(terms))

    watch(draw, lambda: stamps(database(terms)))
    return 0
