"""The demo's events as lines."""

import pytest

from cli.text.pictures import text
from coven_watchdog.cli.text.demo import event_lines
from coven_watchdog.demo import Arrived, DemoEvent, Narrated, NextSteps, Troubled
from coven_watchdog.model.words import Tone


@pytest.mark.parametrize(
    ("event", "lines"),
    [
        (Narrated(0, "It is killed."), ["", "▸ It is killed."]),
        (Troubled(0, "no desktop"), ["  ! no desktop"]),
        (NextSteps((("coven-watchdog run", "watch"),)), ["", "Next", "  1.  coven-watchdog run  watch"]),
        (
            Arrived(0, "✖ Coven crashed", ("03:12 · killed", "daemon.crashed k7fq.1"), Tone.FAILURE, 120_000),
            ["  ┃ ✖ Coven crashed" + " " * 33 + "told in 120 ms", "  ┃ 03:12 · killed", "  ┃ daemon.crashed k7fq.1"],
        ),
    ],
)
def test_every_event_has_its_lines(event: DemoEvent, lines: list[str]) -> None:
    """Narration, trouble, next steps, and a message as it would arrive with the time that it took."""
    shown = text(event_lines(event)).split("\n")
    assert [line.replace(" ", "") for line in shown] == [line.replace(" ", "") for line in lines]
