"""`check`: one fresh look, in the manner of monitoring plugins. Its exit codes are 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN."""

import os

import anyio
import click
import msgspec

from coven_watchdog import clock
from coven_watchdog.cli.frame import Command, json_option, terms_of
from coven_watchdog.cli.output import Output
from coven_watchdog.cli.setting import loaded, place
from coven_watchdog.cli.text.check import check_lines
from coven_watchdog.diagnose.look import fresh_look
from coven_watchdog.model.words import Expect
from coven_watchdog.report.check import check_of
from coven_watchdog.settings import Settings


@click.command(
    "check",
    cls=Command,
    examples=[
        ("check", "look once, one line and an exit code"),
        ("check --expect running", "a daemon that does not run is CRITICAL"),
        ("check --home ~/.coven --home /srv/coven", "several homes, the worst word of all"),
        ("check --json | jq .homes[].findings", "for programs"),
    ],
)
@click.option(
    "--home",
    "homes",
    multiple=True,
    metavar="DIR",
    help="Look at this COVEN_HOME instead of the configured ones; again for more.",
)
@click.option(
    "--expect", type=click.Choice([word.value for word in Expect]), help="Whether a daemon that does not run is a problem."
)
@json_option
@click.pass_context
def check(ctx: click.Context, homes: tuple[str, ...], expect: str | None) -> int:
    """Looks at Coven once, itself, and says how it is: no service is needed.

    Exit codes: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN (also for every error).
    """
    terms = terms_of(ctx)
    settings = _expecting(loaded(terms, homes=homes).settings, expect)
    result = check_of(anyio.run(fresh_look, settings, settings.watched, os.getuid()), place(terms, settings), clock.now())
    output = Output(terms)
    if terms.as_json:
        output.document(result)
    else:
        output.page(check_lines(result))

    return result.status.exit_code


def _expecting(settings: Settings, expect: str | None) -> Settings:
    """The settings with this expectation for every home."""
    if expect is None:
        return settings

    word = Expect(expect)
    homes = tuple(msgspec.structs.replace(home, expect=word) for home in settings.watched)
    return msgspec.structs.replace(settings, expect=word, homes=homes)
