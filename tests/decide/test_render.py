"""Messages as people read them, at three in the morning, on a phone."""

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bounded import PROFILE
from coven_watchdog.decide.changes import created
from coven_watchdog.decide.render import render
from coven_watchdog.decide.words import Place
from coven_watchdog.model.facts import ExitStatus
from coven_watchdog.model.incidents import Ack, Facts
from coven_watchdog.model.telling import Member, Message, Notification
from coven_watchdog.model.time import HOUR, MINUTE, SECOND
from coven_watchdog.model.words import Found, IncidentState, Kind, NotificationState, Priority, Reason, Severity, Tone
from coven_watchdog.settings import Channel, Home, Privacy, Secret, Settings
from decide.pages import BACK, CRASH, EVERYTHING, HANG, KILLED, THREE, ended, messages, page, rendered, text
from decide.playbook import Move, Play
from decide.verdicts import (
    CRASHED,
    DESK,
    HOME,
    INFO,
    START,
    STOPPED,
    WALL,
    WARNING,
    WELL,
    acked,
    away,
    bad,
    brief,
    forgotten,
    restarted,
    silenced,
    well,
)

assert PROFILE

HIT = "codex in shop 41 min · claude in api 2 h 5 min · codex in docs 6 min"


def test_a_crash_and_its_recovery() -> None:
    """What happened, what it hit, what to run; then how long, what was lost, how to go on."""
    assert messages((0, CRASH), (130, BACK), (131, BACK)) == [
        f"""\
✖ Coven crashed on devbox · 3 sessions hit
11:06 · killed by signal 9.
{HIT}
Evidence is saved. Start it again: coven daemon start (starts it, ends nothing)
daemon.crashed i1.1""",
        """\
! Coven is back on devbox · 2 sessions lost
Down 11:06–11:08 (2 min): crashed; killed by signal 9.
Lost: codex in shop 41 min · claude in api 2 h 5 min
Go on in shop: coven run codex --continue 3f0c9a12-77aa (starts it, ends nothing)
Go on in api: coven run claude --continue 77b1c0de-91aa (starts it, ends nothing)
daemon.crashed i1.2""",
    ]


def test_hung_then_killed_then_restarted() -> None:
    """One incident, one story, in three messages; each change has its own time."""
    hang, killed, back = messages((0, HANG), (600, CRASH), (730, well(home=HOME)), (731, well(home=HOME)))
    assert (
        hang
        == f"""\
✖ Coven hangs on devbox · 3 sessions hit
11:06 · its process lives and does not answer.
{HIT}
Look again: coven-watchdog check (only reads)
daemon.unresponsive i1.1"""
    )
    assert (
        killed
        == f"""\
✖ Coven crashed on devbox · 3 sessions hit
11:16 · killed by signal 9.
Before: hung since 11:06.
{HIT}
Evidence is saved. Start it again: coven daemon start (starts it, ends nothing)
daemon.crashed i1.2"""
    )
    assert (
        back
        == """\
✔ Coven is back on devbox · 12 min
Down 11:06–11:18 (12 min): hung, then crashed; killed by signal 9.
daemon.crashed i1.3"""
    )


def test_stopped_by_a_signal_and_let_go_on() -> None:
    """The remedy for a paused daemon; and the good news that nothing was lost."""
    paused = replace(HANG, facts=replace(HANG.facts, detail="stopped"))
    again = well(home=HOME, identity=KILLED.identity)
    first, last = messages((0, paused), (60, again), (61, again))
    assert (
        first
        == f"""\
✖ Coven hangs on devbox · 3 sessions hit
11:06 · a signal stopped its process.
{HIT}
A signal stopped it; let it run on: kill -CONT 4711 (starts it, ends nothing)
daemon.unresponsive i1.1"""
    )
    assert (
        last
        == """\
✔ Coven is back on devbox · 1 min
Down 11:06–11:07 (1 min): hung; a signal had stopped its process.
No session was lost.
daemon.unresponsive i1.2"""
    )


def test_a_clean_stop() -> None:
    """An info, and its end."""
    stop = replace(STOPPED, facts=Facts(home=HOME), fact_at=WALL)
    assert messages((0, stop), (15, stop), (75, WELL), (76, WELL), settings=EVERYTHING) == [
        """\
i Coven is stopped on devbox
11:06 · a clean stop, and nobody started it again.
Start it again: coven daemon start (starts it, ends nothing)
daemon.stopped i1.1""",
        """\
✔ Coven is back on devbox · 1 min
Down 11:06–11:07 (1 min): stopped.
daemon.stopped i1.2""",
    ]


def test_a_zombie_and_a_stranger_in_the_record() -> None:
    """A start is only suggested when it can work."""
    zombie, stranger = (replace(CRASH, facts=replace(KILLED, record_holder=holder)) for holder in ("zombie", "stranger"))
    (told,) = messages((0, zombie))
    assert told.splitlines()[3] == (
        "Evidence is saved. Start it as soon as process 4711 is reaped: coven daemon start (starts it, ends nothing)"
    )
    (told,) = messages((0, stranger))
    assert told.splitlines()[3] == (
        "Evidence is saved. daemon.json names another program, so a start is refused. "
        "First remove it: rm ~/.coven/daemon.json (removes evidence)"
    )


def test_a_restart_that_cost_sessions() -> None:
    """One warning that names the lost ones, and says who lives on."""
    facts = Facts(home=HOME, lost=THREE[:2], survivors=THREE[2:], old_version="0.4.6", version="0.4.7")
    restart = replace(bad(Kind.DAEMON_RESTARTED, WARNING), facts=facts)
    assert messages((0, restart)) == [
        """\
! Coven was restarted on devbox · 2 sessions lost
11:06 · version 0.4.6 became 0.4.7.
Lost: codex in shop 41 min · claude in api 2 h 5 min
Lives on: codex in docs 6 min
Go on in shop: coven run codex --continue 3f0c9a12-77aa (starts it, ends nothing)
Go on in api: coven run claude --continue 77b1c0de-91aa (starts it, ends nothing)
daemon.restarted i1.1"""
    ]


def test_reminders_say_how_long_and_the_last_says_so() -> None:
    """Still so, since when, and whether there will be another."""
    told = messages(*[(hours * 4 * 3600, CRASH) for hours in range(8)])
    assert [line.splitlines()[:3] for line in (told[1], told[-1])] == [
        ["✖ Coven crashed on devbox · still · 3 sessions hit", "since 11:06 · killed by signal 9.", "It has lasted 4 h."],
        [
            "✖ Coven crashed on devbox · still · 3 sessions hit",
            "since Nov 18 11:06 · killed by signal 9.",
            "It has lasted 1 d. This is the last reminder.",
        ],
    ]


def test_again_and_again() -> None:
    """The second time says how long it was well; the fourth that it will be quiet; the end how often it was."""
    flaps: list[Move] = [(turn * 60 + at, one) for turn in range(5) for at, one in ((0, CRASH), (20, WELL), (21, WELL))]
    told = messages(*flaps, (1200, WELL))
    assert told[2].splitlines()[:3] == [
        "✖ Coven crashed on devbox · 3 sessions hit",
        "11:07 · killed by signal 9.",
        "Again: it was well for 39 s.",
    ]
    assert told[3].splitlines()[2] == "2 times since 11:06."
    assert told[6].splitlines()[:3] == [
        "✖ Coven crashed on devbox · unstable",
        "11:09 · killed by signal 9.",
        "4 times within 15 minutes. Quiet now until it has not changed for 15 minutes.",
    ]
    assert (
        told[7]
        == """\
✔ Coven is back on devbox · 5 times
Down 11:10–11:11 (21 s): crashed; killed by signal 9.
5 times since 11:06. It has not changed for 15 minutes.
daemon.crashed i1.9"""
    )


def test_unstable_and_broken_for_good() -> None:
    """That it has stopped changing is said of what stays broken."""
    flaps: list[Move] = [(turn * 60 + at, one) for turn in range(3) for at, one in ((0, CRASH), (20, WELL), (21, WELL))]
    told = messages(*flaps, (180, CRASH), (1080, CRASH))
    assert told[-1].splitlines()[1:3] == ["11:09 · killed by signal 9.", "It has stopped changing: no longer unstable."]


def test_late() -> None:
    """What began and ended before anything could be told, and how late it is told."""
    moves: tuple[Move, ...] = (0, away, replace(CRASHED, facts=Facts(home=HOME))), (250, WELL), (251, WELL)
    assert (
        messages(*moves, late=349)[-1]
        == """\
✔ Coven is back on devbox · 4 min
Was down 11:06–11:10 (4 min): crashed.
Told 10 min late.
daemon.crashed i1.2"""
    )
    broken = bad(Kind.STORE_BROKEN, facts=Facts(home=HOME, detail="GET /sessions: 500"))
    gone = well(Kind.STORE_BROKEN, subject="store")
    assert messages((0, away, broken), (90, gone), (91, gone))[-1].splitlines()[:2] == [
        "✔ Coven's ledger works again on devbox · 1 min",
        "Was so 11:06–11:08 (1 min): ledger not readable; GET /sessions: 500.",
    ]


def test_what_waits_for_long_says_so() -> None:
    """A message that was held up by the way says how late it is; a minute is no news."""
    assert messages((0, CRASH), late=59)[0].splitlines()[-2] != "Told 59 s late."
    assert messages((0, CRASH), late=60)[0].splitlines()[-2] == "Told 1 min late."
    assert messages((0, CRASH), late=3600)[0].splitlines()[-2:] == ["Told 1 h late.", "daemon.crashed i1.1"]


def test_told_after_all() -> None:
    """What was withheld at first says since when it is so."""
    broken = bad(Kind.STORE_BROKEN, facts=Facts(home=HOME, detail="GET /sessions: 500"))
    told = messages((0, silenced(600, kind="store.*"), broken), (601, bad(Kind.SESSION_KILLED), broken))
    assert (
        told[-1]
        == """\
✖ Coven's ledger is broken on devbox
since 11:06 · GET /sessions: 500.
Read its log before anything restarts: tail -n 60 ~/.coven/daemon-recovery.log (only reads)
store.broken i1.3"""
    )


def test_found_so() -> None:
    """What happened while nobody watched happened between two looks; the end too."""
    seen = (WALL - 4 * HOUR, WALL - SECOND)
    found = Facts(home=HOME, between=seen, sessions_known=False, detail="found so; the cause cannot be known afterwards")
    first, last = messages((0, replace(CRASHED, found=Found.CATCH_UP, facts=found)), (60, WELL), (61, WELL))
    assert (
        first
        == """\
✖ Coven crashed on devbox
between 07:06 and 11:06 · gone without a clean stop; found so; the cause cannot be known afterwards.
Which sessions it hit is not known.
Start it again: coven daemon start (starts it, ends nothing)
daemon.crashed i1.1"""
    )
    assert last.splitlines()[1] == (
        "Down since some time between 07:06 and 11:06, until 11:07: crashed; found so; the cause cannot be known afterwards."
    )


def test_over_before_anybody_looked() -> None:
    """An incident of the run before that is clear at the first look ended between two looks; how long it was is not known."""
    unseen = well(home=HOME, between=(WALL + HOUR, WALL + 2 * HOUR), sessions_known=False)
    assert (
        messages((0, CRASH), (7200, restarted, unseen), (7201, unseen))[-1]
        == """\
✔ Coven is back on devbox
Down from 11:06 until some time between 12:06 and 13:06: crashed; killed by signal 9.
What became of its sessions is not known yet.
daemon.crashed i1.2"""
    )


def test_withdrawn() -> None:
    """Nobody says that it is well."""
    told = Play(DESK)
    told.at(0, CRASH)
    told.at(600, forgotten)
    message = rendered(told)[-1]
    assert (text(message), message.tone) == (
        """\
i No longer watched: Coven on devbox
since 11:06 · crashed; killed by signal 9.
It is not watched any more, so how it goes on is not known.
daemon.crashed i1.2""",
        Tone.INFO,
    )
    told = Play(DESK)
    told.at(0, bad(Kind.WATCHDOG_CHANNEL_FAILING, subject="channel:phone"))
    told.at(600, forgotten)
    assert rendered(told)[-1].title == "i No longer watched: channel:phone on devbox"


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (
            ended(1, Kind.SESSION_FAILED, exit=ExitStatus(code=1), detail="Coven also records 1 for a harness that was killed"),
            """\
! codex in shop failed on devbox
11:06 · exit code 1; Coven also records 1 for a harness that was killed.
codex in shop 41 min (0001c0de)
Read its output: coven sessions log 0001c0de (only reads)
session.failed i1.1""",
        ),
        (
            ended(1),
            """\
! codex in shop crashed on devbox
11:06 · killed by signal 9.
codex in shop 41 min (0001c0de)
Read its output: coven sessions log 0001c0de (only reads)
session.crashed i1.1""",
        ),
        (
            ended(1, Kind.SESSION_LAUNCH_FAILED, exit=None),
            """\
! codex in shop never started on devbox
11:06 · it ended at once, without any output; most often its harness is not on the daemon's PATH.
codex in shop 41 min (0001c0de)
Look at it: coven sessions show 0001c0de (only reads)
session.launch_failed i1.1""",
        ),
        (
            ended(1, Kind.SESSION_ORPHANED, exit=None),
            """\
! codex in shop lost its owner on devbox
11:06 · Coven no longer owns its process (orphaned).
codex in shop 41 min (0001c0de)
Read its output: coven sessions log 0001c0de (only reads)
session.orphaned i1.1""",
        ),
        (
            ended(1, Kind.SESSION_FINISHED, exit=ExitStatus(code=0), detail="its turn is over; it can be continued"),
            """\
i codex in shop finished on devbox
11:06 · its turn is over; it can be continued.
codex in shop 41 min (0001c0de)
Read its output: coven sessions log 0001c0de (only reads)
session.finished i1.1""",
        ),
        (
            bad(
                Kind.HOME_INSECURE,
                facts=Facts(home=HOME, detail="is open to other users (mode 0777)", remedy="chmod 700 ~/.coven"),
            ),
            """\
! Coven's home is not safe on devbox
11:06 · is open to other users (mode 0777).
Mend it: chmod 700 ~/.coven (mends it, ends nothing)
home.insecure i1.1""",
        ),
        (
            bad(Kind.WATCHDOG_CHANNEL_FAILING, subject="channel:phone", facts=Facts(detail="5 tries failed: timed out")),
            """\
! Channel phone does not deliver on devbox
11:06 · 5 tries failed: timed out.
See what failed: coven-watchdog notify log --failed (only reads)
watchdog.channel_failing i1.1""",
        ),
    ],
)
def test_other_kinds(verdict: object, expected: str) -> None:
    """Each kind as it is read."""
    assert messages((0, verdict), settings=EVERYTHING) == [expected]  # type: ignore[arg-type]


def test_an_impostor() -> None:
    """Do not talk to strangers."""
    stranger = bad(Kind.DAEMON_IMPOSTOR, facts=Facts(home=HOME, pid=12, detail="process 12 answers, process 5 holds the lock"))
    assert messages((0, stranger), (5, stranger)) == [
        """\
✖ A stranger answers for Coven on devbox
11:06 · process 12 answers, process 5 holds the lock.
Send it no prompts. See who answers: ps -f -p 12 (only reads)
daemon.impostor i1.1"""
    ]


def test_a_group() -> None:
    """How many, the first few, each with its id; the token is that of the one which opened it."""
    moves: list[Move] = [(0, ended(0)), *((0.02 * number, ended(number)) for number in range(1, 50))]
    _, group = messages(*moves)
    assert (
        group
        == """\
! 49 sessions crashed on devbox
! 11:06 codex in shop crashed (0001c0de): killed by signal 9
! 11:06 codex in shop crashed (0002c0de): killed by signal 9
! 11:06 codex in shop crashed (0003c0de): killed by signal 9
! 11:06 codex in shop crashed (0004c0de): killed by signal 9
! 11:06 codex in shop crashed (0005c0de): killed by signal 9
+ 44 more: coven-watchdog incidents (only reads)
session.crashed i2.1"""
    )


def test_a_group_of_five_names_all() -> None:
    """Nothing is left out, and nothing is said to be."""
    (group,) = messages((0, *(ended(number) for number in range(5))))
    assert [line.split()[0] for line in group.splitlines()] == ["!"] * 6 + ["session.crashed"]


def test_an_incident_that_stands_twice_in_a_message_is_told_once() -> None:
    """As it stood last."""
    row = Notification("a.1", "desk", "a", Reason.FIRST, NotificationState.QUEUED, WALL, WALL, WALL)
    first = created(CRASHED, "a", IncidentState.OPEN, START)
    over = replace(first, resolved_at=WALL + MINUTE)
    twice = Member("a.1", "desk", "a", Reason.FIRST, first), Member("a.1", "desk", "a", Reason.RESOLVED, over)
    assert render(page(row, twice)).title == "✔ Coven is back on devbox · 1 min"


def test_names_are_shortened_before_the_place_is_cut() -> None:
    """What happened stays readable however things are called."""
    long = brief(harness="h" * 50, project="p" * 50)
    assert messages((0, ended(1, Kind.SESSION_LAUNCH_FAILED, long)))[0].splitlines()[0] == (
        "! hhhhhhhhh… in ppppppppp… never started on devbox"
    )
    named = Settings(homes=(Home(path=HOME, name="n" * 30),), channels=DESK.channels)
    assert messages((0, ended(1, Kind.SESSION_LAUNCH_FAILED, long)), settings=named)[0].splitlines()[0] == (
        "! hhhhhhhhh… in ppppppppp… never started on devbo…"
    )


def test_a_mixed_group() -> None:
    """The worst first, what is over last; an incident that stands in it twice is told once."""
    hot = bad(Kind.STORE_BROKEN, facts=Facts(home=HOME, detail="GET /sessions: 500"))
    loose = bad(Kind.HOME_INSECURE, facts=Facts(home=HOME, detail="is open to other users (mode 0777)"))
    gone = well(Kind.HOME_INSECURE, subject="home")
    told = Play(DESK)
    for at, *seen in ((0.0, ended(1)), (0.1, loose), (0.2, hot), (0.3, gone), (0.6, gone)):
        told.at(at, *seen)

    group = rendered(told)[-1]
    assert (
        text(group)
        == """\
✖ 2 alerts on devbox
✖ 11:06 Coven's ledger is broken: GET /sessions: 500
✔ Coven's home is safe again: 11:06–11:06 (0 s)
home.insecure i2.1"""
    )
    assert (group.tone, group.priority) == (Tone.FAILURE, Priority.URGENT)


def test_a_group_of_recoveries() -> None:
    """All over is green."""
    loose, gone = bad(Kind.HOME_INSECURE), well(Kind.HOME_INSECURE, subject="home")
    broken, mended = bad(Kind.STORE_BROKEN), well(Kind.STORE_BROKEN, subject="store")
    told = Play(DESK)
    for at, *seen in ((0, loose, broken), (60, gone, mended), (61, gone, mended)):
        told.at(at, *seen)

    group = rendered(told)[-1]
    assert (
        text(group)
        == """\
✔ 2 alerts over on devbox
✔ Coven's home is safe again: 11:06–11:07 (1 min)
✔ Coven's ledger works again: 11:06–11:07 (1 min)
home.insecure i1.2"""
    )
    assert (group.tone, group.priority) == (Tone.SUCCESS, Priority.LOW)


def told_of(*moves: Move, settings: Settings = DESK) -> list[Message]:
    """The messages with their tones."""
    told = Play(settings)
    for at, *seen in moves:
        told.at(at, *seen)

    return rendered(told)


UPGRADE = silenced(3600, by="ada (zsh, pid 4711)", reason="upgrading")
LOOSE = bad(Kind.HOME_INSECURE, Severity.CRITICAL, facts=Facts(home=HOME, detail="is open to other users (mode 0777)"))
BROKEN = bad(Kind.STORE_BROKEN, facts=Facts(home=HOME, detail="GET /sessions: 500"))


def test_hidden() -> None:
    """What somebody has taken in hand is said as such, and wakes nobody."""
    (_, message) = told_of((0, CRASH), (60, acked, CRASH))
    assert (
        text(message)
        == f"""\
✖ Coven crashed on devbox · acknowledged
Acknowledged at 11:07 by ada.
since 11:06 · killed by signal 9.
You hear of it again when it gets worse, and when it is over.
{HIT}
Evidence is saved. Start it again: coven daemon start (starts it, ends nothing)
daemon.crashed i1.2"""
    )
    assert (message.tone, message.priority) == (Tone.FAILURE, Priority.DEFAULT)
    assert told_of((0, CRASH), (60, UPGRADE, CRASH))[-1].title == "✖ Coven crashed on devbox · silenced"


def test_a_group_of_what_is_hidden() -> None:
    """Several at once are told as what was done about them, each with who."""
    (_, message) = told_of((0, BROKEN, LOOSE), (60, UPGRADE, BROKEN, LOOSE))
    assert (
        text(message)
        == """\
✖ 2 alerts silenced on devbox
✖ 11:06 Coven's ledger is broken: silenced until 12:07 by ada (zsh, pid 4711): upgrading
✖ 11:06 Coven's home is not safe: silenced until 12:07 by ada (zsh, pid 4711): upgrading
store.broken i1.2"""
    )
    assert message.priority is Priority.DEFAULT
    assert told_of((0, BROKEN, LOOSE), (60, acked, BROKEN, LOOSE))[-1].title == "✖ 2 alerts acknowledged on devbox"


def test_the_daemon_and_others_hidden() -> None:
    """Its story leads, also here."""
    (_, message) = told_of((0, CRASH, LOOSE), (60, UPGRADE, CRASH, LOOSE))
    assert (message.title, message.priority) == ("✖ Coven crashed on devbox · silenced", Priority.DEFAULT)
    assert message.lines[-3:-1] == (
        "Also 1 alert:",
        "✖ 11:06 Coven's home is not safe: silenced until 12:07 by ada (zsh, pid 4711): upgrading",
    )


def test_news_before_what_is_hidden() -> None:
    """A critical that is new leads, and is urgent, whatever was acknowledged in the same moment."""
    (_, message) = told_of((0, CRASH), (60, acked, CRASH, LOOSE))
    assert (message.title, message.priority) == ("✖ 2 alerts on devbox", Priority.URGENT)
    assert message.lines[:2] == (
        "✖ 11:07 Coven's home is not safe: is open to other users (mode 0777)",
        "✖ 11:06 Coven crashed: acknowledged at 11:07 by ada",
    )


def test_hidden_in_two_ways() -> None:
    """Acknowledged the one, silenced the other: each line says which."""
    own = silenced(3600, kind="home.*", by="bob")

    def crash_acked(run: Play) -> None:
        run.shelf.incidents["i1"] = replace(run.shelf.incidents["i1"], ack=Ack(run.now.wall, "ada"))

    (_, message) = told_of((0, BROKEN, LOOSE), (60, crash_acked, own, BROKEN, LOOSE))
    assert message.lines[:2] == (
        "✖ 11:06 Coven's ledger is broken: acknowledged at 11:07 by ada",
        "✖ 11:06 Coven's home is not safe: silenced until 12:07 by bob",
    )
    assert message.title == "✖ 2 alerts on devbox"


def test_held_back_by_the_rate() -> None:
    """What could not be told is told at once when it can, and says why it is late."""
    few = Settings(channels=(Channel(name="desk", url=Secret("json://x"), max_per_hour=1),))
    *_, message = told_of((0, ended(1)), (100, ended(2)), (200, ended(3)), (3600,), settings=few)
    assert (
        text(message)
        == """\
! 2 more held back on devbox
Held back by this channel's limit of 1 message an hour:
! 11:08 codex in shop crashed (0002c0de): killed by signal 9
! 11:10 codex in shop crashed (0003c0de): killed by signal 9
session.crashed i2.2"""
    )


def test_a_message_of_very_many() -> None:
    """The members in hand are the worst of them; how many there are in all is counted."""
    row = Notification("a.1", "desk", "a", Reason.FIRST, NotificationState.QUEUED, WALL, WALL, WALL)
    few = [
        Member("a.1", "desk", str(one), Reason.FIRST, created(ended(one), str(one), IncidentState.NOTED, START))
        for one in range(9)
    ]
    many = replace(page(row, few), kinds={Kind.SESSION_CRASHED: 12_000})
    assert render(many).title == "! 12000 sessions crashed on devbox"
    assert render(many).lines[-2] == "+ 11995 more: coven-watchdog incidents (only reads)"
    mixed = replace(many, kinds={Kind.SESSION_CRASHED: 12_000, Kind.SESSION_FAILED: 3})
    assert render(mixed).title == "! 12003 alerts on devbox"


def test_the_daemons_story_leads_a_group() -> None:
    """What concerns the daemon is told whole, with the others below it; a loss is no good news."""
    told = Play(DESK)
    loose, gone = bad(Kind.HOME_INSECURE), well(Kind.HOME_INSECURE, subject="home")
    for at, *seen in ((0, CRASH, loose), (60, BACK, gone), (61, BACK, gone)):
        told.at(at, *seen)

    first, last = rendered(told)
    assert (
        text(first)
        == f"""\
✖ Coven crashed on devbox · 3 sessions hit
11:06 · killed by signal 9.
{HIT}
Evidence is saved. Start it again: coven daemon start (starts it, ends nothing)
Also 1 alert:
! 11:06 Coven's home is not safe: type, owner or mode of the home is wrong
daemon.crashed i1.1"""
    )
    assert (
        text(last)
        == """\
! Coven is back on devbox · 2 sessions lost
Down 11:06–11:07 (1 min): crashed; killed by signal 9.
Lost: codex in shop 41 min · claude in api 2 h 5 min
Go on in shop: coven run codex --continue 3f0c9a12-77aa (starts it, ends nothing)
Go on in api: coven run claude --continue 77b1c0de-91aa (starts it, ends nothing)
Also 1 alert:
✔ Coven's home is safe again: 11:06–11:07 (1 min)
daemon.crashed i1.2"""
    )
    assert (last.tone, last.priority) == (Tone.WARNING, Priority.DEFAULT)


def test_a_loss_in_a_group_says_where_to_read_on() -> None:
    """Below something worse, the daemon's recovery is one line, and a second that leads to the rest."""
    told = Play(DESK)
    broken = bad(Kind.STORE_BROKEN)
    for at, *seen in ((0, CRASH, broken), (60, BACK, broken), (61, BACK, broken)):
        told.at(at, *seen)

    assert (
        text(rendered(told)[-1])
        == """\
✖ 2 alerts on devbox
✖ 11:06 Coven's ledger is broken: health says ok, sessions cannot be listed
! Coven is back: 11:06–11:07 (1 min) · 2 sessions lost
How to go on: coven-watchdog incidents show i1 (only reads)
daemon.crashed i1.2"""
    )


def test_tone_and_priority() -> None:
    """Critical is urgent, a warning is not, an info and good news are quiet, a loss is no good news."""

    def of(*moves: Move) -> list[tuple[Tone, Priority]]:
        told = Play(EVERYTHING)
        for at, *seen in moves:
            told.at(at, *seen)

        return [(message.tone, message.priority) for message in rendered(told)]

    mild = replace(CRASH, severity=WARNING)
    assert of((0, CRASH), (60, BACK), (61, BACK)) == [(Tone.FAILURE, Priority.URGENT), (Tone.WARNING, Priority.DEFAULT)]
    assert of((0, mild), (60, WELL), (61, WELL)) == [(Tone.WARNING, Priority.DEFAULT), (Tone.SUCCESS, Priority.LOW)]
    assert of((0, replace(CRASH, severity=INFO))) == [(Tone.INFO, Priority.LOW)]


def test_a_test() -> None:
    """What `notify test` sends says that it works, and what it is."""
    row = Notification("t1.1", "desk", "t1", Reason.TEST, NotificationState.QUEUED, WALL, WALL, WALL)
    message = render(page(row, ()), "Not recorded: the disk is full.")
    assert (
        text(message)
        == """\
i Test from coven-watchdog on devbox
11:06 · channel desk works.
Alerts about Coven will arrive like this.
Not recorded: the disk is full.
test t1.1"""
    )


def test_a_note() -> None:
    """A sentence that concerns every message stands before the token."""
    told = Play(DESK)
    told.at(0, CRASHED)
    ((key, row),) = told.shelf.rows.items()
    members = [member for spot, (member, _) in told.shelf.members.items() if spot[:2] == key]
    assert render(page(row, members), "Not recorded.").lines[-2:] == ("Not recorded.", "daemon.crashed i1.1")


def test_an_incident_without_a_story() -> None:
    """One that was made elsewhere, without chapters, can be told too."""
    row = Notification("a.1", "desk", "a", Reason.CHANGED, NotificationState.QUEUED, WALL, WALL, WALL)
    bare = replace(created(CRASHED, "a", IncidentState.OPEN, START), chapters=())
    message = render(page(row, (Member("a.1", "desk", "a", Reason.CHANGED, bare),)))
    assert message.lines[0] == "11:06 · gone without a clean stop."
    over = replace(bare, resolved_at=WALL + MINUTE)
    assert render(page(row, (Member("a.1", "desk", "a", Reason.RESOLVED, over),))).title == "✔ Coven is back on devbox · 1 min"


def test_the_name_of_a_home() -> None:
    """Where several homes are watched, the title says which."""
    named = Settings(homes=(Home(path=HOME, name="work"),), channels=DESK.channels)
    assert messages((0, CRASHED), settings=named)[0].splitlines()[0] == "✖ Coven crashed on devbox/work"
    own = bad(Kind.WATCHDOG_STORE_DAMAGED, facts=Facts(detail="disk full"))
    assert messages((0, own), settings=named)[0].splitlines()[0] == "! The watchdog cannot record on devbox/work"


def titles(channel: Channel, title: str) -> str:
    """What a channel shows of a session that is called so."""
    settings = Settings(channels=(channel,))
    return messages((0, ended(1, brief_=brief(title=title))), settings=settings)[0].splitlines()[2]


DESKTOP = Channel(name="desk", url=Secret("desktop://"))


def test_titles_only_where_they_are_allowed() -> None:
    """An untitled session's title is its whole prompt: the desktop shows a little of it, others nothing."""
    assert titles(DESKTOP, "add a cart") == "codex in shop 41 min “add a cart” (3f0c9a12)"
    assert titles(DESK.channels[0], "add a cart") == "codex in shop 41 min (3f0c9a12)"
    told = messages((0, replace(CRASH, facts=replace(KILLED, lost=THREE, survivors=THREE))))
    assert "add a cart" not in told[0]


def test_a_title_is_its_first_line_short_and_without_secrets() -> None:
    """At most 60 characters of the first line that says anything, masked before it is cut."""
    assert titles(DESKTOP, "\n\r\n first\rsecond\nthird") == "codex in shop 41 min “first” (3f0c9a12)"
    assert titles(DESKTOP, "x" * 500) == f"codex in shop 41 min “{'x' * 59}…” (3f0c9a12)"
    key = "sk-" + "a1B2" * 10
    for prompt in (f"use {key}", f"{'x' * 50} {key}", f"us\x1b[31me s\u200bk-{key[3:]}", f"api_key={key}"):
        assert key[3:12] not in titles(DESKTOP, prompt)

    assert titles(DESKTOP, "") == titles(DESKTOP, "\n") == "codex in shop 41 min (3f0c9a12)"


def test_another_home_needs_its_variable() -> None:
    """Coven's commands work on the home that broke; paths that cannot be printed give no command."""
    other = replace(CRASHED, facts=Facts(home="/srv/my coven"))
    assert messages((0, other))[0].splitlines()[2] == (
        "Start it again: COVEN_HOME='/srv/my coven' coven daemon start (starts it, ends nothing)"
    )
    hostile = replace(CRASHED, facts=Facts(home="/srv/\x1b[2Jx\ny"))
    assert len(messages((0, hostile))[0].splitlines()) == 3


def test_unsafe_ids_give_no_command() -> None:
    """What could be read as an option or a command is not put into one."""
    for name in ("--help", "$(reboot)", "a b", "x\n", "é"):
        lines = messages((0, ended(1, brief_=brief(id=name))))[0].splitlines()
        assert not [line for line in lines if "coven sessions" in line]
        lost = replace(BACK, facts=replace(BACK.facts, lost=(brief(id=name), brief(harness=name))))
        assert "--continue" not in "".join(messages((0, CRASH), (60, lost), (61, lost)))


NAMES = st.one_of(
    st.text(max_size=80),
    st.text(alphabet="\x1b[]\u202e\u200b\n\r\x00@`*_<>|", max_size=40),
    st.text(alphabet="W", min_size=20, max_size=60),
)


@given(
    host=NAMES,
    home=NAMES,
    project=NAMES,
    harness=NAMES,
    count=st.integers(0, 3000),
    role=st.sampled_from(list(Reason)),
    kind=st.sampled_from(list(Kind)),
    severity=st.sampled_from(list(Severity)),
    over=st.booleans(),
    withdrawn=st.booleans(),
)
def test_a_title_is_short_and_every_line_is_one(  # noqa: PLR0913 - as many hostile names as a message has
    *,
    host: str,
    home: str,
    project: str,
    harness: str,
    count: int,
    role: Reason,
    kind: Kind,
    severity: Severity,
    over: bool,
    withdrawn: bool,
) -> None:
    """Whatever things are called: at most 50 visible characters, no control characters, the token at the end."""
    hit = (brief(project=project, harness=harness),) + count * (brief(),)
    facts = Facts(home=home, sessions=hit, lost=hit[: count // 2], detail=project, pid=1, version=host, old_version=harness)
    incident = created(replace(bad(kind, severity), facts=facts), "k7fq", IncidentState.OPEN, START)
    if over:
        incident = replace(incident, resolved_at=WALL + MINUTE, withdrawn=withdrawn)

    row = Notification("k7fq.1", "desk", "k7fq", Reason.FIRST, NotificationState.QUEUED, WALL, WALL, WALL)
    member = Member("k7fq.1", "desk", "k7fq", role, incident)
    for members in ((member,), (member, replace(member, incident="b", snapshot=replace(incident, id="b")))):
        made = replace(page(row, members), place=Place(host, START_ZONE, HOME, "/home/ada"))
        message = render(made)
        assert len(message.title) <= 50
        assert all(line.isprintable() for line in (message.title, *message.lines))
        assert message.lines[-1] == f"{kind} k7fq.1"
        assert message.lines[0]


START_ZONE = page(Notification("a.1", "desk", "a", Reason.FIRST, NotificationState.QUEUED, 0, 0, 0), ()).place.zone


def test_the_user_s_own_patterns_hold_for_messages() -> None:
    """For the title and every line, wherever their words come from; the last line, which names the message, stays."""
    settings = replace_privacy(DESK, "3f0c[0-9a-f]+|sh.p", "devbox", "daemon")
    first, second = messages((0, CRASH), (130, BACK), (131, BACK), settings=settings)
    assert first.startswith("✖ Coven crashed on [redacted] · 3 sessions hit")
    assert first.endswith("\ndaemon.crashed i1.1")
    assert "in [redacted] 41 min" in first
    assert "--continue [redacted]-77aa" in second


def replace_privacy(settings: Settings, *patterns: str) -> Settings:
    """With these patterns."""
    return msgspec.structs.replace(settings, privacy=Privacy(patterns=patterns))
