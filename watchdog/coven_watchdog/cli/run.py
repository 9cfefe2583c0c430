"""`run`: the service itself, in the foreground."""

from pathlib import Path

import click

from coven_watchdog.cli.frame import Command, terms_of
from coven_watchdog.cli.logs import set_up
from coven_watchdog.daemon import RunOptions
from coven_watchdog.daemon import run as watch
from coven_watchdog.model.words import LogFormat


@click.command(
    "run",
    cls=Command,
    examples=[
        ("run", "watch the usual home, until Ctrl-C"),
        ("run --home ~/.coven --home /srv/coven", "several homes"),
        ("run --once", "look, tell, end: for cron"),
        ("run --log-format json", "a log for programs"),
    ],
)
@click.option(
    "--home",
    "homes",
    multiple=True,
    metavar="DIR",
    help="Watch this COVEN_HOME instead of the configured ones; again for more.",
)
@click.option("--once", is_flag=True, help="Look, write down, deliver within 30 s, end.")
@click.option(
    "--log-format",
    type=click.Choice([word.value for word in LogFormat]),
    default=LogFormat.TEXT.value,
    show_default=True,
    help="How the log is written.",
)
@click.option(
    "--log-file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the log there, in at most four files of 1 MiB, in place of standard error.",
)
@click.pass_context
def run(ctx: click.Context, homes: tuple[str, ...], *, once: bool, log_format: str, log_file: Path | None) -> int:
    """Watches Coven and tells you, until it is stopped.

    Without a configuration it watches ~/.coven ($COVEN_HOME) and alerts on this desktop. SIGHUP, or a changed file, makes
    it read the configuration again. Exit code 75: the installed version was replaced, start it again.
    """
    terms = terms_of(ctx)
    with set_up(terms, LogFormat(log_format), log_file):
        return watch(RunOptions(terms.env, terms.config, homes, once, terms.patterns))
