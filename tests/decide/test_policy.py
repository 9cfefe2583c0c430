"""The table of tellings: what each channel hears of each step, and why, or why not."""

from collections.abc import Callable, Collection
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bounded import PROFILE
from coven_watchdog.decide.policy import plan, touched
from coven_watchdog.model.facts import ExitStatus
from coven_watchdog.model.incidents import Facts, Verdict
from coven_watchdog.model.telling import Member, Plan, World
from coven_watchdog.model.time import MINUTE, SECOND, Instant
from coven_watchdog.model.words import Found, IncidentState, Kind, Reason, Suppression, Transition
from coven_watchdog.settings import Alerts, Channel, Delay, QuietHours, Secret, Settings
from coven_watchdog.store.codec import encode
from coven_watchdog.store.connection import connect_memory
from coven_watchdog.store.migrations import migrate
from coven_watchdog.store.moment import Moment
from coven_watchdog.store.world import read_world
from coven_watchdog.store.writing import write_plan
from decide.playbook import Move, Play, Seen, play, run
from decide.shelf import Shelf
from decide.verdicts import (
    CRASHED,
    CRITICAL,
    DESK,
    HOME,
    HUNG,
    INFO,
    OFF,
    START,
    STOPPED,
    WALL,
    WARNING,
    WELL,
    acked,
    away,
    bad,
    forgotten,
    refusing,
    silenced,
    unacked,
    up,
    well,
)

assert PROFILE

URL = Secret("json://x")
QUIET = Channel(name="quiet", url=URL, min_severity=CRITICAL)
EVERYTHING = Channel(name="all", url=URL, min_severity=INFO)
TWO = Settings(channels=(DESK.channels[0], QUIET))
NOISE_CONTROLLED = Settings(
    channels=(
        Channel(name="desk", url=URL),
        Channel(name="quiet", url=URL, min_severity=CRITICAL, after=Delay(5 * MINUTE)),
        Channel(name="few", url=URL, max_per_hour=2),
    ),
    alerts=Alerts(quiet_hours=QuietHours("11:10-12:30")),
)
"""Scripts begin at 11:06:40."""
BROKEN = bad(Kind.STORE_BROKEN)
RESTARTED = replace(bad(Kind.DAEMON_RESTARTED, WARNING), subject="daemon")


def failed(number: int, found: Found = Found.LIVE, fact_at: int | None = None) -> Verdict:
    """One of many sessions fails."""
    return bad(Kind.SESSION_FAILED, subject=f"session:{number}", occurrence=str(number), found=found, fact_at=fact_at)


def told(*moves: Move, settings: Settings = DESK) -> list[str]:
    """Only what was told of each step."""
    return [line.partition(": ")[2] for line in play(*moves, settings=settings)]


def flapping(times: int, crash: Verdict = CRASHED) -> list[Move]:
    """So many crashes a minute apart, each over after twenty seconds."""
    return [(turn * 60 + at, one) for turn in range(times) for at, one in ((0, crash), (20, WELL), (21, WELL))]


@pytest.mark.parametrize(
    ("found", "reason"), [(Found.LIVE, "first"), (Found.CATCH_UP, "catch_up"), (Found.BASELINE, "baseline")]
)
def test_the_first_word(found: Found, reason: str) -> None:
    """OPENED and NOTED are told first, and say whether it was seen or found so."""
    assert told((0, replace(CRASHED, found=found))) == [reason]
    assert told((0, replace(bad(Kind.SESSION_FAILED), found=found, fact_at=WALL))) == [reason]


def test_one_story_in_three_messages() -> None:
    """Hung, then killed, then served again: FIRST, CHANGED, RESOLVED."""
    assert play((0, HUNG), (10, CRASHED), (60, WELL), (60.25, WELL)) == [
        "0 daemon.unresponsive opened: first",
        "10 daemon.crashed changed: changed",
        "60.25 daemon.crashed resolved: resolved",
    ]


def test_a_milder_kind_is_not_told() -> None:
    """A milder kind is recorded only; the recovery is told all the same."""
    assert told((0, HUNG), (1, bad(Kind.DAEMON_INCOMPATIBLE)), (60, WELL), (61, WELL)) == ["first", "(milder)", "resolved"]


def test_a_correction_is_told_to_who_heard_the_mistake() -> None:
    """A crash that was a clean stop is corrected, however mild a stop is; who heard nothing hears nothing."""
    stop = bad(Kind.DAEMON_STOPPED, INFO)
    quietly = bad(Kind.DAEMON_CRASHED, WARNING)
    assert told((0, quietly), (1, stop), (2, quietly), settings=TWO) == [
        "first, quiet (below_severity)",
        "changed",
        "changed",
    ]


def test_going_to_and_fro_is_told_once() -> None:
    """Messages are bounded by what can happen, not by how often it changes; and so is what is recorded of the untold."""
    unhealthy = bad(Kind.DAEMON_UNHEALTHY)
    moves: list[Move] = [(turn, unhealthy if turn % 2 else HUNG) for turn in range(40)]
    assert told(*moves) == ["first", "(milder)"] + 38 * [""]
    assert told((0, unhealthy), *moves[:1], *moves[2:4]) == ["first", "changed", "(milder)"]


def test_hours_of_flapping_fill_no_disk() -> None:
    """An incident that goes to and fro for days has a bounded number of rows, whatever withholds them."""
    turn: list[Move] = [(0, HUNG), (5, bad(Kind.DAEMON_UNHEALTHY)), (9, HUNG), (10, WELL), (11, WELL)]

    def rows(turns: int) -> int:
        moves: list[Move] = [(30 * number + second, *seen) for number in range(turns) for second, *seen in turn]
        return len(run(*moves, settings=TWO).shelf.rows)

    assert rows(200) == rows(20)


def test_what_is_learned_refreshes_what_waits() -> None:
    """The kernel's late word goes into every text not yet tried, and makes no message of its own."""
    word = replace(CRASHED, facts=Facts(exit=ExitStatus(signal=9)))
    assert told((0, away, CRASHED), (1, word)) == ["first", "~"]
    waiting = run((0, away, CRASHED), (1, word))
    assert [member.snapshot.facts.exit for member, _ in waiting.shelf.members.values()] == [ExitStatus(signal=9)]
    assert told((0, CRASHED), (1, word), (60, WELL), (61, WELL)) == ["first", "", "resolved"]


def test_a_change_of_what_waits_is_told_by_what_waits() -> None:
    """The first word that was never tried tells the truth of the moment it goes out."""
    assert told((0, away, HUNG), (10, CRASHED)) == ["first", "~"]
    assert told((0, refusing, HUNG), (10, CRASHED)) == ["first", "changed"]


def test_reminders() -> None:
    """A critical is repeated, unless somebody acknowledged it or it is silenced."""
    day: list[Move] = [(hours * 3600, CRASHED) for hours in range(30)]
    assert told(*day) == ["first"] + 6 * ["reminder"]
    assert told(*day[:2], (3601, acked, CRASHED), *day[2:6]) == ["first", "hidden", "(acknowledged)"]
    assert told(*day[:2], (3601, silenced(99999), CRASHED), *day[2:6]) == ["first", "hidden", "(silenced)"]


def test_a_reminder_is_the_first_word_where_nothing_was_said() -> None:
    """A channel that was added since hears FIRST."""
    began = run((0, CRASHED), (4 * 3600 - 1, CRASHED))
    began.settings = TWO
    began.at(4 * 3600, CRASHED)
    assert began.lines[-1] == "14400 daemon.crashed reminded: reminder, quiet first"


def test_late_replaces_what_was_never_tried() -> None:
    """Queued, never tried | resolved | LATE, whatever came between; the replaced row says why it was not sent."""
    late = run((0, away, CRASHED), (60, WELL), (61, WELL))
    assert late.lines[1:] == ["61 daemon.crashed resolved: late"]
    assert late.shelf.rows["i1.1", "desk"].suppression is Suppression.RESOLVED_MEANWHILE
    late.at(90, up)
    late.at(91)
    assert [row.id for row in late.shelf.rows.values() if row.sent_at] == ["i1.2"]


def test_a_sink_that_was_down_hears_the_present() -> None:
    """Down, up, down again while nothing could be sent: each end as one late message, and how it is now."""
    down: list[Move] = [(0, away, CRASHED), (20, WELL), (21, WELL), (60, CRASHED)]
    assert told(*down, (80, WELL), (81, WELL)) == ["first", "late", "changed", "late"]
    sent = run(*down, (90, up, CRASHED), (91, CRASHED), (120, WELL), (121, WELL), (122,))
    assert [row.reason for row in sent.shelf.rows.values() if row.sent_at] == [Reason.LATE, Reason.CHANGED, Reason.RESOLVED]


def test_what_was_tried_gets_its_recovery() -> None:
    """Tried | resolved | RESOLVED, behind the first word that is still being tried."""
    assert told((0, refusing, CRASHED), (20, WELL), (21, WELL)) == ["first", "resolved"]


def test_a_member_of_a_group_that_was_never_tried() -> None:
    """It stays in its group, which then tells of both ends."""
    moves: list[Move] = [(0, failed(1)), (0.5, BROKEN), (1, BROKEN), (1.2, well(Kind.STORE_BROKEN, subject="store"))]
    grouped = run(*moves, (1.5, well(Kind.STORE_BROKEN, subject="store")))
    assert [line.partition(": ")[2] for line in grouped.lines] == ["first", "first", "~"]
    assert [member.snapshot.state for member, _ in grouped.shelf.members.values()][1] is IncidentState.RESOLVED
    assert told(*moves, (9, failed(2), BROKEN), (10, WELL, BROKEN))[2:] == ["first"]


def test_recoveries_can_be_off() -> None:
    """With `send_resolved = false` the incident is closed without a word, and that is recorded."""
    settings = Settings(channels=DESK.channels, alerts=Alerts(send_resolved=False))
    assert told((0, CRASHED), (20, WELL), (21, WELL), settings=settings) == ["first", "(resolved_off)"]
    assert told(*flapping(4), (1200, WELL), (2200, WELL), settings=settings)[-1] == "(resolved_off)"


def test_an_end_that_concerns_nobody() -> None:
    """Whoever answered a session that waited knows that it goes on: its end is recorded without a word."""
    waits = bad(Kind.SESSION_WAITING, WARNING)
    goes_on = well(Kind.SESSION_WAITING, subject=waits.subject)
    assert told((0, waits), (20, goes_on), (700, waits)) == ["first", "(withdrawn)", "first"]


def test_below_severity_then_worse() -> None:
    """A channel that was spared the mild form hears the worse one first, and then its end; the other hears all."""
    mild = bad(Kind.DAEMON_CRASHED, WARNING)
    assert told((0, mild), (10, CRASHED), (60, WELL), (61, WELL), settings=TWO) == [
        "first, quiet (below_severity)",
        "changed, quiet first",
        "resolved, quiet resolved",
    ]
    assert told((0, mild), (60, WELL), (61, WELL), (70, CRASHED), settings=TWO) == [
        "first, quiet (below_severity)",
        "resolved",
        "changed, quiet changed",
    ]
    assert told((0, mild), (60, WELL), (61, WELL), settings=TWO) == ["first, quiet (below_severity)", "resolved"]


def test_unstable_is_told_once_and_once_at_the_end() -> None:
    """The 4th opening in 15 min: UNSTABLE; then quiet; then one RESOLVED."""
    assert told(*flapping(7), (1300, WELL), (1400, WELL)) == [
        *("first", "resolved", "changed", "resolved", "changed", "resolved", "unstable"),
        *("(unstable)", *(6 * [""]), "resolved"),
    ]


def test_unstable_is_not_told_where_nothing_was() -> None:
    """RESOLVED only after FIRST was tried, also at the end of an unstable spell."""
    mild = flapping(4, bad(Kind.DAEMON_CRASHED, INFO))
    assert set(told(*mild, (1200, WELL), (1300, WELL))) == {"(below_severity)", "(unstable)", ""}


def test_unstable_and_broken_for_good() -> None:
    """When it stops changing and is still broken, that is told too, and its end when it comes."""
    moves: list[Move] = [*flapping(3), (180, CRASHED), (1100, CRASHED), (1200, WELL), (1201, WELL)]
    assert told(*moves)[-3:] == ["unstable", "changed", "resolved"]


def test_louder_than_ever_is_told_while_unstable() -> None:
    """Quiet is for more of the same: a critical after warnings is not."""
    assert told(
        *flapping(5, bad(Kind.DAEMON_CRASHED, WARNING)), (300, CRASHED), (301, WELL), (302, WELL), (303, CRASHED), settings=TWO
    )[-3:] == [
        "changed, quiet first",
        "",
        "",
    ]


def test_inhibited_until_the_daemons_story_is_over() -> None:
    """What is part of the daemon's story waits; what is still so afterwards is told then, an event never."""
    assert play((0, CRASHED), (1, BROKEN, failed(1)), (60, WELL, BROKEN), (61, WELL, BROKEN)) == [
        "0 daemon.crashed opened: first",
        "1 store.broken opened: (inhibited)",
        "1 session.failed noted: (inhibited)",
        "61 daemon.crashed resolved: resolved",
        "61 store.broken at last: first",
    ]
    gone = well(Kind.STORE_BROKEN, subject="store")
    assert told((0, CRASHED), (1, BROKEN), (20, gone), (21, gone), (60, WELL), (61, WELL)) == [
        *("first", "(inhibited)", "", "resolved")
    ]


def test_a_restart_belongs_to_the_story_that_it_ends() -> None:
    """`daemon.restarted` is not told when a daemon incident tells it, also when both come in one moment."""
    assert told((0, CRASHED), (60, WELL), (61, WELL, RESTARTED)) == ["first", "resolved", "(inhibited)"]
    assert told((0, RESTARTED)) == ["first"]


def test_silenced_then_told_after_all() -> None:
    """When the silence is over and it is still so, it is told; a recovery passes every silence."""
    moves: list[Move] = [(0, silenced(600), CRASHED), (601, BROKEN, CRASHED)]
    assert play(*moves) == [
        "0 daemon.crashed opened: (silenced)",
        "0 daemon.crashed silenced: hidden",
        "601 store.broken opened: (inhibited)",
        "601 daemon.crashed at last: first",
    ]
    assert told((0, CRASHED), (1, silenced(600), CRASHED), (60, WELL), (61, WELL)) == ["first", "hidden", "resolved"]
    assert told((0, silenced(600), CRASHED), (60, WELL), (61, WELL)) == ["(silenced)", "hidden", "resolved"]


def test_what_is_told_after_all_was_withheld() -> None:
    """A change that was not worth a word does not hide that the first word is owed; a new channel is owed nothing."""
    moves: list[Move] = [(0, silenced(600), HUNG), (1, bad(Kind.DAEMON_UNHEALTHY)), (601, failed(1), HUNG)]
    assert play(*moves)[-2] == "601 daemon.unresponsive changed: first"
    assert [row.reason for row in run(*moves).shelf.rows.values() if row.suppression is None] == [Reason.HIDDEN, Reason.FIRST]
    owed = run((0, CRASHED))
    owed.settings = TWO
    owed.at(1, failed(1), CRASHED)
    assert owed.lines[-1] == "1 session.failed noted: (inhibited), quiet (below_severity)"


def test_acknowledged_then_worse() -> None:
    """Who has seen it hears no more of the same, but of what is worse."""
    mild = bad(Kind.DAEMON_CRASHED, WARNING)
    assert play((0, mild), (1, acked, CRASHED), (2, acked, bad(Kind.DAEMON_IMPOSTOR)), (8, bad(Kind.DAEMON_IMPOSTOR))) == [
        "0 daemon.crashed opened: first",
        "1 daemon.crashed changed: changed",
        "1 daemon.crashed acknowledged: hidden",
        "2 daemon.crashed acknowledged: ",
        "8 daemon.impostor changed: changed",
    ]


def test_an_acknowledgement_can_be_taken_back() -> None:
    """What the store says is the truth: undone is undone, and another opening is acknowledged by nobody."""
    day: list[Move] = [(hours * 3600, CRASHED) for hours in range(1, 10)]
    assert told((0, CRASHED), (1, acked, CRASHED), *day[:4], (4 * 3600 + 1, unacked, CRASHED), *day[4:]) == [
        *("first", "hidden", "(acknowledged)", "", "reminder")
    ]
    again = run((0, CRASHED), (1, acked, CRASHED), (20, WELL), (21, WELL), (60, CRASHED))
    assert (again.lines[-1], again.shelf.incidents["i1"].ack) == ("60 daemon.crashed reopened: changed", None)


def test_a_channel_is_not_told_of_its_own_failure() -> None:
    """`channel:x` is told on the others, and so is an address that Apprise does not take."""
    failing = bad(Kind.WATCHDOG_CHANNEL_FAILING, CRITICAL, subject="channel:quiet")
    refused = bad(Kind.WATCHDOG_CONFIG_INVALID, CRITICAL, subject="self:config.channel.quiet")
    assert told((0, failing), settings=TWO) == told((0, refused), settings=TWO) == ["first, quiet (not_routed)"]


def test_what_happened_long_ago_is_not_told() -> None:
    """Rows that ended while nobody watched are told together, those of yesterday are not."""
    old, new = (failed(one, found=Found.CATCH_UP, fact_at=WALL - hours * 60 * MINUTE) for one, hours in ((1, 25), (2, 2)))
    assert told((0, old, new)) == ["(too_old)", "catch_up"]


def test_off_is_recorded_and_never_told() -> None:
    """A kind of severity off leaves an incident and a row that says why nothing was sent."""
    assert told((0, bad(Kind.SESSION_KILLED))) == ["(off)"]
    assert told((0, bad(Kind.DAEMON_CRASHED, OFF))) == ["(off)"]


def test_a_channel_may_ask_for_more() -> None:
    """`also` names kinds that are told whatever `min_severity` says."""
    finished = bad(Kind.SESSION_FINISHED)
    wants = replace_channel(DESK.channels[0], also=("session.f*",))
    assert told((0, finished)) == ["(below_severity)"]
    assert told((0, finished), settings=Settings(channels=(wants,))) == ["first"]


def replace_channel(channel: Channel, also: tuple[str, ...]) -> Channel:
    """The channel with these kinds besides."""
    return Channel(name=channel.name, url=channel.url, also=also)


def test_withdrawn() -> None:
    """Who was told of it hears that it is not watched any more."""
    assert told((0, CRASHED), (1, forgotten)) == ["first", "resolved"]
    assert told((0, away, CRASHED), (1, forgotten)) == ["first", "late"]
    assert told((0, bad(Kind.DAEMON_CRASHED, INFO)), (1, forgotten)) == ["(below_severity)", ""]
    assert told(*flapping(4), (300, forgotten))[-1] == "resolved"


def test_one_then_many() -> None:
    """1 then 49 within the wait: two messages, in which all fifty stand."""
    moves: list[Move] = [(0, failed(0)), *((0.02 * one, failed(one)) for one in range(1, 50)), (3,)]
    many = run(*moves)
    assert [row.due_at - WALL for row in many.shelf.rows.values()] == [0, 2 * SECOND]
    assert len({member.incident for member, _ in many.shelf.members.values()}) == 50


def test_catch_ups_of_one_step_are_one_message() -> None:
    """What is found together is told together, at once."""
    found = [failed(one, found=Found.CATCH_UP, fact_at=WALL - MINUTE) for one in range(5)]
    (row,) = run((0, *found)).shelf.rows.values()
    assert (row.reason, row.due_at, row.group) == (Reason.CATCH_UP, WALL, True)


def test_the_number_of_a_telling_is_the_same_everywhere() -> None:
    """One token on all channels; each step has its own number, however many steps of an incident come at once."""
    rows = run((0, CRASHED), (60, WELL), (61, WELL), settings=TWO).shelf.rows
    assert list(rows) == [("i1.1", "desk"), ("i1.1", "quiet"), ("i1.2", "desk"), ("i1.2", "quiet")]
    opened = run((0, CRASHED)).last.steps[0]
    both = (opened, replace(opened, transition=Transition.REMINDED))
    made = plan(both, World(), DESK, opened.at)
    assert [row.id for row in made.notifications] == ["i1.1"]
    assert [member.snapshot.tellings for member in made.members] == [1, 2]


def test_the_history_is_written_as_it_was_told() -> None:
    """Every step keeps its own incident, with the number of the telling that it made."""
    opened = run((0, CRASHED, failed(1))).last.steps
    made = plan(opened, World(), DESK, opened[0].at)
    assert [(step.incident.id, step.transition, step.incident.tellings) for step in made.steps] == [
        ("i1", Transition.OPENED, 1),
        ("i2", Transition.NOTED, 1),
    ]
    assert [(incident.id, incident.tellings) for incident in made.incidents] == [("i1", 1), ("i2", 1)]


def test_touched() -> None:
    """Each incident once, in the order of its first step."""
    steps = run((0, CRASHED, failed(1))).last.steps
    assert touched((*steps, *steps)) == ("i1", "i2")


SESSIONS = [failed(one) for one in range(3)]
SEEN = [CRASHED, bad(Kind.DAEMON_CRASHED, WARNING), HUNG, STOPPED, WELL, BROKEN, well(Kind.STORE_BROKEN, subject="store")]
ACTS = [up, away, refusing, acked, unacked, silenced(120), silenced(0)]
MOMENTS = st.lists(st.sampled_from([*SEEN, *SESSIONS]), max_size=3)
SCRIPTS = st.lists(
    st.tuples(st.sampled_from([0.1, 0.25, 1, 5, 60, 300, 960]), st.lists(st.sampled_from(ACTS), max_size=1), MOMENTS),
    min_size=4,
    max_size=40,
)
Script = list[tuple[float, list[Callable[[Play], None]], list[Seen]]]


def _played(script: Script, play_: Play | None = None) -> Play:
    """The run to its end."""
    made, seconds = play_ or Play(TWO), 0.0
    for passed, acts, seen in script:
        seconds += passed
        made.at(seconds, *acts, *seen)

    return made


def _spoken(shelf: Shelf, channel: str, incident: str) -> list[tuple[int, Reason]]:
    """What was or will be offered to the service of one incident: in which opening, and what it is there."""
    return [
        (opening, member.role)
        for (row, where, about), (member, opening) in shelf.members.items()
        if (where, about) == (channel, incident) and shelf.rows[row, where].suppression is None
    ]


@given(SCRIPTS)
def test_one_first_word_and_one_last_between_openings(script: Script) -> None:
    """Per incident and channel at most one FIRST and one of RESOLVED or LATE between two openings, and no RESOLVED first."""
    shelf = _played(script).shelf
    for incident in shelf.incidents.values():
        for channel in TWO.channels:
            spoken = _spoken(shelf, channel.name, incident.id)
            for opening in {which for which, _ in spoken}:
                roles = [role for which, role in spoken if which == opening]
                assert sum(role in {Reason.FIRST, Reason.CATCH_UP, Reason.BASELINE} for role in roles) <= 1
                assert sum(role in {Reason.RESOLVED, Reason.LATE} for role in roles) <= 1
                assert roles[0] is not Reason.RESOLVED


@given(SCRIPTS)
def test_a_recovery_only_after_the_first_word_was_tried(script: Script) -> None:
    """Nobody hears that something is over that nobody began to tell."""
    made, seconds = Play(TWO), 0.0
    for passed, acts, seen in script:
        before = set(made.shelf.members)
        made.at(seconds := seconds + passed, *acts, *seen)
        for row, channel, incident in made.shelf.members.keys() - before:
            member, _ = made.shelf.members[row, channel, incident]
            if member.role is Reason.RESOLVED and made.shelf.rows[row, channel].suppression is None:
                rows = [made.shelf.rows[key[:2]] for key in before if key[1:] == (channel, incident)]
                assert any(one.attempts for one in rows)


@given(SCRIPTS)
def test_the_last_word_is_the_truth(script: Script) -> None:
    """When all is delivered, the last message about each incident says whether it is over; an unstable one said so."""
    made = _played(script)
    made.sink = True
    made.at(1_000_000)
    shelf = made.shelf
    for incident in shelf.incidents.values():
        for channel in TWO.channels:
            snapshots = [
                member.snapshot
                for (row, where, about), (member, opening) in shelf.members.items()
                if (where, about, opening) == (channel.name, incident.id, shelf.openings[about])
                and shelf.rows[row, where].sent_at
            ]
            if snapshots and not incident.unstable:
                assert snapshots[-1].state is incident.state
            elif snapshots:
                assert any(one.unstable for one in snapshots)


@given(SCRIPTS)
def test_what_is_over_is_told_to_all_who_heard_of_it(script: Script) -> None:
    """Whatever was silenced, acknowledged, held back or opened again between: in the end nobody believes that it still is so."""
    made = _played(script, Play(NOISE_CONTROLLED))
    seconds, gone = (made.now.wall - WALL) / SECOND, (WELL, well(Kind.STORE_BROKEN, subject="store"))
    for passed in (10, 11, 1000, 8000, 90_000):
        made.at(seconds + passed, up, *gone)

    last: dict[tuple[str, str], Member] = {}
    for (row, channel, incident), (member, _) in sorted(made.shelf.members.items(), key=lambda one: _when(made, one[0])):
        if made.shelf.rows[row, channel].sent_at is not None:
            last[channel, incident] = member

    assert not [where for where, word in last.items() if word.snapshot.state is IncidentState.OPEN]


def _when(made: Play, spot: tuple[str, str, str]) -> tuple[int, int]:
    """The order in which words go out."""
    row = made.shelf.rows[spot[:2]]
    return row.due_at, list(made.shelf.rows).index(spot[:2])


@given(SCRIPTS)
def test_messages_are_bounded_by_time(script: Script) -> None:
    """However often things change, a channel gets a bounded number of messages in each quarter of an hour."""
    rows = _played(script).shelf.rows.values()
    sent = sorted(row.due_at for row in rows if row.channel == "desk" and row.suppression is None)
    assert all(sum(start <= at < start + 15 * MINUTE for at in sent) <= 30 for start in sent)


@given(SCRIPTS)
def test_a_plan_is_the_same_for_the_same_world(script: Script) -> None:
    """Deciding twice decides the same, and once it is written nothing is left to decide."""
    made = _played(script)
    names = [channel.name for channel in TWO.channels]
    steps = made.last.steps
    world = made.shelf.world(touched(steps), [HOME], names, made.now.wall)
    assert plan(steps, world, TWO, made.now) == plan(steps, world, TWO, made.now)
    made.take(replace(made.last, steps=()))
    settled = plan((), world, TWO, made.now)
    made.shelf.write(settled)
    again = made.shelf.world((), [HOME], names, made.now.wall)
    assert plan((), again, TWO, made.now).notifications == ()


class Mirror(Shelf):
    """The model, and the real store's tables beside it, in one boot."""

    def __init__(self) -> None:
        super().__init__()
        self.tables = connect_memory()
        migrate(self.tables, WALL)

    def world(self, ids: Collection[str], homes: Collection[str], channels: Collection[str], now: int) -> World:
        """What both read, which must be one."""
        self.tables.execute("DELETE FROM silence")
        for silence in self.silences:
            self.tables.execute("INSERT INTO silence (id, until, doc) VALUES (?, ?, ?)", ("s1", silence.until, encode(silence)))

        for incident in self.incidents.values():
            self.tables.execute("UPDATE incident SET doc = ? WHERE id = ?", (encode(incident), incident.id))

        modelled = super().world(ids, homes, channels, now)
        assert modelled == read_world(self.tables, ids, homes, channels, Moment(Instant(now, 0), ""))
        return modelled

    def write(self, plan: Plan) -> Plan:
        """Keep it in both."""
        write_plan(self.tables, plan, Moment(START, ""))
        return super().write(plan)

    def attempt(self, now: int, *, accepted: bool | None) -> None:
        """What the services did is known to both."""
        super().attempt(now, accepted=accepted)
        for row in self.rows.values():
            state = (row.state, row.attempts, row.sent_at, row.id, row.channel)
            self.tables.execute(
                "UPDATE notification SET state = ?, attempts = ?, sent_at = ? WHERE id = ? AND channel = ?", state
            )


@given(SCRIPTS, st.sampled_from([TWO, NOISE_CONTROLLED]))
def test_the_model_of_the_store_is_the_store(script: Script, settings: Settings) -> None:
    """Every world that these scripts decide on is, fact for fact, what the real store reads."""
    mirror = Mirror()
    _played(script, Play(settings, shelf=mirror))
    mirror.tables.close()


def test_two_messages_never_share_a_token() -> None:
    """Every row of a channel has a name of its own, and they are numbered as they were told."""
    rows = run(*flapping(9)).shelf.rows
    assert [row for row, _ in rows] == [f"i1.{number}" for number in range(1, len(rows) + 1)]
