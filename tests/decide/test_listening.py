"""Playbooks of what a channel can take: its night, its rate; and when what was withheld is looked at again."""

from dataclasses import replace
from datetime import UTC
from functools import partial

import pytest

from coven_watchdog.decide.changes import created
from coven_watchdog.decide.listening import Listening
from coven_watchdog.decide.policy import plan
from coven_watchdog.model.incidents import Ack, Incident, Step, Verdict
from coven_watchdog.model.telling import Lane, Notification, Silence, World
from coven_watchdog.model.time import HOUR, MINUTE, SECOND
from coven_watchdog.model.words import Found, IncidentState, Kind, NotificationState, Reason, Suppression, Transition
from coven_watchdog.settings import Alerts, Channel, Delay, Duration, Home, QuietHours, Secret, Settings
from decide import playbook
from decide.pages import ended, rendered, text
from decide.playbook import Move, Play, over
from decide.verdicts import (
    CRASHED,
    CRITICAL,
    DESK,
    HOME,
    INFO,
    START,
    WALL,
    WARNING,
    WELL,
    acked,
    away,
    bad,
    refusing,
    restarted,
    silenced,
    up,
    well,
)

CHANNEL = DESK.channels[0]
URL = Secret("json://x")
LOOSE = bad(Kind.HOME_INSECURE)
SAFE = well(Kind.HOME_INSECURE, subject="home")
MILD = bad(Kind.DAEMON_CRASHED, WARNING)
NIGHT = Settings(channels=(CHANNEL,), alerts=Alerts(quiet_hours=QuietHours("11:10-12:00"), repeat_every=Duration(10 * MINUTE)))
"""Scripts begin at 11:06:40: it is quiet from the second 200 to the second 3200."""
told = partial(playbook.told, settings=NIGHT)
run = partial(playbook.run, settings=NIGHT)


def review(made: Play) -> float | None:
    """In which second of the script what was withheld is looked at again."""
    world = made.shelf.world((), [HOME], [channel.name for channel in made.settings.channels], made.now.wall)
    at = plan((), world, made.settings, made.now, UTC).review_at
    return None if at is None else (at - WALL) / SECOND


@pytest.mark.parametrize(
    ("begins", "ends", "mild", "critical"),
    [
        (0, 150, ["0: first", "150: resolved"], ["0: first", "150: resolved"]),
        (0, 300, ["0: first", "300: (quiet_hours)", "3200: resolved"], ["0: first", "300: (quiet_hours)", "3200: resolved"]),
        (0, 3300, ["0: first", "3300: resolved"], ["0: first", "3200: reminder", "3300: resolved"]),
        (250, 300, ["250: (quiet_hours)"], ["250: first", "300: resolved"]),
        (3000, 3300, ["3000: (quiet_hours)", "3200: first", "3300: resolved"], ["3000: first", "3300: resolved"]),
        (3250, 3300, ["3250: first", "3300: resolved"], ["3250: first", "3300: resolved"]),
        (
            199,
            201,
            ["199: first", "201: (quiet_hours)", "3200: resolved"],
            ["199: first", "201: (quiet_hours)", "3200: resolved"],
        ),
        (3199, 3201, ["3199: (quiet_hours)", "3200: first", "3201: resolved"], ["3199: first", "3201: resolved"]),
    ],
)
def test_quiet_hours_over_both_ends(begins: float, ends: float, mild: list[str], critical: list[str]) -> None:
    """A warning waits for the morning, and for nobody when it is over by then; its end waits, when its beginning was told before.

    A critical passes, with its end; only the end of what was told before the night waits.
    """
    for present, gone, expected in ((LOOSE, SAFE, mild), (CRASHED, WELL, critical)):
        still: list[Move] = [(3200, present)] if begins < 3200 < ends else []
        well_: list[Move] = [(3200, gone)] if ends < 3200 else []
        assert told((begins, present), *still, *over(ends, gone), *well_) == expected


def test_a_critical_is_repeated_in_the_night() -> None:
    """And who was woken by that hears the end then."""
    moves: list[Move] = [(0, CRASHED), (600, CRASHED), *over(700), (3200, WELL)]
    assert told(*moves) == ["0: first", "600: reminder", "700: resolved"]


def test_what_gets_worse_in_the_night() -> None:
    """A warning that becomes critical is told at once, and its end too; a milder turn of it waits."""
    assert told((0, MILD), (300, CRASHED), *over(400), (3200, WELL)) == ["0: first", "300: changed", "400: resolved"]
    assert told((250, MILD), (300, CRASHED), *over(400), (3200, WELL)) == [
        *("250: (quiet_hours)", "300: first", "400: resolved")
    ]
    mild, worse = bad(Kind.DAEMON_INCOMPATIBLE), bad(Kind.DAEMON_UNHEALTHY, WARNING)
    turned: list[Move] = [(0, mild), (300, worse), (3200, worse)]
    assert told(*turned) == ["0: first", "300: (quiet_hours)", "3200: changed"]


def test_what_somebody_took_in_hand_in_the_night() -> None:
    """Who was told so hears its end then."""
    assert told((0, CRASHED), (300, acked, CRASHED), *over(400), (3200, WELL)) == ["0: first", "300: hidden", "400: resolved"]


def test_an_end_is_owed_however_often_it_comes_back() -> None:
    """Over, back and over in one night: in the morning it is told that it is over; if it is not, what was told is true."""
    to_and_fro: list[Move] = [(0, LOOSE), *over(300, SAFE), (400, LOOSE), *over(500, SAFE), (600, LOOSE)]
    ended_: list[Move] = [*to_and_fro, *over(700, SAFE)]
    assert told(*ended_, (3200, SAFE)) == ["0: first", "300: (quiet_hours)", "3200: resolved"]
    assert told(*to_and_fro, (3200, LOOSE)) == ["0: first", "300: (quiet_hours)"]
    assert told(*to_and_fro, (3200, LOOSE), *over(3300, SAFE)) == ["0: first", "300: (quiet_hours)", "3300: resolved"]


def test_critical_and_back_in_one_night() -> None:
    """What is critical is told each time; its end with it."""
    moves: list[Move] = [(0, CRASHED), *over(300), (400, CRASHED), *over(500), (3200, WELL)]
    assert told(*moves) == ["0: first", "300: (quiet_hours)", "400: changed", "500: resolved"]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (100, ["100: first"]),
        (200, ["200: (quiet_hours)", "3200: first"]),
        (3199, ["3199: (quiet_hours)", "3200: first"]),
        (3200, ["3200: first"]),
    ],
)
def test_an_event_and_quiet_hours(at: float, expected: list[str]) -> None:
    """It is told in the morning, though it is over."""
    assert told((at, ended(1)), (3200, ended(1)), (3300,)) == expected


def test_the_events_of_a_night_are_one_message() -> None:
    """In the morning, by the time of each; with what is still broken."""
    made = run((250, ended(1)), (300, ended(2), LOOSE), (2000, LOOSE), (3200, LOOSE))
    (message,) = rendered(made)
    assert (
        text(message)
        == """\
! 3 alerts on devbox
! 11:11 Coven's home is not safe: type, owner or mode of the home is wrong
! 11:10 codex in shop crashed (0001c0de): killed by signal 9
! 11:11 codex in shop crashed (0002c0de): killed by signal 9
home.insecure i2.2"""
    )


def test_what_is_found_in_the_night() -> None:
    """What happened while nobody watched is told in the morning as that."""
    found = replace(ended(1), found=Found.CATCH_UP, fact_at=WALL)
    assert told((300, found), (3200,)) == ["300: (quiet_hours)", "3200: catch_up"]


def test_what_is_too_quiet_stays_so_in_the_morning() -> None:
    """Quiet hours hold nothing that would not be told by day."""
    assert told((300, bad(Kind.SESSION_FINISHED)), (3200,)) == ["300: (below_severity)"]


def test_the_end_of_a_silence_in_the_night() -> None:
    """One reason after the other: it is told when the last is over."""
    assert told((300, silenced(100), LOOSE), (400, LOOSE), (3200, LOOSE)) == [
        *("300: (silenced)", "400: (quiet_hours)", "3200: first")
    ]
    assert told((300, silenced(4000), LOOSE), (3200, LOOSE), (4300, LOOSE)) == ["300: (silenced)", "4300: first"]
    assert told((300, silenced(100), ended(1)), (400,), (3200,)) == ["300: (silenced)"]


def test_a_restart_in_the_night() -> None:
    """What the night holds back is stored."""
    assert told((300, LOOSE), (400, restarted, LOOSE), (3200, LOOSE)) == ["300: (quiet_hours)", "3200: first"]
    assert told((300, ended(1)), (400, restarted), (3200,)) == ["300: (quiet_hours)", "3200: first"]
    assert told((0, LOOSE), *over(300, SAFE), (400, restarted, SAFE), (3300, restarted, SAFE)) == [
        *("0: first", "300: (quiet_hours)", "3300: resolved")
    ]


def test_ends_may_be_off() -> None:
    """An end that is not told by day is not told in the morning."""
    settings = Settings(channels=(CHANNEL,), alerts=Alerts(quiet_hours=QuietHours("11:10-12:00"), send_resolved=False))
    assert told((0, LOOSE), *over(300, SAFE), (3200, SAFE), settings=settings) == ["0: first", "300: (resolved_off)"]


def test_what_waits_goes_out_in_the_night() -> None:
    """It was decided by day; a service that comes back in the night gets it, with the end where nothing was tried."""
    assert told((0, away, LOOSE), *over(300, SAFE), (400, up)) == ["0: first", "300: late"]
    assert told((0, refusing, LOOSE), *over(300, SAFE), (3200, SAFE)) == ["0: first", "300: (quiet_hours)", "3200: resolved"]


FEW = Settings(channels=(Channel(name="desk", url=URL, max_per_hour=3),))


def loud(number: int) -> Verdict:
    """One of many criticals."""
    return bad(Kind.HOME_INSECURE, CRITICAL, subject=f"disk{number}")


BURST: list[Move] = [(120 * number, ended(number)) for number in range(6)]


def test_a_burst_and_the_rate() -> None:
    """Three go out; the rest waits until a token has come back, and is one message."""
    assert told(*BURST, (1199,), (1200,), settings=FEW) == [
        *("0: first", "120: first", "240: first"),
        *("360: (rate_limited)", "480: (rate_limited)", "600: (rate_limited)"),
        *(3 * ["1200: first"]),
    ]
    made = run(*BURST, (1200,), settings=FEW)
    assert text(rendered(made)[-1]).splitlines()[:3] == [
        "! 3 more held back on devbox",
        "Held back by this channel's limit of 3 messages an hour:",
        "! 11:12 codex in shop crashed (0003c0de): killed by signal 9",
    ]


def test_one_that_was_held_back() -> None:
    """It is told whole, as if it were new."""
    made = run(*BURST[:4], (1200,), settings=FEW)
    assert rendered(made)[-1].lines[0] == "11:12 · killed by signal 9."
    assert list(made.shelf.rows.values())[-1].reason is Reason.FIRST


def test_criticals_overdraw_by_five() -> None:
    """When the bucket is empty five criticals go out at once; the sixth waits like all, and they are one message too."""
    moves: list[Move] = [*BURST[:3], *((250 + 10 * number, loud(number)) for number in range(7))]
    assert told(*moves, settings=FEW)[3:] == [
        *(f"{250 + 10 * n}: first" for n in range(5)),
        "300: (rate_limited)",
        "310: (rate_limited)",
    ]
    made = run(*moves, (1200,), settings=FEW)
    assert rendered(made)[-1].title == "✖ 2 more held back on devbox"
    assert review(run(*moves, settings=FEW)) == 1200


def test_a_critical_takes_what_was_held_back_along() -> None:
    """A message that goes anyway has room for all; it says what is new, not that something was held back."""
    made = run(*BURST, (720, loud(1)), settings=FEW)
    assert made.lines[-4:] == ["720 home.insecure opened: first", *(3 * ["720 session.crashed at last: first"])]
    message = rendered(made)[-1]
    assert (message.title, message.lines[0][:14]) == ("✖ 4 alerts on devbox", "✖ 11:18 Coven'")


def test_ends_need_no_token() -> None:
    """Who was told that something broke hears that it is well."""
    assert told((0, LOOSE), *BURST[1:3], (360, loud(1)), *over(500, SAFE), settings=FEW)[-1] == "500: resolved"


def test_what_was_held_back_and_is_over() -> None:
    """Of a state that nobody heard of nobody hears; its end is not one more that was held back."""
    moves: list[Move] = [*BURST[:3], (300, LOOSE), *over(400, SAFE), (1200, SAFE)]
    assert told(*moves, settings=FEW)[3:] == ["300: (rate_limited)"]
    two: list[Move] = [
        *BURST[:3],
        (300, LOOSE, bad(Kind.STORE_BROKEN, WARNING)),
        (1200, LOOSE, bad(Kind.STORE_BROKEN, WARNING)),
    ]
    both = SAFE, well(Kind.STORE_BROKEN, subject="store")
    made = run(*two, (2000, *both), (2001, *both), settings=FEW)
    assert [message.title for message in rendered(made)][-2:] == ["! 2 more held back on devbox", "✔ 2 alerts over on devbox"]


def test_what_joins_a_group_needs_no_token() -> None:
    """Ten thousand at once are no more messages than three."""
    moves: list[Move] = [(0, *(ended(number) for number in range(40))), *((0.1 + n / 50, ended(100 + n)) for n in range(40))]
    made = run(*moves, (70,), settings=FEW)
    assert len(made.shelf.rows) == 2


def test_a_restart_forgets_no_rate() -> None:
    """It is reckoned from what is stored."""
    assert told(*BURST[:3], (300, restarted), (360, ended(7)), settings=FEW)[-1] == "360: (rate_limited)"


@pytest.mark.parametrize(("hours", "expected"), [(23.9, ["86040: first"]), (24.1, [])])
def test_an_event_of_yesterday(hours: float, expected: list[str]) -> None:
    """What was withheld more than a day ago, when the watchdog comes back, is left to the digest."""
    morning = Settings(channels=(CHANNEL,), alerts=Alerts(quiet_hours=QuietHours("11:05-11:07")))
    assert told((0, ended(1)), (hours * 3600, restarted), settings=morning) == ["0: (quiet_hours)", *expected]


@pytest.mark.parametrize(
    ("moves", "settings", "at"),
    [
        (((0, CRASHED),), DESK, None),
        (((0, silenced(600), CRASHED),), DESK, 600),
        (((0, silenced(600), LOOSE, ended(1)),), DESK, 600),
        (((0, silenced(600), ended(1)),), DESK, None),
        (((300, LOOSE),), NIGHT, 3200),
        (((300, ended(1)),), NIGHT, 3200),
        (((0, LOOSE), (299, SAFE), (300, SAFE)), NIGHT, 3200),
        (((300, silenced(600), LOOSE),), NIGHT, 900),
        (((300, silenced(6000), LOOSE), (310, ended(1))), NIGHT, 3200 + 3100),
        (tuple(BURST[:4]), FEW, 1200),
        (((0, CRASHED),), Settings(channels=(CHANNEL, Channel(name="boss", url=URL, after=Delay(30 * MINUTE)))), 1800),
        (((0, CRASHED), (10, acked, CRASHED)), DESK, None),
        (((0, bad(Kind.DAEMON_CRASHED, INFO)),), DESK, None),
    ],
)
def test_when_it_is_looked_at_again(moves: tuple[Move, ...], settings: Settings, at: float | None) -> None:
    """When the first of the reasons that pass by themselves is over; never for those that do not pass, or need not be told."""
    assert review(run(*moves, settings=settings)) == at


OPEN = created(CRASHED, "a", IncidentState.OPEN, START)


def listening(settings: Settings = NIGHT, at: int = WALL, **world: object) -> Listening:
    """The moment of a plan."""
    return Listening(World(**world), settings, replace(START, wall=at), UTC)  # type: ignore[arg-type]


def step(incident: Incident = OPEN) -> Step:
    """It opens."""
    return Step(incident, Transition.OPENED, START)


def test_what_is_asked() -> None:
    """The name of the home, the night and what the bucket lacks are known to the question."""
    named = Settings(homes=(Home(path=HOME, name="work"),), channels=FEW.channels, alerts=NIGHT.alerts)
    sent = {"desk": (WALL,) * 3}
    asked = listening(named, WALL + 300 * SECOND, traffic=sent).question(step(), Reason.FIRST, FEW.channels[0], heard=True)
    assert (asked.home, asked.quiet, asked.heard, asked.missing) == ("work", True, True, 0)
    mild = step(replace(OPEN, severity=WARNING))
    made = listening(named, traffic=sent)
    assert made.question(mild, Reason.FIRST, FEW.channels[0], heard=False).missing == HOUR
    assert not made.question(mild, Reason.FIRST, FEW.channels[0], heard=False).quiet
    made.spoke(FEW.channels[0])
    assert made.question(mild, Reason.FIRST, FEW.channels[0], heard=False).missing == 0
    assert made.question(mild, Reason.FIRST, CHANNEL, heard=False).missing == 0


def test_what_joins_lacks_nothing() -> None:
    """A group that collects has its token."""
    group = Notification("g.1", "desk", "g", Reason.FIRST, NotificationState.QUEUED, WALL, WALL, WALL + SECOND, group=True)
    full = {"desk": (WALL,) * 3}
    mild = step(replace(OPEN, severity=WARNING, subject="x"))
    channel = FEW.channels[0]
    made = listening(FEW, traffic=full, lanes={"desk": Lane(collecting=group)})
    assert made.question(mild, Reason.FIRST, channel, heard=False).missing == 0
    late = listening(FEW, traffic=full, lanes={"desk": Lane(collecting=replace(group, due_at=WALL + MINUTE))})
    assert late.question(step(), Reason.FIRST, channel, heard=False).missing == 0
    many = listening(FEW, traffic={"desk": (WALL,) * 9}, lanes={"desk": Lane(collecting=replace(group, due_at=WALL + MINUTE))})
    assert many.question(step(), Reason.FIRST, channel, heard=False).missing == HOUR


def test_who_may_inhibit() -> None:
    """Of the open ones those of the daemon and the home, as they are after what was decided."""
    other = replace(OPEN, id="b", subject="store")
    made = listening(open_incidents=(OPEN, other))
    assert (made.question(step(), Reason.FIRST, CHANNEL, heard=False).open) == (OPEN,)
    made.note(replace(OPEN, state=IncidentState.RESOLVED))
    made.note(replace(other, id="c"))
    asked = made.question(step(), Reason.FIRST, CHANNEL, heard=False)
    assert (asked.open, asked.before) == ((), (OPEN,))
    home = replace(OPEN, id="d", subject="home")
    made.note(home)
    assert made.question(step(), Reason.FIRST, CHANNEL, heard=False).open == (home,)


@pytest.mark.parametrize(
    ("begun", "held"),
    [(-1, True), (199, True), (200, False), (250, False)],
    ids=["before", "just before", "at its beginning", "in it"],
)
def test_whose_end_the_night_holds(begun: float, *, held: bool) -> None:
    """Of what was told before it; who was told in it hears the end too."""
    at = WALL + round(begun * SECOND)
    row = Notification("a.1", "desk", "a", Reason.FIRST, NotificationState.SENT, at, at, at)
    made = listening(at=WALL + 300 * SECOND)
    assert made.holds_end(row) is held
    assert made.review_at == (WALL + 3200 * SECOND if held else None)
    assert not listening(at=WALL).holds_end(row)


@pytest.mark.parametrize(
    ("suppression", "at"),
    [
        (Suppression.SILENCED, 900),
        (Suppression.ACKNOWLEDGED, 700),
        (Suppression.WAITING_AFTER, 300 + 1800),
        (Suppression.QUIET_HOURS, 3200),
        (Suppression.RATE_LIMITED, 1200),
        (Suppression.INHIBITED, None),
        (Suppression.UNSTABLE, None),
        (Suppression.BELOW_SEVERITY, None),
    ],
)
def test_when_each_reason_is_over(suppression: Suppression, at: float | None) -> None:
    """The longest silence counts; what does not pass by itself is waited for by nobody."""
    channel = Channel(name="desk", url=URL, max_per_hour=3, after=Delay(30 * MINUTE))
    seconds = WALL + 300 * SECOND
    incident = replace(OPEN, severity=WARNING, ack=Ack(WALL, "ada", until=WALL + 700 * SECOND))
    silences = (Silence("s", WALL + 900 * SECOND), Silence("t", WALL + 400 * SECOND))
    made = listening(NIGHT, seconds, silences=silences, traffic={"desk": (WALL,) * 3})
    made.review(made.question(step(incident), Reason.FIRST, channel, heard=False), suppression)
    assert made.review_at == (None if at is None else WALL + at * SECOND)


def test_the_earliest_counts() -> None:
    """Whatever is asked in whatever order; an acknowledgement without an end is waited for by nobody."""
    made = listening(NIGHT, WALL + 300 * SECOND)
    asked = made.question(step(replace(OPEN, ack=Ack(WALL, "ada"))), Reason.FIRST, CHANNEL, heard=False)
    made.review(asked, Suppression.ACKNOWLEDGED)
    made.review(asked, Suppression.SILENCED)
    assert made.review_at is None
    for suppression in (Suppression.QUIET_HOURS, Suppression.WAITING_AFTER, Suppression.QUIET_HOURS):
        made.review(asked, suppression)

    assert made.review_at == WALL + 300 * SECOND
