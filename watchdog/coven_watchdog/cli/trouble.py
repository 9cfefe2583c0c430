"""An exception in, what a person or a program is told about it out: what, where, what next, and the exit code."""

import traceback

import click

from coven_watchdog.cli.frame import PROGRAM
from coven_watchdog.cli.output import Output, Trouble
from coven_watchdog.cli.terms import Terms
from coven_watchdog.config import FaultyConfigError
from coven_watchdog.decide.text import said_lines
from coven_watchdog.errors import WatchdogError
from coven_watchdog.model.words import CheckStatus
from coven_watchdog.redact import redact

_USAGE = 2
_LONGEST = 2000


def tell(error: Exception, terms: Terms) -> None:
    """Print it, with the traceback under --debug.

    Raises:
        OSError: nobody takes the output.
    """
    if terms.debug:
        # It is what people paste into a report.
        click.echo(said_lines("".join(traceback.format_exception(error)), _LONGEST), err=True)

    Output(terms).trouble(trouble_of(error))


def exit_code(error: Exception, terms: Terms) -> int:
    """The code of an error: to a monitoring system that asks `check`, all of them are UNKNOWN."""
    return CheckStatus.UNKNOWN.exit_code if terms.command == "check" else trouble_of(error).exit_code


def trouble_of(error: Exception) -> Trouble:
    """What is said of an error."""
    if isinstance(error, WatchdogError):
        more = tuple((fault.where, fault.message) for fault in error.faults[1:]) if isinstance(error, FaultyConfigError) else ()
        return Trouble(error.code, redact(error.message), error.where, error.next_step, error.exit_code, more)

    if isinstance(error, click.ClickException):
        return _usage(error)

    if isinstance(error, OSError) and error.filename is None:
        return Trouble("output", f"cannot write the output: {error.strerror or error}", "", "", 1)

    while isinstance(error, ExceptionGroup):
        # Where it began, in place of which task fell over it.
        error = error.exceptions[0]

    said = redact(f"{type(error).__name__}: {error}")
    return Trouble(
        "internal", f"a fault of the watchdog itself: {said}", "", "run it again with --debug and report what it prints", 1
    )


def _usage(error: click.ClickException) -> Trouble:
    """What click has to say, as a sentence like ours."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    said = error.format_message().rstrip(".")
    return Trouble(
        "usage", redact(said[:1].lower() + said[1:]), "", f"{context.command_path if context else PROGRAM} --help", _USAGE
    )
