"""Colours, and the same words."""

import io

from rich.console import Console

from coven_watchdog.cli.page import Span, line
from coven_watchdog.cli.pretty import console, rendered
from coven_watchdog.model.words import Shade


def test_every_shade_is_drawn_and_no_text_is_obeyed() -> None:
    """Each shade has a style; markup, emoji codes and numbers in a text stay what they are."""
    stream = io.StringIO()
    Console(
        file=stream, force_terminal=True, width=80, markup=False, emoji=False, highlight=False, color_system="standard"
    ).print(rendered([line(Span(f"[b]{shade}[/b] :smile: 42 ", shade)) for shade in Shade]))
    assert stream.getvalue().count(":smile: 42") == len(Shade)
    assert console().is_terminal
