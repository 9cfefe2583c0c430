"""Silences and acknowledgements as lines."""

from dataclasses import replace

import pytest
from msgspec.structs import replace as changed

from cli.text.pictures import HERE, text
from coven_watchdog.cli.text.silences import (
    ack_lines,
    flags,
    list_lines,
    meant,
    person,
    silenced_lines,
    silences_line,
    unsilenced_lines,
)
from coven_watchdog.model.incidents import Ack
from coven_watchdog.model.time import HOUR
from coven_watchdog.report.silences import Silenced, Silences, ack_shown, listed_silence, silences_of, unsilenced
from coven_watchdog.report.views import Hush, MatchersView, incident_view, silence_view
from report.filled import CRASH, NOW, OWN
from store.builders import HOME, START, silence

NOTHING = Hush((), NOW)
LATER = silence("s-m2p", kind="daemon.*", home=HOME, until=NOW + 24 * HOUR, by="bob (zsh, pid 9)", reason="")


def test_the_line_of_the_status() -> None:
    """How many, until when at the latest, by whom, and where to see more; nothing when nothing is silenced."""
    one, two = silence_view(silence()), silence_view(LATER)
    assert text(silences_line((one,), HERE)) == "    ! 1 silence, until 22:26 UTC (by ada): coven-watchdog silence list"
    assert (
        text(silences_line((one, two, one), HERE))
        == "    ! 3 silences, the last until May 29 20:31 UTC (by ada, bob): coven-watchdog silence list"
    )
    assert silences_line((), HERE) == []


def test_people() -> None:
    """Without what they used; one whom an older row does not name is somebody."""
    assert [person(by) for by in ("ada (bash, pid 7)", "ada as root (sudo, pid 7)", "ada", "")] == [
        "ada",
        "ada as root",
        "ada",
        "somebody",
    ]


@pytest.mark.parametrize(
    ("kind", "session", "home", "said"),
    [
        (None, None, None, "everything"),
        ("daemon.*", None, None, "daemon.*"),
        (None, "3f0c2d1e-aaaa", None, "everything of session 3f0c2d1e"),
        ("session.*", "3f0c2d1e-aaaa", HOME, "session.* of session 3f0c2d1e in ~/.coven"),
    ],
)
def test_what_is_meant(kind: str | None, session: str | None, home: str | None, said: str) -> None:
    """Every matcher in words."""
    assert meant(MatchersView(kind=kind, session=session, home=home), HERE) == said


def test_the_list() -> None:
    """What, until when, by whom, why, and what it hides now; many ids are cut; an empty list says so."""
    many = tuple(replace(OWN, id=f"a{number}") for number in range(12))
    lines = text(list_lines(silences_of(Hush((silence(), LATER), NOW), (CRASH, *many)), HERE)).splitlines()
    assert lines[0].startswith("s-k7f  everything ")
    assert "until 22:26 UTC by ada (bash, pid 77): upgrading" in lines[0]
    assert lines[0].endswith("hides k7fq, a0, a1, a2, a3, a4, a5, a6, a7, a8, …")
    assert "daemon.* in ~/.coven  until May 29 20:31 UTC by bob (zsh, pid 9)" in lines[1]
    assert text(list_lines(silences_of(Hush((LATER,), NOW), ()), HERE)).endswith("hides nothing that is open")
    assert text(list_lines(Silences(silences=()), HERE)) == "Nothing is silenced."


def test_a_new_silence() -> None:
    """What it hides that is open, by id, kind and severity; who stays quiet until when; how to end it."""
    made = Silenced(silence=listed_silence(silence(), NOTHING, (OWN, CRASH)), channels=("desk", "phone"))
    *shown, last = text(silenced_lines(made, HERE)).splitlines()
    assert shown == [
        "s-k7f hides everything, of which 2 are open now:",
        "  ✖  k7fq  daemon.crashed            critical  Coven crashed: killed by signal 9 · 2 sessions hit",
        "  !  c4nn  watchdog.channel_failing  warning   Channel phone does not deliver: 5 tries failed: connection refused",
    ]
    assert last.startswith("2 channels stay quiet until 22:26 UTC; that something is over is told all the same.")
    assert last.endswith("To end it sooner: coven-watchdog silence remove s-k7f")


def test_a_new_silence_of_little() -> None:
    """One of each, and none."""
    one = Silenced(silence=listed_silence(LATER, NOTHING, (OWN, CRASH)), channels=("desk",))
    lines = text(silenced_lines(one, HERE)).splitlines()
    assert lines[0] == "s-m2p hides daemon.* in ~/.coven, of which 1 is open now:"
    assert lines[2].startswith("1 channel stays quiet until May 29 20:31 UTC;")
    none = Silenced(silence=listed_silence(LATER, NOTHING, ()), channels=())
    assert text(silenced_lines(none, HERE)).startswith(
        "s-m2p hides daemon.* in ~/.coven, of which nothing is open now.\n0 channels"
    )


def test_a_silence_that_is_removed() -> None:
    """What is told again, if anything."""
    assert text(unsilenced_lines(unsilenced(silence(), NOTHING, (CRASH,)), HERE)).splitlines() == [
        "s-k7f (everything) is removed: 1 open incident is told again:",
        "  ✖  k7fq  daemon.crashed  critical  Coven crashed: killed by signal 9 · 2 sessions hit",
    ]
    assert "2 open incidents are told again:" in text(unsilenced_lines(unsilenced(silence(), NOTHING, (CRASH, OWN)), HERE))
    assert text(unsilenced_lines(unsilenced(silence(), NOTHING, ()), HERE)) == (
        "s-k7f (everything) is removed: nothing that is open was hidden by it alone."
    )


def test_an_acknowledgement() -> None:
    """For how long, and what is told nevertheless; one that takes the place of another says what that was."""
    until = Ack(NOW, "ada", until=NOW + HOUR)
    first = text(ack_lines(ack_shown(replace(CRASH, ack=Ack(NOW, "ada")), None, NOTHING), HERE))
    assert first.startswith("✖ k7fq daemon.crashed is acknowledged, until it is over.")
    renewed = text(ack_lines(ack_shown(replace(CRASH, ack=until), Ack(START, "bob", "mine"), NOTHING), HERE)).splitlines()
    assert renewed[0].startswith("✖ k7fq daemon.crashed is acknowledged anew, until 21:31 UTC.")
    assert renewed[1] == "    before: by bob at 20:26 UTC: mine"
    undone = text(ack_lines(ack_shown(CRASH, until, NOTHING), HERE))
    assert undone == "✖ k7fq daemon.crashed is no longer acknowledged: it is told again as before."


def test_flags() -> None:
    """Behind what an incident is."""
    view = incident_view(CRASH, NOTHING)
    both = changed(view, acknowledged=True, silenced=True)
    assert [flags(one) for one in (view, changed(view, silenced=True), both)] == [
        "",
        " (silenced)",
        " (acknowledged, silenced)",
    ]
