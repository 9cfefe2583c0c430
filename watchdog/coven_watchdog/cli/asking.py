"""A question in, what a person at the terminal types out."""

import sys

import click

from coven_watchdog.cli.page import printable


def somebody() -> bool:
    """Whether a person can be asked: both ends are a terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def say(text: str, *, sign: str = "", colour: str | None = None) -> None:
    """A line beside the questions."""
    click.echo(f"{click.style(sign, fg=colour)} {printable(text)}" if sign else printable(text), err=True)


def ask(question: str, hint: str) -> str:
    """The answer without blanks around it; "" for Enter alone.

    Raises:
        click.Abort: the input has ended (Ctrl-D).
    """
    click.echo(f"{click.style(question, bold=True)} {click.style(f'({hint})', dim=True)}: ", nl=False, err=True)
    # Pasted bytes that are no text must be refused as an address, not break the program.
    answer = sys.stdin.buffer.readline().decode(errors="surrogateescape")
    if not answer:
        click.echo(err=True)
        raise click.Abort

    return answer.strip()
