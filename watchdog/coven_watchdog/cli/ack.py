"""`ack`: somebody has seen it. Reminders and escalations end; a change for the worse, and the end, are told all the same."""

import click
from click.shell_completion import CompletionItem

from coven_watchdog import clock
from coven_watchdog.cli.asker import asked_by, reason_of
from coven_watchdog.cli.frame import Command, json_option, terms_of
from coven_watchdog.cli.output import Output
from coven_watchdog.cli.parameters import bounded
from coven_watchdog.cli.recorded import database, hush, unserved
from coven_watchdog.cli.setting import here
from coven_watchdog.cli.terms import Terms
from coven_watchdog.cli.text.incidents import list_lines
from coven_watchdog.cli.text.silences import ack_lines
from coven_watchdog.errors import UsageError, WatchdogError
from coven_watchdog.model.incidents import Ack, Incident
from coven_watchdog.model.words import Severity
from coven_watchdog.report.incidents import listed
from coven_watchdog.report.silences import ack_shown
from coven_watchdog.store import Acknowledged, StoreReader, acknowledge, unacknowledge


def _open(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The open incidents."""
    del param
    try:
        with StoreReader(database(terms_of(ctx))) as rows:
            found = rows.incidents(open_only=True)
    except WatchdogError:
        return []

    return [CompletionItem(one.id, help=one.kind) for one in found if one.id.startswith(incomplete)]


@click.command(
    "ack",
    cls=Command,
    examples=[
        ("ack", "the only open incident; a list when there are several"),
        ("ack k7fq --reason 'on it'", "by its id, the first letters of it, or the last line of a message (k7fq.1)"),
        ("ack k7fq --for 2h", "speak up again in two hours, if it is still open"),
        ("ack k7fq --undo", "take it back"),
    ],
)
@click.argument("incident_id", metavar="[ID]", required=False, shell_complete=_open)
@click.option("--reason", metavar="TEXT", help="Why, or what you are doing; it is shown wherever the incident is.")
@click.option("--for", "lasting", metavar="DURATION", help="Only for so long (2h); else until it is over.")
@click.option("--undo", is_flag=True, help="Take an acknowledgement back.")
@json_option
@click.pass_context
def ack(ctx: click.Context, incident_id: str | None, reason: str | None, lasting: str | None, *, undo: bool) -> int:
    """Says that you have seen an open incident: reminders and escalations end.

    A change for the worse is told all the same, and so is its end, which also ends the acknowledgement. Who acknowledged it is
    recorded and shown. Events are told once and need none.
    """
    terms = terms_of(ctx)
    if undo and (reason is not None or lasting is not None):
        message = "--undo takes neither --reason nor --for"
        raise UsageError(message, next_step="coven-watchdog ack ID --undo")

    now = clock.now().wall
    wish = Ack(now, asked_by(terms.env), reason_of(reason), None if lasting is None else now + _lasting(lasting))
    name = incident_id or _the_only_one(terms, undo=undo)
    done = unacknowledge(database(terms), name, now, wish.by) if undo else acknowledge(database(terms), name, wish)
    _show(terms, done)
    return 0


def _lasting(text: str) -> int:
    return bounded(text, "an acknowledgement", "to take one back: coven-watchdog ack ID --undo", where="--for")


def _show(terms: Terms, done: Acknowledged) -> None:
    output = Output(terms)
    with StoreReader(database(terms)) as rows:
        shown = ack_shown(done.incident, done.before, hush(rows))
        unserved(terms, rows)

    if terms.as_json:
        output.document(shown)
    else:
        output.page(ack_lines(shown, here(terms)))


def _the_only_one(terms: Terms, *, undo: bool) -> str:
    """The id of the only incident that can be meant: open and told of, and acknowledged already when that is taken back.

    Raises:
        WatchdogError: there is none.
        UsageError: there are several; they are listed.
    """
    with StoreReader(database(terms)) as rows:
        found, quiet = rows.incidents(open_only=True), hush(rows)

    fit = sorted((one for one in found if _can_be_meant(one, undo=undo)), key=lambda one: (-one.severity.rank, one.opened_at))
    if len(fit) == 1:
        return fit[0].id

    if not fit:
        message = "nothing is acknowledged" if undo else "nothing is open; there is nothing to acknowledge"
        raise WatchdogError(message, next_step="see what was: coven-watchdog incidents")

    if not terms.as_json:
        Output(terms).page(list_lines(listed(fit, quiet).incidents, here(terms), ""))

    message = f"{len(fit)} incidents are {'acknowledged' if undo else 'open'}: {', '.join(one.id for one in fit)}"
    raise UsageError(message, next_step=f"say which: coven-watchdog ack {fit[0].id}{' --undo' if undo else ''}")


def _can_be_meant(incident: Incident, *, undo: bool) -> bool:
    return incident.severity is not Severity.OFF and (not undo or incident.ack is not None)
