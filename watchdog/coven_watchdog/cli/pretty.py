"""Lines in, colours on a terminal out. The only module that loads rich."""

from collections.abc import Iterable, Mapping

from rich.console import Console, Group
from rich.style import Style
from rich.text import Text

from coven_watchdog.cli.page import Line
from coven_watchdog.model.words import Shade

_STYLES: Mapping[Shade, Style] = {
    Shade.PLAIN: Style(),
    Shade.STRONG: Style(bold=True),
    Shade.DIM: Style(dim=True),
    Shade.GOOD: Style(color="green"),
    Shade.WARN: Style(color="yellow"),
    Shade.BAD: Style(color="red", bold=True),
    Shade.COMMAND: Style(color="cyan"),
}


def show(lines: Iterable[Line]) -> None:
    """Print lines with their shades, wrapped at the terminal's edge."""
    console().print(rendered(lines))


def console() -> Console:
    """A console that shows exactly our words: no markup, no emoji codes, no guessed highlights."""
    return Console(markup=False, emoji=False, highlight=False, force_terminal=True, soft_wrap=False)


def rendered(lines: Iterable[Line]) -> Group:
    """What rich prints, also inside a live display."""
    return Group(*(_text(one) for one in lines))


def _text(one: Line) -> Text:
    """One line. Its continuation lines are not indented: copying a command from it must give the command."""
    text = Text(overflow="fold")
    for span in one:
        text.append(span.text, style=_STYLES[span.shade])

    return text
