"""`notify route`: who would be told of a kind now, and why the others would not."""

from collections.abc import Sequence

import click
import msgspec
from click.shell_completion import CompletionItem

from coven_watchdog import clock
from coven_watchdog.catalogue import matching
from coven_watchdog.cli.frame import Command, json_option, terms_of
from coven_watchdog.cli.matchers import exact_kind, home_key, known_homes
from coven_watchdog.cli.output import Output
from coven_watchdog.cli.recorded import database
from coven_watchdog.cli.setting import loaded
from coven_watchdog.cli.terms import Terms
from coven_watchdog.cli.text.notify import route_lines
from coven_watchdog.decide.route import routes, supposed
from coven_watchdog.errors import UsageError
from coven_watchdog.model.looks import ChannelLook
from coven_watchdog.model.words import Severity
from coven_watchdog.report.notifications import routed
from coven_watchdog.settings import Channel, Settings
from coven_watchdog.store import Moment, StoreReader


def _kinds(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """What --kind may begin with."""
    del ctx, param
    return [CompletionItem(kind) for kind in matching(f"{incomplete}*")]


@click.command(
    "route",
    cls=Command,
    examples=[
        ("notify route --kind daemon.crashed", "who would hear of it now"),
        ("notify route --kind session.failed --severity critical", "if it were critical"),
        ("notify route --kind daemon.crashed --home work", "in one of several homes"),
    ],
)
@click.option("--kind", metavar="KIND", required=True, shell_complete=_kinds, help="What happens, such as daemon.crashed.")
@click.option(
    "--severity",
    type=click.Choice([one.value for one in Severity], case_sensitive=False),
    help="How bad it is; else what the configuration says of the kind, or the worst that it can be.",
)
@click.option("--home", metavar="NAME", help="Where: a home's name, its path, or a part of them; else the first one.")
@json_option
@click.pass_context
def route(ctx: click.Context, kind: str, severity: str | None, home: str | None) -> int:
    """Says which channels would be told if this happened now, and why the others would not. Nothing is sent.

    It reckons with the configuration as it is in the file, with what is open and silenced, with quiet hours, and with how much
    each channel has had.
    """
    terms, now = terms_of(ctx), clock.now()
    settings = loaded(terms).settings
    with StoreReader(database(terms)) as rows:
        settings = msgspec.structs.replace(settings, channels=_channels(settings, rows.channels()))
        incident = supposed(
            exact_kind(kind), Severity(severity) if severity else None, _home(terms, settings, rows, home), settings, now
        )
        world = rows.world([incident.home], [one.name for one in settings.channels], Moment(now, clock.boot_id()))
        found = routed(routes(incident, world, settings, now), rows.channels())

    output = Output(terms)
    if terms.as_json:
        output.document(found)
    else:
        output.page(route_lines(found))

    return 0


def _home(terms: Terms, settings: Settings, rows: StoreReader, name: str | None) -> str:
    """The home that is meant; the first one unless it is named.

    Raises:
        UsageError: none is meant, or several.
    """
    configured = {home.path: home.name for home in settings.watched}
    if name is None:
        return next(iter(configured), "")

    return home_key(name, known_homes(rows.looks().values(), rows.incidents(), configured), terms.env)


def _channels(settings: Settings, looks: Sequence[ChannelLook]) -> tuple[Channel, ...]:
    """The channels; for an Apprise file those that the service has made of it, as far as it has.

    Raises:
        UsageError: there are none.
    """
    if not settings.channels:
        message = "there is no channel: nobody would be told"
        raise UsageError(message, next_step="add one to the configuration: coven-watchdog config path")

    found: list[Channel] = []
    for channel in settings.channels:
        made = [look.name for look in looks if channel.apprise_config and look.name.startswith(f"{channel.name}/")]
        found += [msgspec.structs.replace(channel, name=name) for name in made or [channel.name]]

    return tuple(found)
