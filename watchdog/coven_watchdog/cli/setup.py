"""`setup`: from nothing to being watched, in one command. What is missing is added, what is there stays."""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import click
import msgspec

from coven_watchdog.cli import asking
from coven_watchdog.cli.choosing import Choice, Present, Wish, chosen, given, present
from coven_watchdog.cli.frame import Command, json_option, terms_of
from coven_watchdog.cli.output import Output
from coven_watchdog.cli.purging import own_files, purge
from coven_watchdog.cli.recorded import database, running_service
from coven_watchdog.cli.serviceable import refuse_second, usable
from coven_watchdog.cli.setting import loaded
from coven_watchdog.cli.terms import Terms
from coven_watchdog.cli.testing import by_service, from_shell
from coven_watchdog.cli.text.setup import setup_lines
from coven_watchdog.config import masked, state_directory, there, warning
from coven_watchdog.config.editing import HEAD, NOBODY, added
from coven_watchdog.config.services import leaves
from coven_watchdog.config.writing import write_private
from coven_watchdog.errors import NoManagerError, UsageError
from coven_watchdog.model.looks import WatchdogLook
from coven_watchdog.model.time import SECOND
from coven_watchdog.model.words import Change, ServiceCondition
from coven_watchdog.report.notifications import NotifyTest
from coven_watchdog.report.setup import SetUp, SetUpChannel, SetUpService
from coven_watchdog.service import Manager, manager, set_up
from coven_watchdog.settings import QuietHours
from coven_watchdog.store import StoreReader

_TAKES_IT_WITHIN = 10 * SECOND * 1000
"""ns; the service looks at its file every two seconds."""
_PAUSE = 0.1


@click.command(
    "setup",
    cls=Command,
    examples=[
        ("setup", "asks where you want to be told, tries it, and installs the service"),
        ("setup --channel -", "takes addresses from standard input, one a line: none in the shell's history"),
        ("setup --channel ntfys://ntfy.sh/a-topic-nobody-guesses --quiet-hours 22:00-07:00", "asks nothing"),
        ("setup --no-service", "only the configuration; something else starts `run`"),
    ],
)
@click.option(
    "--channel", "channels", multiple=True, metavar="URL", help="Be told here, too; - reads them, one a line; again for more."
)
@click.option("--quiet-hours", metavar="HH:MM-HH:MM", help="A part of each day in which only criticals are told.")
@click.option("--no-service", is_flag=True, help="Install and start no service.")
@click.option("--no-channel", is_flag=True, help="Ask for no channel, and go on where nobody would be told.")
@json_option
@click.pass_context
def setup(ctx: click.Context, channels: tuple[str, ...], quiet_hours: str | None, *, no_service: bool, no_channel: bool) -> int:
    """Sets it up on this machine: where you are told, a try of each way, and the service.

    It asks on a terminal where nothing is given, else it asks nothing. What is configured stays, with its comments; what is
    there already is not added again, so it can be run as often as you like. Ctrl-C leaves everything as it was.

    Exit codes: 0 set up, 1 a test message was not taken or the service cannot be had, 2 something given cannot be.
    """
    terms = terms_of(ctx)
    if channels and no_channel:
        message = "--channel and --no-channel contradict each other"
        raise UsageError(message, next_step="coven-watchdog setup --help")

    wish = Wish(
        tuple(given(channels)), _quiet(quiet_hours), not no_service, not no_channel, asking.somebody() and not terms.as_json
    )
    try:
        result = _set_up(terms, wish)
    except (click.Abort, KeyboardInterrupt):
        if asking.somebody():
            asking.say("")  # behind the ^C

        Output(terms).talk("Nothing was changed.")
        raise

    output = Output(terms)
    if terms.as_json:
        output.document(result)
    else:
        if wish.ask:
            output.talk("")

        output.page(setup_lines(result, terms.env.get("HOME", "")))

    return 0 if result.told else 1


def _quiet(text: str | None) -> QuietHours:
    """What was given.

    Raises:
        UsageError: it is no part of a day.
    """
    try:
        return QuietHours.parse(text or "")
    except ValueError as error:
        raise UsageError(str(error), where="--quiet-hours") from error


def _set_up(terms: Terms, wish: Wish) -> SetUp:
    """Look, choose, and only then do it all, or nothing.

    Raises:
        WatchdogError: it cannot be done; everything is as it was.
    """
    now = present(terms)
    service = _manager(terms) if wish.service else None
    choice = chosen(wish, now, terms.env)
    text = _text(wish, now, choice)
    if wish.ask:
        asking.say("One moment: it is set up and tried …")

    with ExitStack() as undo:
        if text != now.text:
            # Before it is written: Ctrl-C may come at any moment.
            undo.callback(_restore, now)
            write_private(now.path, text)

        served = _served(terms, service, undo) if service is not None else None
        names = [entry.name for entry in choice.entries]
        tried = _tried(terms, now.path, names) if names else None
        undo.pop_all()

    return _result(terms, now, choice, served, tried)


def _text(wish: Wish, now: Present, choice: Choice) -> str:
    """The configuration as it shall be."""
    if now.text is None and not choice.entries and not wish.channel and choice.no_desktop:
        return f"{HEAD}\n{NOBODY}\n"

    return added(HEAD if now.text is None else now.text, choice.entries, choice.quiet_hours, str(now.path))


def _restore(now: Present) -> None:
    """The file as it was."""
    if now.text is None:
        now.path.unlink(missing_ok=True)
    else:
        write_private(now.path, now.text)


def _manager(terms: Terms) -> Manager:
    """What starts the service, before anything is asked or written.

    Raises:
        NoManagerError: there is none.
        WatchdogError: this program cannot be installed, or a watchdog runs already that is no service.
    """
    try:
        found = manager(terms.env, terms.config)
    except NoManagerError as error:
        message = f"{error.message}; nothing was changed"
        raise NoManagerError(message, next_step=f"{error.next_step}; the rest: coven-watchdog setup --no-service") from error

    refuse_second(terms, found)
    return found


def _served(terms: Terms, service: Manager, undo: ExitStack) -> SetUpService:
    """Install it and have it run. Taken back, with what it wrote down meanwhile, when it was not there before.

    Raises:
        WatchdogError: it cannot use the configuration, cannot be installed, or does not come up.
    """
    notes = usable(terms)
    before = service.state().condition
    if not there(database(terms)):
        undo.callback(_forget, terms)

    if service.installed() is None:
        undo.callback(service.uninstall)

    done = set_up(service)
    return SetUpService(
        manager=service.name,
        path=str(done.path),
        change=done.change,
        started=before is not ServiceCondition.RUNNING,
        notes=(*done.notes, *notes),
    )


def _forget(terms: Terms) -> None:
    state = state_directory(terms.env)
    purge(terms, tuple(own_files(state)))


def _tried(terms: Terms, config: Path, names: Sequence[str]) -> NotifyTest:
    """Send a test to each new channel: by the service, when one runs with this configuration."""
    end = time.monotonic_ns() + _TAKES_IT_WITHIN
    while (running := _running(terms)) is not None and running.look.config == str(config):
        if set(names) <= running.channels:
            return by_service(terms, names)

        if time.monotonic_ns() > end:
            break

        time.sleep(_PAUSE)

    settings = loaded(terms).settings
    new = tuple(channel for channel in settings.channels if channel.name in names)
    return from_shell(terms, msgspec.structs.replace(settings, channels=new), names)


@dataclass(frozen=True, slots=True)
class _Running:
    """The service, and the channels that it knows."""

    look: WatchdogLook
    channels: set[str]


def _running(terms: Terms) -> _Running | None:
    with StoreReader(database(terms)) as rows:
        look = running_service(rows)
        return None if look is None else _Running(look, {one.name for one in rows.channels()})


def _result(terms: Terms, now: Present, choice: Choice, service: SetUpService | None, tried: NotifyTest | None) -> SetUp:
    """What there is now."""
    after = present(terms)
    change = Change.UNCHANGED if after.text == now.text else Change.INSTALLED if now.text is None else Change.UPDATED
    served = service is not None and (service.started or service.change is not Change.UNCHANGED)
    new = {entry.name: entry.url.reveal() for entry in choice.entries}
    warnings = [f"{name}: {warning(url)}" for name, url in new.items() if warning(url)]
    return SetUp(
        changed=served or change is not Change.UNCHANGED,
        watched=_running(terms) is not None,
        config=str(now.path),
        config_change=change,
        quiet_hours=str(after.settings.alerts.quiet_hours) or None,
        no_desktop=choice.no_desktop or None,
        channels=tuple(_channel(name, url, new, tried) for name, url in _in_force(after).items()),
        sent_by=tried.sent_by if tried else None,
        service=service,
        warnings=tuple(warnings),
    )


def _in_force(after: Present) -> dict[str, str]:
    """Each channel that is told, with its address where it is known."""
    if after.listed:
        return dict(after.addresses)

    return {channel.name: channel.url.reveal() for channel in after.settings.channels if channel.url is not None}


def _channel(name: str, url: str, new: dict[str, str], tried: NotifyTest | None) -> SetUpChannel:
    test = next((one for one in tried.channels if one.channel == name), None) if tried else None
    return SetUpChannel(
        name=name,
        url=masked(url) if url else None,
        added=name in new,
        leaves=not url or leaves(url),
        state=test.state if test else None,
        error=test.error if test else None,
        doubt=test.doubt if test else None,
    )
