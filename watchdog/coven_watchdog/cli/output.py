"""The only printer. Data goes to standard output, talk to standard error; both plain unless a terminal reads them."""

import json
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from coven_watchdog.cli.page import Line, plain, printable
from coven_watchdog.cli.terms import Terms
from coven_watchdog.redact.patterns import masked

if TYPE_CHECKING:
    import msgspec

ERROR_SCHEMA = "coven-watchdog.error.v1"
_UNSEEN = re.compile(r"[^\x20-\x7e\n]")


@dataclass(frozen=True, slots=True)
class Trouble:
    """An error for people and programs. `more`: further (where, message) pairs of a faulty configuration."""

    code: str
    message: str
    where: str
    next_step: str
    exit_code: int
    more: tuple[tuple[str, str], ...] = ()


class Output:
    """Prints what a command has to say."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms

    @property
    def pretty(self) -> bool:
        """Whether data goes to somebody who sees colours."""
        return sys.stdout.isatty() if self._terms.color is None else self._terms.color

    @property
    def room(self) -> int | None:
        """The columns of the terminal that data goes to; None where there is no edge."""
        if not self.pretty:
            return None

        from coven_watchdog.cli.pretty import console  # noqa: PLC0415 - as below

        return console().width

    def page(self, lines: Iterable[Line]) -> None:
        """Print lines of data, coloured for a terminal."""
        lines = [self._masked(line) for line in lines] if self._terms.patterns else lines
        if self.pretty:
            from coven_watchdog.cli.pretty import show  # noqa: PLC0415 - rich is loaded for terminals only

            show(lines)
            return

        click.echo("".join(f"{plain(line)}\n" for line in lines), nl=False)

    def _masked(self, line: Line) -> Line:
        return tuple(replace(span, text=self._mask(span.text)) for span in line)

    def _mask(self, text: str) -> str:
        """What the user's own patterns match never comes to anybody's eyes."""
        return masked(text, tuple(self._terms.patterns)) if self._terms.patterns else text

    def text(self, text: str) -> None:
        """Print data as it is, such as a file or a script."""
        click.echo(text, nl=not text.endswith("\n"))

    def document(self, value: "msgspec.Struct") -> None:
        """Print one JSON document: a line for a pipe, indented for a terminal."""
        import msgspec  # noqa: PLC0415 - a plain --help must not load it

        if self._terms.patterns:
            value = _each(msgspec.to_builtins(value), self._mask)

        document = _UNSEEN.sub(_escaped, _encoded(value))
        click.echo((msgspec.json.format(document, indent=2) if sys.stdout.isatty() else document).encode())

    def talk(self, text: str, *, bad: bool = False) -> None:
        """Say something beside the data; -q hides it."""
        if self._terms.verbosity >= 0:
            shown = printable(self._mask(text))
            click.echo(click.style(shown, fg="yellow") if bad else shown, err=True, color=self._terms.color)

    def detail(self, text: str) -> None:
        """Say something for -v only, and only once."""
        if self._terms.verbosity > 0 and text not in self._terms.said:
            self._terms.said.add(text)
            click.echo(printable(self._mask(text)), err=True, color=self._terms.color)

    def trouble(self, trouble: Trouble) -> None:
        """Say what failed: one JSON document on standard output under --json, else lines on standard error.

        `check` says it where monitoring systems look: in one line on standard output.
        """
        if self._terms.as_json:
            click.echo(json.dumps(_each(_as_document(trouble), self._mask)))
            return

        if self._terms.command == "check":
            told = ": ".join(part for part in (trouble.where, trouble.message) if part)
            click.echo(printable(f"COVEN UNKNOWN - {self._mask(told)}"))

        self._error_lines(trouble)

    def _error_lines(self, trouble: Trouble) -> None:
        """`error: where: what`, the further faults, and the next step."""
        mark = click.style("error:", fg="red", bold=True)
        for where, message in ((trouble.where, trouble.message), *trouble.more):
            told = printable(self._mask(f"{where}: {message}" if where else message))
            click.echo(f"{mark} {told}", err=True, color=self._terms.color)

        if trouble.next_step:
            click.echo(f" next: {printable(self._mask(trouble.next_step))}", err=True, color=self._terms.color)


def _encoded(value: "msgspec.Struct") -> str:
    """JSON. Half characters (from names that are no UTF-8) are left for `_escaped`."""
    import msgspec  # noqa: PLC0415 - as above

    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError:
        return json.dumps(msgspec.to_builtins(value), ensure_ascii=False, separators=(",", ":"))


def _each(value: Any, mask: Callable[[str], str]) -> Any:  # noqa: ANN401 - whatever JSON has
    """JSON with each of its texts masked; its keys are ours."""
    if isinstance(value, str):
        return mask(value)

    if isinstance(value, dict):
        return {key: _each(one, mask) for key, one in value.items()}

    return [_each(one, mask) for one in value] if isinstance(value, list | tuple) else value


def _escaped(match: re.Match[str]) -> str:
    """What a terminal would obey, or not show, as JSON's escape of it; it stays the same JSON."""
    return match[0] if match[0].isprintable() else json.dumps(match[0])[1:-1]


def _as_document(trouble: Trouble) -> dict[str, Any]:
    """The error as programs read it."""
    error = {
        "code": trouble.code,
        "message": trouble.message,
        "where": trouble.where or None,
        "next": trouble.next_step or None,
    }
    return {"schema": ERROR_SCHEMA, "error": error}
