"""Playbooks of noise control: what is told before, while and after something is silenced, acknowledged, or waits for somebody."""

from dataclasses import replace

import pytest

from coven_watchdog.model.time import MINUTE, SECOND
from coven_watchdog.model.words import Kind, Reason, Severity, Suppression
from coven_watchdog.settings import Channel, Delay, Home, Secret, Settings
from decide.pages import BACK, CRASH, ended, rendered, text
from decide.playbook import Move, Play, Seen, over, run, told
from decide.verdicts import (
    CRASHED,
    CRITICAL,
    DESK,
    HOME,
    HUNG,
    WARNING,
    WELL,
    acked,
    away,
    bad,
    refusing,
    restarted,
    silenced,
    unacked,
    up,
    well,
)

URL = Secret("json://x")
HOUR = 3600
DESKTOP = Channel(name="top", url=Secret("desktop://"))
LOCAL = Settings(channels=(DESK.channels[0], DESKTOP))
BOSS = Settings(channels=(DESK.channels[0], Channel(name="boss", url=URL, after=Delay(30 * MINUTE))))
LOOSE = bad(Kind.HOME_INSECURE)
SAFE = well(Kind.HOME_INSECURE, subject="home")
MILD = bad(Kind.DAEMON_UNRESPONSIVE, WARNING)


SILENCE = silenced(600, by="ada")
"""Until ten minutes after it is made."""


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        (((0, SILENCE), *over(60), (700, WELL)), []),
        (((0, SILENCE), (700, CRASHED), *over(800)), ["700: first", "800: resolved"]),
        (
            ((0, SILENCE), (60, CRASHED), (599, CRASHED), (600, CRASHED), *over(700)),
            ["60: (silenced)", "60: hidden", "600: first", "700: resolved"],
        ),
        (((0, SILENCE), (60, CRASHED), *over(300), (601,)), ["60: (silenced)", "60: hidden", "300: resolved"]),
        (((0, CRASHED), (60, SILENCE), *over(300), (661,)), ["0: first", "60: hidden", "300: resolved"]),
        (((0, CRASHED), (60, SILENCE), (661, CRASHED), *over(800)), ["0: first", "60: hidden", "800: resolved"]),
        (((0, CRASHED), *over(60), (70, SILENCE), (671,)), ["0: first", "60: resolved"]),
    ],
    ids=["no trouble", "before", "ends inside", "around", "begins inside", "within", "after"],
)
def test_a_silence_and_something_critical(moves: tuple[Move, ...], expected: list[str]) -> None:
    """It is told once that it is hidden; when the silence ends before it, it is told; its end passes."""
    assert told(*moves) == expected


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        (((0, SILENCE), (60, LOOSE), (600, LOOSE), *over(700, SAFE)), ["60: (silenced)", "600: first", "700: resolved"]),
        (((0, SILENCE), (60, LOOSE), *over(300, SAFE), (601,)), ["60: (silenced)"]),
        (((0, LOOSE), (60, SILENCE, LOOSE), *over(300, SAFE)), ["0: first", "300: resolved"]),
        (((0, SILENCE), (60, ended(1)), (601,)), ["60: (silenced)"]),
    ],
    ids=["ends inside", "around", "begins inside", "an event"],
)
def test_a_silence_and_something_milder(moves: tuple[Move, ...], expected: list[str]) -> None:
    """Nobody is told that it is hidden, and of what was all hidden nothing; an event is for the digest."""
    assert told(*moves) == expected


def test_what_got_worse_under_a_silence() -> None:
    """Who heard of the milder hears of the worse when the silence ends, at the time of the change."""
    made = run((0, MILD), (60, SILENCE, MILD), (120, CRASHED), (661, CRASHED))
    assert made.lines == [
        "0 daemon.unresponsive opened: first",
        "120 daemon.crashed changed: (silenced)",
        "120 daemon.crashed silenced: hidden",
        "661 daemon.crashed at last: changed",
    ]
    assert rendered(made)[-1].lines[:2] == (
        "11:08 · gone without a clean stop.",
        "Before: hung since 11:06.",
    )


def test_what_got_worse_under_a_silence_while_it_waited() -> None:
    """A first word that nobody has taken yet is not sent as it was, when the silence ends before it goes out."""
    made = run((0, away, MILD), (60, SILENCE, MILD), (120, CRASHED), (661, CRASHED), (700, up, CRASHED), (701, CRASHED))
    assert [line.partition(": ")[2] for line in made.lines] == ["first", "(silenced)", "hidden"]
    first, hidden = rendered(made)
    assert (first.title, first.lines[1]) == ("✖ Coven crashed on devbox", "Before: hung since 11:06.")
    assert hidden.title == "✖ Coven crashed on devbox · silenced"


def test_what_got_worse_and_better_under_a_silence() -> None:
    """The last word is still true: nothing is said."""
    assert told((0, HUNG), (60, SILENCE), (120, bad(Kind.DAEMON_INCOMPATIBLE)), (661, HUNG)) == [
        *("0: first", "60: hidden", "120: (milder)")
    ]


def test_a_silence_that_is_renewed_or_removed() -> None:
    """What the store says is the truth, at each word from it."""
    longer: list[Move] = [(0, SILENCE), (60, CRASHED), (500, silenced(600, by="ada"), CRASHED), (601, CRASHED)]
    assert told(*longer, (1100, CRASHED)) == ["60: (silenced)", "60: hidden", "1100: first"]
    assert told((0, SILENCE), (60, CRASHED), (90, silenced(0), CRASHED)) == ["60: (silenced)", "60: hidden", "90: first"]


def test_a_silence_of_something_else() -> None:
    """It hides what it means."""
    assert told((0, silenced(600, kind="session.*"), CRASHED)) == ["0: first"]
    assert told((0, silenced(600, home="/other"), CRASHED)) == ["0: first"]
    assert told((0, silenced(600, session="1"), ended(1), ended(2))) == ["0: (silenced)", "0: first"]


def test_what_this_machines_user_hid_is_told_to_others() -> None:
    """The desktop is where it was hidden from: the others hear of it, once."""
    assert told((0, CRASHED), (60, SILENCE, CRASHED), (70, acked, CRASHED), settings=LOCAL) == [
        "0: first, top first",
        "60: hidden",
    ]


def test_acknowledged_then_over() -> None:
    """Told that somebody has it, then that it is over; no reminder between."""
    moves: list[Move] = [(0, CRASHED), (60, acked, CRASHED), (4 * HOUR, CRASHED), *over(5 * HOUR), (9 * HOUR, WELL)]
    assert told(*moves) == ["0: first", "60: hidden", "14400: (acknowledged)", "18000: resolved"]


def test_acknowledged_then_worse() -> None:
    """What is worse than what was acknowledged is told."""
    assert told((0, MILD), (60, acked, MILD), (120, CRASHED), *over(300)) == ["0: first", "120: changed", "300: resolved"]


def test_acknowledged_then_milder() -> None:
    """What is milder is not."""
    assert told((0, HUNG), (60, acked, HUNG), (120, bad(Kind.DAEMON_INCOMPATIBLE))) == [
        "0: first",
        "60: hidden",
        "120: (milder)",
    ]


@pytest.mark.parametrize(
    ("lasts", "expected"),
    [
        (2 * HOUR, ["0: first", "60: hidden", "14400: reminder", "28800: reminder"]),
        (5 * HOUR, ["0: first", "60: hidden", "14400: (acknowledged)", "28800: reminder"]),
    ],
)
def test_an_acknowledgement_for_a_while(lasts: int, expected: list[str]) -> None:
    """When it has run out it is as if nobody had."""
    moves: list[Move] = [(hours * HOUR, CRASHED) for hours in range(1, 9)]
    assert told((0, CRASHED), (60, acked_for(lasts), CRASHED), *moves) == expected


def acked_for(seconds: int) -> Seen:
    """Somebody acknowledges for so long."""

    def act(play_: Play) -> None:
        acked(play_)
        for name, one in play_.shelf.incidents.items():
            if one.ack is not None:
                ack = replace(one.ack, until=play_.now.wall + seconds * SECOND)
                play_.shelf.incidents[name] = replace(one, ack=ack)

    return act


def test_an_acknowledgement_that_is_taken_back() -> None:
    """It stands in the story, and reminders go on."""
    made = run((0, CRASHED), (60, acked, CRASHED), (120, unacked, CRASHED), (4 * HOUR, CRASHED))
    assert made.lines == [
        "0 daemon.crashed opened: first",
        "60 daemon.crashed acknowledged: hidden",
        "120 daemon.crashed unacknowledged: ",
        "14400 daemon.crashed reminded: reminder",
    ]


def test_an_acknowledgement_ends_with_the_trouble() -> None:
    """The next one is nobody's."""
    assert told((0, CRASHED), (60, acked, CRASHED), *over(120), (180, CRASHED)) == [
        *("0: first", "60: hidden", "120: resolved", "180: changed")
    ]


def test_acknowledged_before_anybody_was_reached() -> None:
    """While a service is away, what was over before it came back is told once: with its end."""
    away_: list[Move] = [(0, away, CRASHED), (60, acked, CRASHED), *over(300)]
    made = run(*away_, (400, up), (401,))
    assert made.lines[-1] == "300 daemon.crashed resolved: late"
    assert [row.reason for row in made.shelf.rows.values() if row.sent_at] == [Reason.LATE]
    assert [row.suppression for row in made.shelf.rows.values()][:2] == 2 * [Suppression.RESOLVED_MEANWHILE]


def test_hidden_while_a_service_refuses() -> None:
    """What was tried is not taken back."""
    made = run((0, refusing, CRASHED), (60, acked, CRASHED), *over(300))
    assert [row.reason for row in made.shelf.rows.values()] == [Reason.FIRST, Reason.HIDDEN, Reason.RESOLVED]


def test_hidden_while_a_group_collects() -> None:
    """An acknowledgement that comes before the group goes out changes what stands in it; its end is told there too."""
    moves: list[Move] = [(0, ended(1)), (0.5, LOUD), (1, acked, LOUD)]
    assert told(*moves) == ["0: first", "0.5: first", "1: +hidden"]
    made = run(*moves, (1.2, SAFE), (1.5, SAFE), (9,))
    assert [text(one).splitlines()[0] for one in rendered(made)] == [
        "! codex in shop crashed on devbox",
        "✔ Coven's home is safe again on devbox · 1 s",
    ]


LOUD = bad(Kind.HOME_INSECURE, CRITICAL)


def test_nobody_answers() -> None:
    """A channel with `after` is told when that time is over, and of what follows."""
    made = run((0, CRASHED), (1799, CRASHED), (1800, CRASHED), *over(2000), settings=BOSS)
    assert made.lines == [
        "0 daemon.crashed opened: boss (waiting_after), first",
        "1800 daemon.crashed at last: boss first",
        "2000 daemon.crashed resolved: boss resolved, resolved",
    ]


def test_somebody_answers() -> None:
    """It stays quiet, to the end."""
    made = run((0, CRASHED), (600, acked, CRASHED), (1800, CRASHED), *over(2000), settings=BOSS)
    assert [row.suppression for row in made.shelf.rows.values() if row.channel == "boss"] == [
        *(Suppression.WAITING_AFTER, Suppression.ACKNOWLEDGED)
    ]


def test_the_answer_runs_out_or_is_taken_back() -> None:
    """Then nobody answers for it any more."""
    moves: list[Move] = [(0, CRASHED), (600, acked_for(HOUR), CRASHED), (1800, CRASHED), (600 + HOUR, CRASHED)]
    assert told(*moves, settings=BOSS)[-1] == "4200: boss first"
    moves = [(0, CRASHED), (600, acked, CRASHED), (1800, CRASHED), (2000, unacked, CRASHED)]
    assert told(*moves, settings=BOSS)[-1] == "2000: boss first"
    moves = [(0, CRASHED), (600, acked, CRASHED), (900, unacked, CRASHED)]
    assert told(*moves, settings=BOSS)[-1] == "600: boss (acknowledged)"
    assert told(*moves, (1800, CRASHED), settings=BOSS)[-1] == "1800: boss first"


def test_over_before_the_time() -> None:
    """Nobody is troubled with what others have seen begin and end."""
    assert told((0, CRASHED), *over(600), (1800, WELL), settings=BOSS) == [
        "0: boss (waiting_after), first",
        "600: resolved",
    ]


def test_the_time_begins_anew_with_each_opening() -> None:
    """Half an hour of well and not well is not half an hour of trouble; what flaps for so long is."""
    moves: list[Move] = [(0, CRASHED), *over(1200), (1500, CRASHED)]
    assert "boss first" not in " ".join(told(*moves, (1800, CRASHED), settings=BOSS))
    assert told(*moves, (3300, CRASHED), settings=BOSS)[-1] == "3300: boss first"


def test_an_event_does_not_wait_for_an_answer() -> None:
    """It cannot be open after a while: it is for other channels."""
    assert told((0, ended(1)), (1800,), settings=BOSS) == ["0: boss (not_routed), first"]


def test_worse_while_somebody_has_it() -> None:
    """What gets worse after its acknowledgement is told to who was told; who waits, waits on."""
    moves: list[Move] = [(0, MILD), (60, acked, MILD), (120, CRASHED), (1800, CRASHED)]
    assert told(*moves, settings=BOSS) == [
        "0: boss (waiting_after), first",
        "60: boss (acknowledged)",
        "120: changed",
    ]


ROUTED = Settings(
    homes=(Home(path=HOME, name="work"),),
    channels=(
        DESK.channels[0],
        Channel(name="ends", url=URL, kinds=("session.*",)),
        Channel(name="more", url=URL, kinds=("store.*",), also=("session.finished",)),
        Channel(name="named", url=URL, homes=("wor?",)),
        Channel(name="other", url=URL, homes=("other", "/srv/*")),
        Channel(name="path", url=URL, homes=("/home/ada/*",)),
    ),
)


def test_kinds_and_homes() -> None:
    """A channel is there for its kinds and its homes, by name or path; `also` adds kinds. The watchdog itself is of every home."""

    def hears(*seen: Seen) -> set[str]:
        rows = run((0, *seen), settings=ROUTED).shelf.rows.values()
        return {row.channel for row in rows if row.suppression is None}

    assert hears(CRASHED) == {"desk", "named", "path"}
    assert hears(ended(1)) == {"desk", "ends", "named", "path"}
    assert hears(ended(1, Kind.SESSION_FINISHED)) == {"more"}
    assert hears(bad(Kind.STORE_BROKEN)) == {"desk", "more", "named", "path"}
    assert hears(replace(bad(Kind.WATCHDOG_STORE_DAMAGED), home="")) == {"desk", "named", "other", "path"}


def test_reminders_that_nobody_got_do_not_count() -> None:
    """Six are told, whatever was silenced between, and the last says that it is the last."""
    day: list[Move] = [(4 * HOUR * turn, CRASH) for turn in range(1, 15)]
    made = run((0, CRASH), (10, silenced(24 * HOUR, by="ada"), CRASH), *day)
    said = [line.partition(": ")[2] for line in made.lines]
    assert [word for word in said if word] == ["first", "hidden", "(silenced)", *6 * ["reminder"]]
    reminders = [text(message) for message in rendered(made) if "It has lasted" in message.body]
    assert ["This is the last reminder." in one for one in reminders] == 5 * [False] + [True]
    assert made.shelf.incidents["i1"].reminders == 6


def test_reminders_go_where_they_are_wanted() -> None:
    """One channel is enough for a reminder to count."""
    day: list[Move] = [(4 * HOUR * turn, CRASHED) for turn in range(1, 15)]
    made = run((0, CRASHED), *day, settings=Settings(channels=(DESK.channels[0], Channel(name="x", url=URL, kinds=("a.*",)))))
    assert made.shelf.incidents["i1"].reminders == 6


def flapping(turns: int, since: float = 0) -> list[Move]:
    """So many crashes a minute apart, each over after twenty seconds."""
    return [(since + turn * 60 + at, one) for turn in range(turns) for at, one in ((0, CRASHED), (20, WELL), (21, WELL))]


def test_unstable_under_a_silence() -> None:
    """While it flaps it is told once that it is hidden, and when all is over and well, nothing more."""
    made = run((0, silenced(3000, by="ada")), *flapping(12), (2000, WELL), (3001, WELL))
    words = [line.partition(": ")[2] for line in made.lines]
    assert words[:12] == 3 * ["(silenced)", "hidden", "resolved"] + ["(silenced)", "(unstable)", ""]
    assert set(words[12:]) == {""}


def test_unstable_when_the_silence_ends() -> None:
    """Then it is told that it is unstable, also as the first word; and one end, when it has calmed down."""
    made = run((0, silenced(270, by="ada")), *flapping(4), (240, CRASHED), (270, CRASHED), *over(300), (1300, WELL))
    assert [line for line in made.lines if line.startswith(("270", "300", "1300"))] == [
        "270 daemon.crashed at last: first",
        "300 daemon.crashed resolved: ",
        "1300 daemon.crashed calmed: resolved",
    ]
    assert "5 times within 4 min. Quiet now until it has not changed for 15 minutes." in text(rendered(made)[-2])


@pytest.mark.parametrize("at", [100, 599, 600])
def test_a_restart_under_a_silence(at: float) -> None:
    """The watchdog starts anew: nothing is told twice, and nothing is forgotten."""
    moves: list[Move] = [(0, SILENCE), (60, CRASHED), (at, restarted, CRASHED), (600, CRASHED), *over(700)]
    assert told(*moves) == ["60: (silenced)", "60: hidden", "600: first", "700: resolved"]


def test_a_restart_while_somebody_is_awaited() -> None:
    """How long it has been open is not forgotten, nor who answered."""
    assert told((0, CRASHED), (900, restarted, CRASHED), (1799, CRASHED), (1800, CRASHED), settings=BOSS) == [
        "0: boss (waiting_after), first",
        "1800: boss first",
    ]
    moves: list[Move] = [(0, CRASHED), (600, acked, CRASHED), (900, restarted, CRASHED), (1800, CRASHED), *over(2000)]
    assert told(*moves, settings=BOSS)[1:] == ["600: hidden", "600: boss (acknowledged)", "2000: resolved"]


def test_silenced_and_acknowledged_at_once() -> None:
    """Both stand in the story; one message tells that somebody has it."""
    made = run((0, CRASHED), (60, acked, SILENCE, CRASHED))
    assert [line.split(": ")[0] for line in made.lines] == [
        "0 daemon.crashed opened",
        "60 daemon.crashed acknowledged",
        "60 daemon.crashed silenced",
    ]
    assert [message.lines[0] for message in rendered(made)][1:] == ["Acknowledged at 11:07 by ada."]


def test_back_after_a_silence_that_hid_it_all() -> None:
    """Who was told that it is hidden hears what it cost."""
    message = rendered(run((0, silenced(HOUR, by="ada")), (60, CRASH), *over(200, BACK)))[-1]
    assert message.title == "! Coven is back on devbox · 2 sessions lost"


def test_severity_off_is_hidden_from_nobody() -> None:
    """What is never told is not told to be hidden."""
    assert told((0, SILENCE, bad(Kind.DAEMON_CRASHED, Severity.OFF))) == ["0: (off)"]


def test_a_start_that_came_to_nothing_says_that_the_daemon_is_dead() -> None:
    """Back to the crash before it there is nothing to tell; that it has become critical, there is."""
    mild = bad(Kind.DAEMON_CRASHED, Severity.WARNING)
    vain = bad(Kind.DAEMON_START_FAILED, Severity.WARNING)
    assert told((0, mild), (10, vain), (20, mild)) == ["0: first", "10: changed", "20: (milder)"]
    assert told((0, mild), (10, vain), (20, CRASHED)) == ["0: first", "10: changed", "20: changed"]
