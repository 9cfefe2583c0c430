"""`status`: what is wrong now, as a screen, a document, or one line for a prompt. Here only what decides which; a prompt is in a hurry."""

import click

from coven_watchdog.cli.frame import Command, json_option, terms_of
from coven_watchdog.cli.glance import all_is_well
from coven_watchdog.errors import UsageError


@click.command(
    "status",
    cls=Command,
    examples=[
        ("status", "one screen, worst first"),
        ("status --watch", "the same, following what happens"),
        ("status --brief", "one line, and nothing when all is well: for a login shell or a prompt"),
        ("status --json | jq .homes[].incidents", "for programs"),
    ],
)
@json_option
@click.option("--watch", is_flag=True, help="Stay, and redraw when something changes; q ends it.")
@click.option("--brief", is_flag=True, help="One line, and nothing when all is well or nothing is set up.")
@click.pass_context
def status(ctx: click.Context, *, watch: bool, brief: bool) -> int:
    """Shows what is wrong now, worst first, and how well it is watched.

    It reads what the service wrote down and asks Coven nothing; `check` looks afresh. --brief leaves out what is only worth
    knowing, acknowledged or silenced, and its exit code says nothing of Coven: `check` has codes for that.
    """
    terms = terms_of(ctx)
    if brief and (watch or terms.as_json):
        message = "--brief is for people: it takes neither --watch nor --json"
        raise UsageError(message, next_step="for programs: coven-watchdog status --json, or check --json")

    if brief and all_is_well(terms):
        return 0

    from coven_watchdog.cli import picture  # noqa: PLC0415 - a prompt where all is well must not load what a screen needs

    if brief:
        picture.show_brief(terms)
        return 0

    return picture.follow(terms) if watch else picture.show(terms)
