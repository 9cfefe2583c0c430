"""`demo`: the main job on a simulated Coven; its events are printed as they come."""

import sys

import anyio
import click

from coven_watchdog.cli.frame import Command, terms_of
from coven_watchdog.cli.output import Output
from coven_watchdog.cli.text.demo import event_lines
from coven_watchdog.config.urls import fault
from coven_watchdog.demo import DemoOptions, Troubled, play
from coven_watchdog.errors import UsageError
from coven_watchdog.settings import Secret


@click.command(
    "demo",
    cls=Command,
    examples=[
        ("demo", "a crash, a failed session, a recovery: the messages as they arrive"),
        ("demo --channel ntfys://ntfy.sh/my-topic", "the same, sent to your phone as well"),
        ("demo --channel -", "the address is read from standard input, and stays out of the shell's history"),
    ],
)
@click.option(
    "--channel", metavar="URL", help="Send the messages here too: any Apprise URL, or - to read it from standard input."
)
@click.option("--fast", is_flag=True, hidden=True, help="Without pauses.")
@click.pass_context
def demo(ctx: click.Context, channel: str | None, *, fast: bool) -> int:
    """Shows the main job within a minute, on a simulated Coven that breaks.

    The real engine, store and outbox watch it. It reads no configuration of yours and leaves nothing behind.
    """
    terms = terms_of(ctx)
    options = DemoOptions(environment=terms.env, fast=fast, channel=_secret(channel))
    return anyio.run(_show, options, Output(terms))


def _secret(channel: str | None) -> Secret | None:
    """The address that was given.

    Raises:
        UsageError: it cannot be one.
    """
    if channel is None:
        return None

    url = sys.stdin.readline().strip() if channel == "-" else channel
    wrong = fault(url)
    if wrong:
        message = f"the value {wrong}"
        raise UsageError(
            message, where="--channel", next_step="see https://appriseit.com/services/ for the URL of each service"
        )

    return Secret(url)


async def _show(options: DemoOptions, output: Output) -> int:
    """Print every event. 1 when the user's own channel did not take the messages."""
    troubled = False
    async with play(options) as events:
        async for event in events:
            troubled = troubled or isinstance(event, Troubled)
            output.page(event_lines(event, output.room))

    return int(troubled)
