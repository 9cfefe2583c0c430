"""`doctor`: everything is looked at afresh and explained, the watchdog itself too. Works without a service, a database and a home."""

import os
import sys

import anyio
import click

from coven_watchdog.cli.frame import Command, json_option, terms_of
from coven_watchdog.cli.output import Output
from coven_watchdog.cli.recorded import database
from coven_watchdog.cli.setting import here, loaded, place
from coven_watchdog.cli.terms import Terms
from coven_watchdog.cli.text.doctor import doctor_lines
from coven_watchdog.config import Loaded, config_place
from coven_watchdog.coven.paths import default_home
from coven_watchdog.diagnose.doctor import Asked, diagnose
from coven_watchdog.errors import ConfigError
from coven_watchdog.report.doctor import WRONG
from coven_watchdog.settings import Home, Settings


@click.command(
    "doctor",
    cls=Command,
    examples=[
        ("doctor", "what is wrong, why, and what to run next"),
        ("doctor --json | jq '.homes[].lines[] | select(.status != \"ok\")'", "for programs"),
    ],
)
@json_option
@click.pass_context
def doctor(ctx: click.Context) -> int:
    """Examines Coven and the watchdog itself, and explains each symptom: evidence, likely cause, next command with its effect.

    It changes nothing in COVEN_HOME, and takes ten seconds at most.

    Exit codes: 0 nothing wrong found, 1 something is wrong, 2 usage or a faulty configuration (it examines all the same).
    """
    terms = terms_of(ctx)
    asked = asked_of(terms)
    result = anyio.run(diagnose, asked)
    output = Output(terms)
    if terms.as_json:
        output.document(result)
    else:
        output.page(doctor_lines(result, here(terms), output.room))

    if asked.fault is not None:
        return asked.fault.exit_code

    return int(result.status in WRONG)


def asked_of(terms: Terms) -> Asked:
    """Everything that it needs; a faulty configuration is a finding, not an end."""
    config, fault = _configured(terms)
    settings = config.settings if config else _defaults(terms)
    return Asked(
        settings=settings,
        config=config,
        fault=fault,
        config_path=config_place(terms.config, terms.env).path,
        database=database(terms),
        place=place(terms, settings),
        uid=os.getuid(),
        platform=sys.platform,
        env=terms.env,
    )


def _configured(terms: Terms) -> tuple[Loaded | None, ConfigError | None]:
    try:
        return loaded(terms), None
    except ConfigError as error:
        return None, error


def _defaults(terms: Terms) -> Settings:
    """The home that Coven uses here, and the built-in channel."""
    return Settings(homes=(Home(path=str(default_home(terms.env))),))
