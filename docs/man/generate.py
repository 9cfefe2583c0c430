"""The commands as click knows them in, the manual page out: `python docs/man/generate.py > docs/man/coven-watchdog.1`.

A test compares the page in the repository with what this prints.
"""

import inspect
import sys
from collections.abc import Iterator

import click

from coven_watchdog import __version__
from coven_watchdog.cli.app import root
from coven_watchdog.cli.frame import PROGRAM, Group, option_record

EXIT_STATUS = (
    ("0", "Done."),
    ("1", "It failed."),
    ("2", "The command line or the configuration is faulty."),
    ("75", "run only: the installed version was replaced; start it again."),
    ("130", "Ended by Ctrl-C."),
)
CHECK_STATUS = (("0", "OK"), ("1", "WARNING"), ("2", "CRITICAL"), ("3", "UNKNOWN, and every error"))
FILES = (
    (
        "$XDG_CONFIG_HOME/coven-watchdog/config.toml",
        "The configuration; optional. Usually below ~/.config; on macOS in ~/Library/Application Support.",
    ),
    (
        "$XDG_STATE_HOME/coven-watchdog/watchdog.sqlite3",
        "What is remembered: incidents, messages, looks. Usually below ~/.local/state.",
    ),
)
ENVIRONMENT = (
    ("COVEN_HOME", "The home to watch when neither --home nor the configuration names one."),
    ("COVEN_WATCHDOG_CONFIG", "The configuration file."),
    ("COVEN_WATCHDOG_STATE_DIR", "The folder for what is remembered."),
    ("NO_COLOR, FORCE_COLOR, TERM=dumb", "Never colours; always; never."),
)


def main() -> None:
    """Print the page."""
    sys.stdout.write("\n".join(page()) + "\n")


def page() -> Iterator[str]:
    """The page, line by line."""
    yield f'.TH COVEN-WATCHDOG 1 "" "coven-watchdog {__version__}" "User Commands"'
    yield from (".SH NAME", f"{PROGRAM} \\- {escaped('tells you when Coven or one of its sessions breaks')}")
    yield from (".SH SYNOPSIS", f".B {escaped(PROGRAM)}", "[\\fIOPTIONS\\fR] [\\fICOMMAND\\fR] [\\fIARGS\\fR]...")
    context = click.Context(root, info_name=PROGRAM)
    yield ".SH DESCRIPTION"
    yield from paragraphs(root)
    yield from (".SH EXAMPLES", *examples(root))
    yield ".SH COMMANDS"
    for name in root.list_commands(context):
        yield from described(root.get_command(context, name), f"{PROGRAM} {name}", context)

    yield from (".SH OPTIONS", "Every command takes these, before or after its name.")
    yield from options(root.get_params(context)[root.own :], context)
    yield from (
        ".SH EXIT STATUS",
        *listed(EXIT_STATUS),
        ".PP",
        f"{bold('check')} speaks as monitoring plugins do:",
        *listed(CHECK_STATUS),
    )
    yield from (".SH FILES", *listed(FILES), ".SH ENVIRONMENT", *listed(ENVIRONMENT))


def described(command: click.Command | None, path: str, parent: click.Context) -> Iterator[str]:
    """One command, and those below it."""
    if command is None or command.hidden:
        return

    context = click.Context(command, info_name=command.name, parent=parent)
    usage = " ".join(part for part in command.collect_usage_pieces(context))
    yield from (f".SS {escaped(path)} {escaped(usage)}", *paragraphs(command))
    yield from options(command.params[: getattr(command, "own", 0)], context)
    yield from examples(command)
    if isinstance(command, Group):
        for name in command.list_commands(context):
            yield from described(command.get_command(context, name), f"{path} {name}", context)


def paragraphs(command: click.Command) -> Iterator[str]:
    """What the command says of itself."""
    for number, text in enumerate(inspect.cleandoc(command.help or "").split("\n\n")):
        yield from ([".PP"] if number else [])
        yield escaped(" ".join(text.split()))


def options(params: list[click.Parameter], context: click.Context) -> Iterator[str]:
    """Options that are not hidden."""
    for param in params:
        record = option_record(param, context)
        if record is not None:
            yield from (".TP", f"\\fB{escaped(record[0])}\\fR", escaped(record[1]))


def examples(command: click.Command) -> Iterator[str]:
    """What people copy."""
    for example, why in getattr(command, "examples", ()):
        yield from (".PP", escaped(f"{why}:"), ".RS", ".nf", escaped(f"{PROGRAM} {example}"), ".fi", ".RE")


def listed(rows: tuple[tuple[str, str], ...]) -> Iterator[str]:
    """A definition list."""
    for term, text in rows:
        yield from (".TP", bold(term), escaped(text))


def bold(text: str) -> str:
    """Text that stands out."""
    return f"\\fB{escaped(text)}\\fR"


def escaped(text: str) -> str:
    """Text as troff takes it: no line of it is a request, a minus can be copied."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("`", "\\(ga").replace("'", "\\(aq")
    return f"\\&{text}" if text.startswith(".") else text


if __name__ == "__main__":
    main()
