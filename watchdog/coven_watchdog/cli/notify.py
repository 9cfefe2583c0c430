"""`notify`: try the channels, and see what was sent, what was withheld, and why."""

import click

from coven_watchdog.cli.frame import Command, Group, json_option, terms_of
from coven_watchdog.cli.output import Output
from coven_watchdog.cli.recorded import database, running_service
from coven_watchdog.cli.routing import route
from coven_watchdog.cli.setting import here, loaded
from coven_watchdog.cli.terms import Terms
from coven_watchdog.cli.testing import by_service, from_shell
from coven_watchdog.cli.text.notify import log_lines, tried_lines
from coven_watchdog.errors import UsageError
from coven_watchdog.model.words import NotificationState
from coven_watchdog.report.notifications import NotifyTest, log_of
from coven_watchdog.store import StoreReader

_SHOWN = 50


@click.group(
    "notify",
    cls=Group,
    examples=[
        ("notify test", "send a test to every channel"),
        ("notify log --failed", "what did not get through"),
        ("notify route --kind daemon.crashed", "who would be told of that now, and why the others not"),
    ],
)
def notify() -> None:
    """Tries the channels, and shows what was sent, or why it was not."""


notify.add_command(route)


@notify.command(
    "test",
    examples=[
        ("notify test", "to every channel"),
        ("notify test --channel phone", "to one"),
    ],
)
@click.option("--channel", metavar="NAME", help="Only this channel.")
@json_option
@click.pass_context
def test(ctx: click.Context, channel: str | None) -> int:
    """Sends a test message, and waits until it was accepted.

    The running service sends it, with its own settings and environment; when none runs, it is sent from here.
    """
    terms = terms_of(ctx)
    result = _tested(terms, channel)
    output = Output(terms)
    if terms.as_json:
        output.document(result)
    else:
        who = "the running service" if result.sent_by == "service" else "this shell, because no service runs"
        output.talk(f"Sent by {who}.")
        output.page(tried_lines(result))

    return 0 if all(one.state is NotificationState.SENT for one in result.channels) else 1


def _tested(terms: Terms, channel: str | None) -> NotifyTest:
    """Send it the way that fits.

    Raises:
        UsageError: there is no channel, or none of that name.
        ConfigError: no service runs, and a channel's URL cannot be had.
    """
    with StoreReader(database(terms)) as rows:
        if running_service(rows) is not None:
            return by_service(terms, _chosen([look.name for look in rows.channels()], channel))

    # A name that is none is told before an address is looked for, which may not be there for this shell.
    _chosen([one.name for one in loaded(terms).settings.channels], channel and channel.partition("/")[0])
    settings = loaded(terms, resolve_urls=True).settings
    return from_shell(terms, settings, _chosen([one.name for one in settings.channels], channel))


def _chosen(names: list[str], channel: str | None) -> tuple[str, ...]:
    """The channels to try: one, all that an Apprise file made of one, or all."""
    if not names:
        message = "there is no channel: nobody would be told"
        raise UsageError(message, next_step="add one to the configuration: coven-watchdog config path")

    chosen = tuple(name for name in names if channel in {None, name, name.partition("/")[0]})
    if not chosen:
        message = f'there is no channel "{channel}"'
        raise UsageError(message, where="--channel", next_step=f"there are: {', '.join(names)}")

    return chosen


@notify.command(
    "log",
    cls=Command,
    examples=[
        ("notify log", "the newest first"),
        ("notify log --channel phone", "of one channel"),
        ("notify log --failed", "what was not accepted (yet)"),
    ],
)
@click.option("--channel", metavar="NAME", help="Only this channel.")
@click.option("--failed", is_flag=True, help="Only what was tried and not accepted.")
@click.option("--limit", type=click.IntRange(min=1), default=_SHOWN, show_default=True, help="At most so many.")
@json_option
@click.pass_context
def log(ctx: click.Context, channel: str | None, *, failed: bool, limit: int) -> int:
    """Lists messages, the newest first: why they were sent or withheld, and how long they took from the fact."""
    terms = terms_of(ctx)
    with StoreReader(database(terms)) as rows:
        found = log_of(rows, rows.notifications(channel=channel, failed=failed, limit=limit))

    output = Output(terms)
    if terms.as_json:
        output.document(found)
    else:
        output.page(log_lines(found, here(terms)))

    return 0
