"""The root command and the table of all commands: adding one is a file and a line here."""

import click

from coven_watchdog.cli.frame import Group, Lazy

COMMANDS: tuple[Lazy, ...] = (
    ("demo", "coven_watchdog.cli.demo:demo", "See the main job happen on a simulated Coven, in a minute."),
    ("setup", "coven_watchdog.cli.setup:setup", "From nothing to being watched: where you are told, and the service."),
    ("run", "coven_watchdog.cli.run:run", "Watch, and tell, until stopped."),
    ("status", "coven_watchdog.cli.status:status", "What is wrong now, worst first."),
    ("check", "coven_watchdog.cli.check:check", "One fresh look, for monitoring systems."),
    ("doctor", "coven_watchdog.cli.doctor:doctor", "Every symptom explained, and what to run next."),
    ("incidents", "coven_watchdog.cli.incidents:incidents", "What was wrong, and why you were told or not."),
    ("ack", "coven_watchdog.cli.ack:ack", "Say that you have seen it: reminders end."),
    ("silence", "coven_watchdog.cli.silence:silence", "Hide what matches for a while."),
    ("notify", "coven_watchdog.cli.notify:notify", "Try the channels, and see what was sent."),
    ("digest", "coven_watchdog.cli.digest:digest", "What happened, in short; printed or sent."),
    ("service", "coven_watchdog.cli.service:service", "Install, start, stop and ask the service."),
    ("bundle", "coven_watchdog.cli.bundle:bundle", "What a maintainer of Coven asks for, in one file, redacted."),
    ("config", "coven_watchdog.cli.config:config", "Write, check and show the configuration."),
    ("completion", "coven_watchdog.cli.completion:completion", "Print a completion script for your shell."),
)


@click.group(
    "coven-watchdog",
    cls=Group,
    lazy=COMMANDS,
    invoke_without_command=True,
    examples=[
        ("demo", "see it work, on a simulated Coven"),
        ("setup", "where you want to be told, and the service"),
        ("notify test", "try how it reaches you"),
        ("status", "what is wrong now"),
        ("run", "watch Coven here, without a service"),
    ],
)
@click.pass_context
def root(ctx: click.Context) -> int:
    """Watches a Coven daemon and its coding-agent sessions, and tells you when something breaks.

    Without a command: the status, or the first steps while nothing is set up.

    Exit codes: 0 done, 1 it failed, 2 usage or configuration; `check` has its own.
    """
    if ctx.invoked_subcommand is not None:
        return 0

    from coven_watchdog.cli.first import start  # noqa: PLC0415 - --help must not load what a status needs

    return start(ctx)
