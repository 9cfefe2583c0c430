"""A live screen: lines drawn again when something changes and once a second, until q or Ctrl-C."""

import select
import sys
import termios
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.live import Live

from coven_watchdog.cli.page import BLANK, Line, Span, line
from coven_watchdog.cli.pretty import console, rendered
from coven_watchdog.model.words import Shade

_PAUSE = 0.2
_AGES = 1.0
"""Seconds after which ages are drawn again though nothing changed."""
_FOOTER = (BLANK, line(Span("follows what happens · q ends", Shade.DIM)))


def watch(draw: Callable[[], list[Line]], stamp: Callable[[], object]) -> None:
    """Show what `draw` gives, again whenever `stamp` gives something else. Returns at q or Ctrl-C; the terminal is as before."""
    with _keys(), Live(console=console(), screen=True, auto_refresh=False) as live:
        try:
            _follow(live, draw, stamp)
        except KeyboardInterrupt:
            return


def _follow(live: Live, draw: Callable[[], list[Line]], stamp: Callable[[], object]) -> None:
    """Draw until q is typed."""
    while True:
        before, drawn = stamp(), time.perf_counter()
        live.update(rendered([*draw(), *_FOOTER]), refresh=True)
        while stamp() == before and time.perf_counter() - drawn < _AGES:
            if _typed() in {"q", "Q", "\x04"}:
                return


def _typed() -> str:
    """The key that was typed within a moment, or ""."""
    ready, _, _ = select.select([sys.stdin], [], [], _PAUSE)
    return sys.stdin.read(1) if ready else ""


@contextmanager
def _keys() -> Iterator[None]:
    """Keys arrive one by one and are not shown."""
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor)
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
