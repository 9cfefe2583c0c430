"""The demo's events as lines."""

import pytest

from cli.text.pictures import text
from coven_watchdog.cli.page import width
from coven_watchdog.cli.text.demo import event_lines
from coven_watchdog.demo import Arrived, DemoEvent, Narrated, NextSteps, Troubled
from coven_watchdog.model.words import Tone

MESSAGE = Arrived(
    0,
    "! codex in 花見の買い物かご failed on devbox",
    ("12:21 · exit 3, after 3 seconds of work", "", f"/srv/{'deep/' * 9}shop", "session.failed k7fq.1"),
    Tone.WARNING,
    416_000,
)


@pytest.mark.parametrize("room", [100, 80, 60, 40, 24])
def test_the_bar_stands_beside_every_line(room: int) -> None:
    """What is wider than the terminal is folded by us, at spaces where that can be; nothing is lost or left for the terminal to break."""
    lines = text(event_lines(MESSAGE, room)).split("\n")
    assert all(line.startswith("  ┃") for line in lines)
    assert all(width(line) <= room for line in lines)
    words = " ".join((MESSAGE.title, "told in 416 ms", *MESSAGE.lines))
    assert "".join("".join(line[4:] for line in lines).split()) == "".join(words.split())


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
