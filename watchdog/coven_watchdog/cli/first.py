"""The command without a command: the status where something is set up, else the three steps to get there."""

import click

from coven_watchdog.cli.frame import terms_of
from coven_watchdog.cli.output import Output
from coven_watchdog.cli.page import BLANK, Line, Span, columns, line
from coven_watchdog.cli.picture import show
from coven_watchdog.cli.recorded import database
from coven_watchdog.config import config_place, there
from coven_watchdog.model.words import Shade

STEPS = (
    ("coven-watchdog setup", "where you want to be told; installs the service that watches, also after a reboot"),
    ("coven-watchdog notify test", "shows how an alert arrives"),
    ("coven-watchdog status", "what is wrong now, and how well it is watched"),
)


def start(ctx: click.Context) -> int:
    """Show what fits. Set up means: a configuration was written, or the watchdog has run."""
    terms = terms_of(ctx)
    place = config_place(terms.config, terms.env)
    if place.chosen or place.exists or there(database(terms)):
        return show(terms)

    Output(terms).page(_steps())
    return 0


def _steps() -> list[Line]:
    rows = [(f"{number}.", Span(command, Shade.COMMAND), why) for number, (command, why) in enumerate(STEPS, 1)]
    demo = Span("coven-watchdog demo", Shade.COMMAND)
    return [
        line(Span("Coven is not watched yet.", Shade.STRONG), " Three steps:"),
        *columns(rows),
        BLANK,
        line("Or see it work on a simulated Coven first: ", demo),
    ]
