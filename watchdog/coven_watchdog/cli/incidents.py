"""`incidents`: the list, a running log of them, and `incidents show`, the whole why of one."""

from collections.abc import Iterator
from pathlib import Path

import click

from coven_watchdog import clock
from coven_watchdog.cli.follow import changes
from coven_watchdog.cli.frame import Group, json_option, terms_of
from coven_watchdog.cli.output import Output
from coven_watchdog.cli.parameters import DURATION
from coven_watchdog.cli.recorded import database, hush
from coven_watchdog.cli.setting import here, loaded, place
from coven_watchdog.cli.terms import Terms
from coven_watchdog.cli.text.incidents import detail_lines, follow_line, list_lines
from coven_watchdog.config import written
from coven_watchdog.errors import ConfigError, UsageError
from coven_watchdog.model.incidents import Incident
from coven_watchdog.model.time import DAY
from coven_watchdog.model.words import IncidentState
from coven_watchdog.report.incidents import incident_shown, listed, listed_incident
from coven_watchdog.report.views import Hush
from coven_watchdog.settings import Duration, Settings
from coven_watchdog.store import StoreReader

_SINCE = Duration(DAY)


@click.group(
    "incidents",
    cls=Group,
    invoke_without_command=True,
    examples=[
        ("incidents", "what is open, and what was within 24 hours"),
        ("incidents --since 7d", "further back"),
        ("incidents show k7fq", "why you were told, or not; the first letters are enough"),
        ("incidents --follow", "tell here what happens, as it happens"),
    ],
)
@click.option("--open", "open_only", is_flag=True, help="Only what is open.")
@click.option("--all", "everything", is_flag=True, help="Everything that is remembered.")
@click.option("--since", type=DURATION, help="What changed within this time (24h); what is open is always shown.")
@click.option("--follow", is_flag=True, help="Stay, and print what changes.")
@json_option
@click.pass_context
def incidents(ctx: click.Context, *, open_only: bool, everything: bool, since: Duration | None, follow: bool) -> int:
    """Lists what was wrong, the latest change first."""
    if ctx.invoked_subcommand is not None:
        return 0

    terms = terms_of(ctx)
    if sum((open_only, everything, since is not None)) > 1:
        message = "--open, --all and --since exclude each other"
        raise UsageError(message, next_step="give one of them")

    print_them = _follow if follow else _show_list
    print_them(terms, open_only=open_only, everything=everything, since=since)
    return 0


def _show_list(terms: Terms, *, open_only: bool, everything: bool, since: Duration | None) -> None:
    """Print the list once."""
    with StoreReader(database(terms)) as rows:
        found = listed(rows.incidents(open_only=open_only, since=_from(everything=everything, since=since)), hush(rows))

    output = Output(terms)
    if terms.as_json:
        output.document(found)
        return

    nothing = "Nothing is open." if open_only else "Nothing was wrong."
    if not open_only and not everything:
        nothing = f"Nothing is open, and nothing was wrong within {written(since or _SINCE)}."

    output.page(list_lines(found.incidents, here(terms), nothing))


def _from(*, everything: bool, since: Duration | None) -> int | None:
    """Wall µs from which on a change counts; None for all time."""
    return None if everything else clock.now().wall - (since or _SINCE)


def _follow(terms: Terms, *, open_only: bool, everything: bool, since: Duration | None) -> None:
    """Print what the list would show, the oldest first, and then what changes, until Ctrl-C."""
    output = Output(terms)
    start = _from(everything=everything, since=since or (None if everything else Duration(0)))
    for incident, quiet in _changed(database(terms), start, open_only=open_only):
        if terms.as_json:
            output.document(listed((incident,), quiet))
        else:
            output.page([follow_line(listed_incident(incident, quiet), here(terms))])


def _changed(path: Path, start: int | None, *, open_only: bool) -> Iterator[tuple[Incident, Hush]]:
    """Incidents as they change, with what was silenced then."""
    told: dict[str, tuple[object, ...]] = {}
    for _ in changes(path):
        with StoreReader(path) as rows:
            found, quiet = rows.incidents(since=start), hush(rows)

        for incident in reversed(found):
            wanted = not open_only or incident.state is IncidentState.OPEN or incident.id in told
            news = (incident.state, incident.kind, incident.severity, incident.ack, bool(quiet.over(incident)))
            if wanted and told.get(incident.id) != news:
                told[incident.id] = news
                yield incident, quiet


@incidents.command(
    "show",
    examples=[
        ("incidents show k7fq", "by its id"),
        ("incidents show k7", "by its first letters"),
        ("incidents show k7fq.2", "by the last line of a message"),
    ],
)
@click.argument("incident_id", metavar="ID")
@json_option
@click.pass_context
def show(ctx: click.Context, incident_id: str) -> int:
    """Shows everything about one incident.

    What was seen, what it hit, when you were told and why, or why not, and what to do.
    """
    terms = terms_of(ctx)
    with StoreReader(database(terms)) as rows:
        shown = incident_shown(rows, rows.incident(incident_id), place(terms, _settings(terms)), hush(rows))

    output = Output(terms)
    if terms.as_json:
        output.document(shown)
    else:
        output.page(detail_lines(shown.incident, here(terms)))

    return 0


def _settings(terms: Terms) -> Settings:
    """The settings, for the machine's name only: a faulty file is no reason not to show what happened."""
    try:
        return loaded(terms).settings
    except ConfigError:
        return Settings()
