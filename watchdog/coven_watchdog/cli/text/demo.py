"""The demo's events as lines: what it does, and the messages as they would arrive."""

from coven_watchdog.cli.page import BLANK, Line, Span, columns, line, width
from coven_watchdog.cli.text.words import WARN, milliseconds
from coven_watchdog.demo import Arrived, DemoEvent, Narrated, NextSteps
from coven_watchdog.model.time import MILLISECOND
from coven_watchdog.model.words import Shade, Tone

_SHADES = {Tone.FAILURE: Shade.BAD, Tone.WARNING: Shade.WARN, Tone.INFO: Shade.COMMAND, Tone.SUCCESS: Shade.GOOD}


def event_lines(event: DemoEvent) -> list[Line]:
    """One event."""
    if isinstance(event, Narrated):
        return [BLANK, line(Span("▸ ", Shade.DIM), Span(event.text, Shade.DIM))]

    if isinstance(event, Arrived):
        return _message(event)

    if isinstance(event, NextSteps):
        rows = [(f"{number}.", Span(command, Shade.COMMAND), why) for number, (command, why) in enumerate(event.steps, 1)]
        return [BLANK, line(Span("Next", Shade.STRONG)), *columns(rows)]

    return [line("  ", WARN, f" {event.text}")]


def _message(event: Arrived) -> list[Line]:
    """A message with a bar in its colour at the left, and how long it took."""
    shade = _SHADES[event.tone]
    took = f"told in {milliseconds(event.told_in / MILLISECOND)}"
    gap = " " * max(2, 64 - width(event.title) - width(took))
    head = line("  ", Span("┃ ", shade), Span(event.title, Shade.STRONG), gap, Span(took, Shade.DIM))
    return [head, *(line("  ", Span("┃ ", shade), text) for text in event.lines)]
