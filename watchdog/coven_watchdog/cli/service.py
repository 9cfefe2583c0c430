"""`service …`: install, start, stop and ask the service, under whatever manages services here."""

from pathlib import Path

import click

from coven_watchdog.cli import asking
from coven_watchdog.cli.frame import Group, json_option, terms_of
from coven_watchdog.cli.output import Output
from coven_watchdog.cli.purging import kept, purge
from coven_watchdog.cli.serviceable import refuse_second, usable
from coven_watchdog.cli.setting import here
from coven_watchdog.cli.terms import Terms
from coven_watchdog.cli.text.service import brief_lines, change_line, kept_lines, status_lines
from coven_watchdog.errors import UsageError
from coven_watchdog.model.words import ServiceCondition
from coven_watchdog.report.service import ServiceStatus
from coven_watchdog.report.times import moment
from coven_watchdog.service import Manager, manager, set_up

_LINES = 50


@click.group(
    "service",
    cls=Group,
    examples=[
        ("service install", "watch from now on, and after every reboot"),
        ("service status", "does it run, and what does it say"),
        ("service logs -f", "what it writes, as it comes"),
        ("service uninstall", "end it; configuration and records stay"),
    ],
)
def service() -> None:
    """Runs the watchdog as a service of yours: systemd on Linux, launchd on macOS.

    It needs no root. What the service's file says is `service print`; what you want otherwise belongs into a drop-in
    (systemctl --user edit coven-watchdog), which an update leaves alone.
    """


def _manager(terms: Terms, *, asked: bool = True) -> Manager:
    return manager(terms.env, terms.config, asked=asked)


@service.command(
    "install",
    examples=[
        ("service install", "write its file, start it, and have it start with you"),
        ("service install --no-start", "not yet"),
        ("--config ~/coven.toml service install", "with another configuration"),
    ],
)
@click.option("--no-start", is_flag=True, help="Install it, and start nothing.")
@click.pass_context
def install(ctx: click.Context, *, no_start: bool) -> int:
    """Installs the service and starts it; again, after an update or another PATH, it writes its file anew.

    It starts the program that runs this command, with the PATH, COVEN_HOME, configuration and state of this shell. A
    configuration with a fault is refused before anything is written, and so is a file that somebody else wrote.
    """
    terms = terms_of(ctx)
    output = Output(terms)
    notes = usable(terms)
    found = _manager(terms)
    if not no_start:
        refuse_second(terms, found)

    done = set_up(found, start=not no_start)
    lines = [change_line(done.change, str(done.path), here(terms))]
    output.page(lines if no_start else [*lines, *brief_lines(_status(found), here(terms))])
    for note in (*done.notes, *notes):
        output.talk(f"note: {note}")

    return 0


@service.command(
    "uninstall",
    examples=[
        ("service uninstall", "end it; configuration and records stay, and it says where"),
        ("service uninstall --purge", "these too, after asking"),
    ],
)
@click.option("--purge", "purged", is_flag=True, help="Remove configuration and records as well; asks first.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def uninstall(ctx: click.Context, *, purged: bool, yes: bool) -> int:
    """Stops the service and removes its file. The configuration, the records and drop-ins stay, unless --purge is given."""
    terms = terms_of(ctx)
    output, found = Output(terms), _manager(terms)
    paths = (*kept(terms), *_folders(found.drop_ins))
    if purged and paths:
        _confirm(paths, yes=yes)

    removed = found.uninstall()
    output.text("The service is removed." if removed else "There is no service.")
    if not purged:
        output.page(kept_lines(map(str, paths), here(terms)))
        return 0

    purge(terms, paths)
    for path in paths:
        output.text(f"removed: {path}")

    return 0


def _folders(files: tuple[Path, ...]) -> tuple[Path, ...]:
    """The folders of drop-ins, each once."""
    return tuple(dict.fromkeys(path.parent for path in files))


def _confirm(paths: tuple[Path, ...], *, yes: bool) -> None:
    """Ask, on a terminal.

    Raises:
        UsageError: nobody can be asked.
        click.Abort: no.
    """
    if yes:
        return

    if not asking.somebody():
        message = "--purge asks first, and there is nobody to ask"
        raise UsageError(message, next_step="coven-watchdog service uninstall --purge --yes")

    for path in paths:
        asking.say(f"  {path}")

    if asking.ask("Remove these for good?", "y/N").lower() not in {"y", "yes"}:
        raise click.Abort


@service.command("start", examples=[("service start", "and wait until it watches")])
@click.pass_context
def start(ctx: click.Context) -> int:
    """Starts the service, and waits until it watches."""
    terms = terms_of(ctx)
    found = _manager(terms)
    refuse_second(terms, found)
    found.start()
    return _told(terms, found)


@service.command("stop", examples=[("service stop", "until it is started, or you log in again")])
@click.pass_context
def stop(ctx: click.Context) -> int:
    """Stops the service until it is started, or its manager starts anew. `uninstall` ends it for good."""
    terms = terms_of(ctx)
    found = _manager(terms)
    found.stop()
    return _told(terms, found)


@service.command("restart", examples=[("service restart", "as after an update")])
@click.pass_context
def restart(ctx: click.Context) -> int:
    """Stops the service and starts it again."""
    terms = terms_of(ctx)
    found = _manager(terms)
    found.restart()
    return _told(terms, found)


def _told(terms: Terms, found: Manager) -> int:
    """Say how it stands now."""
    Output(terms).page(brief_lines(_status(found), here(terms)))
    return 0


@service.command(
    "status",
    examples=[("service status", "does it run, since when, and what does it say"), ("service status --json", "for programs")],
)
@json_option
@click.pass_context
def status(ctx: click.Context) -> int:
    """Shows how the service stands with its manager.

    Exit codes: 0 it runs, 1 it does not or no manager answers.
    """
    terms = terms_of(ctx)
    shown = _status(_manager(terms))
    output = Output(terms)
    if terms.as_json:
        output.document(shown)
    else:
        output.page(status_lines(shown, here(terms)))

    return 0 if shown.condition is ServiceCondition.RUNNING else 1


def _status(found: Manager) -> ServiceStatus:
    """What its manager and its file say."""
    state, file = found.state(), found.installed()
    return ServiceStatus(
        manager=state.manager,
        path=str(state.path),
        installed=state.condition is not ServiceCondition.NOT_INSTALLED,
        ours=file is not None and file.ours,
        edited=file is not None and file.edited,
        current=file is not None and file.current,
        condition=state.condition,
        enabled=state.enabled,
        lingering=state.lingering,
        pid=state.pid,
        since=None if state.since is None else moment(state.since),
        says=state.says or None,
        restarts=state.restarts,
        trouble=state.trouble or None,
        drop_ins=tuple(map(str, file.drop_ins)) if file else (),
    )


@service.command("logs", examples=[("service logs", "the last lines"), ("service logs -f", "and those to come")])
@click.option("-f", "--follow", is_flag=True, help="Go on with what comes, until Ctrl-C.")
@click.option("-n", "--lines", type=click.IntRange(0), default=_LINES, show_default=True, metavar="N", help="How many lines.")
@click.pass_context
def logs(ctx: click.Context, *, follow: bool, lines: int) -> int:
    """Shows what the service wrote."""
    return _manager(terms_of(ctx), asked=False).logs(follow=follow, lines=lines)


@service.command("print", examples=[("service print", "what `service install` would write")])
@click.pass_context
def print_command(ctx: click.Context) -> int:
    """Prints the service's file for this user, and installs nothing. It needs no service manager."""
    terms = terms_of(ctx)
    Output(terms).text(_manager(terms, asked=False).rendered())
    return 0
