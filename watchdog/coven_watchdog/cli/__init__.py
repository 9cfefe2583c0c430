"""Command lines in, exit codes out. The outermost fence: whatever happens inside ends as a sentence and a code."""

import os
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress

import click

from coven_watchdog.cli.app import root
from coven_watchdog.cli.frame import PROGRAM
from coven_watchdog.cli.terms import Terms, colored

INTERRUPTED = 130
_PARTING = 0.2
"""Seconds for a thread that is about to end."""


def main() -> None:
    """The command `coven-watchdog`."""
    try:
        sys.exit(call(sys.argv[1:]))
    except SystemExit as end:
        _leave(end.code)
        raise


def _leave(code: object) -> None:
    """End here and now when a thread was left behind in a disk that hangs: the interpreter would wait for it, however long."""
    others = [thread for thread in threading.enumerate() if not thread.daemon and thread is not threading.main_thread()]
    for thread in others:
        thread.join(_PARTING)

    if any(thread.is_alive() for thread in others):
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError, AttributeError):
                stream.flush()

        os._exit(code if isinstance(code, int) else 0)


def call(arguments: Sequence[str]) -> int:
    """Run one command line and give its exit code.

    Raises:
        SystemExit: the reader of a pipe has gone; click ends quietly.
    """
    terms = Terms(as_json="--json" in arguments, debug="--debug" in arguments)
    terms.color = colored(terms.env)
    try:
        code = root.main(list(arguments), prog_name=PROGRAM, standalone_mode=False, obj=terms, color=terms.color)
    except (click.exceptions.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the outermost fence: a person gets a sentence, not a traceback
        return _failed(error, terms)

    _remark(terms)
    return code if isinstance(code, int) else 0


def _remark(terms: Terms) -> None:
    """What is to be said behind every command that did its work."""
    if not terms.command:
        return

    from coven_watchdog.cli.versions import remark  # noqa: PLC0415 - what only commands need must not slow --help

    with suppress(OSError):
        remark(terms)


def _failed(error: Exception, terms: Terms) -> int:
    """Say what went wrong, in the form that was asked for."""
    from coven_watchdog.cli.trouble import exit_code, tell  # noqa: PLC0415 - what only errors need must not slow --help

    try:
        tell(error, terms)
    except OSError:
        _let_output_lead_nowhere()

    return exit_code(error, terms)


def _let_output_lead_nowhere() -> None:
    """Nobody takes the output any more: the interpreter must not complain about that when it flushes at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
