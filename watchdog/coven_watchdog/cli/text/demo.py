"""The demo's events as lines: what it does, and the messages as they would arrive."""

from math import inf

from coven_watchdog.cli.page import BLANK, Line, Span, columns, folded, line, width
from coven_watchdog.cli.text.words import WARN, milliseconds
from coven_watchdog.demo import Arrived, DemoEvent, Narrated, NextSteps
from coven_watchdog.model.time import MILLISECOND
from coven_watchdog.model.words import Shade, Tone

_SHADES = {Tone.FAILURE: Shade.BAD, Tone.WARNING: Shade.WARN, Tone.INFO: Shade.COMMAND, Tone.SUCCESS: Shade.GOOD}

_INDENT, _BAR = "  ", "┃ "
_HEAD = 64
_LEAST = 20


def event_lines(event: DemoEvent, room: int | None = None) -> list[Line]:
    """One event. `room`: the terminal's columns; messages are folded so that the bar stands beside every line. None: no edge."""
    if isinstance(event, Narrated):
        return [BLANK, line(Span("▸ ", Shade.DIM), Span(event.text, Shade.DIM))]

    if isinstance(event, Arrived):
        return _message(event, inf if room is None else max(_LEAST, room - width(_INDENT + _BAR)))

    if isinstance(event, NextSteps):
        rows = [(f"{number}.", Span(command, Shade.COMMAND), why) for number, (command, why) in enumerate(event.steps, 1)]
        return [BLANK, line(Span("Next", Shade.STRONG)), *columns(rows)]

    return [line("  ", WARN, f" {event.text}")]


def _message(event: Arrived, room: float) -> list[Line]:
    """A message with a bar in its colour at the left, and how long it took."""
    told = [Span(piece) for text in event.lines for piece in folded(text, room)]
    bar = Span(_BAR, _SHADES[event.tone])
    return [line(_INDENT, bar, *spans) for spans in (*_heading(event, room), *((span,) for span in told))]


def _heading(event: Arrived, room: float) -> list[Line]:
    """Title and time beside each other, or below each other where that is too wide."""
    took = f"told in {milliseconds(event.told_in / MILLISECOND)}"
    gap = max(2, min(_HEAD, room) - width(event.title) - width(took))
    if width(event.title) + gap + width(took) <= room:
        return [(Span(event.title, Shade.STRONG), Span(" " * int(gap)), Span(took, Shade.DIM))]

    return [*((Span(piece, Shade.STRONG),) for piece in folded(event.title, room)), (Span(took, Shade.DIM),)]
