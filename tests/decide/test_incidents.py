"""The table of states and events: what each judgement does to an incident. Who hears of it is `test_policy`'s."""

from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bounded import PROFILE
from coven_watchdog.decide.incidents import advance
from coven_watchdog.decide.memory import Incidents
from coven_watchdog.model.facts import ExitStatus, Scene
from coven_watchdog.model.incidents import Facts, Judgement, LookRequest, Verdict
from coven_watchdog.model.time import HOUR, MINUTE, SECOND, Instant
from coven_watchdog.model.words import Found, IncidentState, Kind, Look, Severity, Transition
from coven_watchdog.settings import Alerts, Duration, Probe, Settings
from decide.playbook import Move, play, run
from decide.verdicts import (
    AWAKE,
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
    bad,
    brief,
    forgotten,
    restarted,
    well,
)

assert PROFILE

IMPOSTOR = bad(Kind.DAEMON_IMPOSTOR)
MISLEADING = bad(Kind.DAEMON_RECORD_INVALID)
LOOP = bad(Kind.DAEMON_RESTART_LOOP)
FAILED = bad(Kind.SESSION_FAILED)
DAY_LONG: list[Move] = [(hours * 3600, CRASHED) for hours in range(25)]


def steps(*moves: Move) -> list[str]:
    """What happened, without who was told: `seconds transition kind`."""
    return [line.partition(":")[0] for line in play(*moves)]


def flapping(times: int, step: float = 60) -> list[Move]:
    """So many crashes, each over after twenty seconds."""
    one = [(0, CRASHED), (20, WELL), (20.25, WELL)]
    return [(turn * step + seconds, verdict) for turn in range(times) for seconds, verdict in one]


def test_what_needs_no_patience_opens_at_once() -> None:
    """– | PRESENT, `for` = 0 | open."""
    assert steps((0, CRASHED)) == ["0 daemon.crashed opened"]


def test_patience_counts_from_the_first_sight() -> None:
    """– | PRESENT, `for` > 0 | pending, and open when that is over; the wake is the end of it."""
    waiting = run((0, STOPPED), (5, STOPPED))
    assert (waiting.lines, waiting.last.wake_at) == ([], AWAKE + 15 * SECOND)
    assert steps((0, STOPPED), (14.9, STOPPED), (15, STOPPED)) == ["15 daemon.stopped opened"]


def test_pending_is_forgotten_when_clear() -> None:
    """Pending | CLEAR | –: the next time it waits from the start."""
    assert steps((0, STOPPED), (14, WELL), (15, STOPPED), (29, STOPPED)) == []
    assert run((0, STOPPED), (14, WELL)).last.incidents.pending == {}


def test_pending_is_frozen_while_nothing_is_known() -> None:
    """Pending | none | frozen: only time in which it was seen counts, and what was seen before is kept."""
    assert steps((0, STOPPED), (10, STOPPED), (12,), (50, STOPPED), (54, STOPPED), (55, STOPPED)) == [
        "55 daemon.stopped opened"
    ]


def test_a_clear_of_another_rule_does_not_end_the_waiting() -> None:
    """Only the rule that could see it may say that it is gone."""
    other = well(Kind.DAEMON_RESTART_LOOP)
    assert steps((0, STOPPED), (10, STOPPED), (11, other), (12, STOPPED), (16, STOPPED), (17, STOPPED)) == [
        "17 daemon.stopped opened"
    ]


def test_each_kind_waits_for_itself() -> None:
    """What was stopped for long has not been an impostor for long."""
    moves: list[Move] = [(0, STOPPED), (14, STOPPED), (14.5, IMPOSTOR), (19, IMPOSTOR), (19.5, IMPOSTOR)]
    assert steps(*moves) == ["19.5 daemon.impostor opened"]


def test_what_still_waits_does_not_hide_what_does_not() -> None:
    """Of several the worst that has lasted decides: a crash is told while an impostor is only suspected."""
    assert steps((0, CRASHED, IMPOSTOR)) == ["0 daemon.crashed opened"]


def test_a_passing_suspicion_changes_nothing_that_is_open() -> None:
    """Open | PRESENT, worse, but not for long enough | open: neither changed nor resolved."""
    assert steps((0, CRASHED), (60, IMPOSTOR), (62, IMPOSTOR), (62.5, WELL), (63, WELL)) == [
        "0 daemon.crashed opened",
        "63 daemon.crashed resolved",
    ]


def test_a_single_look_has_no_patience() -> None:
    """Without a later look to wait for, what is present opens and what is clear is over."""
    first = advance(Incidents(), Judgement((STOPPED,)), DESK, START, home=HOME, names=iter(["a"]), patient=False)
    assert [step.transition for step in first.steps] == [Transition.OPENED]
    second = advance(first.incidents, Judgement((WELL,)), DESK, START, home=HOME, names=iter(()), patient=False)
    assert [step.transition for step in second.steps] == [Transition.RESOLVED]


def test_an_event_is_noted_once() -> None:
    """– | PRESENT, form event, not noted before | noted; another occurrence is another event."""
    again = replace(FAILED, occurrence="2")
    assert steps((0, FAILED, FAILED), (1, FAILED), (2, again, FAILED)) == ["0 session.failed noted", "2 session.failed noted"]


def test_an_event_never_meets_the_states_row() -> None:
    """A restart of the daemon is noted beside the daemon's open state, and leaves it alone."""
    restart = replace(bad(Kind.DAEMON_RESTARTED), subject="daemon")
    assert steps((0, CRASHED), (1, CRASHED, restart)) == ["0 daemon.crashed opened", "1 daemon.restarted noted"]


def test_open_changes_to_what_is_worse() -> None:
    """Open | PRESENT, other kind or higher severity | open: one incident, one story."""
    story = run((0, bad(Kind.DAEMON_UNRESPONSIVE, WARNING)), (1, HUNG), (2, CRASHED))
    assert [line.partition(":")[0] for line in story.lines] == [
        "0 daemon.unresponsive opened",
        "1 daemon.unresponsive changed",
        "2 daemon.crashed changed",
    ]
    assert len(story.last.incidents.open) == 1


def test_the_worst_verdict_is_the_subjects() -> None:
    """Severity decides, then the order of the catalogue: a loop of restarts covers the crash in it."""
    assert steps((0, MISLEADING, LOOP, CRASHED)) == ["0 daemon.restart_loop opened"]
    assert steps((0, bad(Kind.DAEMON_CRASHED, WARNING), bad(Kind.DAEMON_UNHEALTHY))) == ["0 daemon.unhealthy opened"]


def test_a_milder_kind_is_recorded_at_once() -> None:
    """What was hung and is now stopped is known as stopped, without waiting for the grace."""
    assert steps((0, HUNG), (1, STOPPED)) == ["0 daemon.unresponsive opened", "1 daemon.stopped changed"]


def test_hit_sessions_stay_hit_when_it_dies() -> None:
    """A daemon that hung under a session and died: the session is still part of the story."""
    hung = replace(HUNG, facts=Facts(sessions=(brief(),)))
    (dead,) = run((0, hung), (1, CRASHED)).last.incidents.open.values()
    assert dead.facts.sessions == (brief(),)
    other = replace(CRASHED, facts=Facts(sessions=(brief(id="b"),)))
    (dead,) = run((0, hung), (1, other)).last.incidents.open.values()
    assert dead.facts.sessions == (brief(id="b"),)


def test_what_is_found_afterwards_corrects_no_death() -> None:
    """The cause is latched: leftovers that are gone at the next start do not make a clean stop of a crash."""
    found = replace(STOPPED, found=Found.CATCH_UP, severity=CRITICAL)
    assert steps((0, CRASHED), (5, restarted, found), (60, found)) == ["0 daemon.crashed opened"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Facts(), Facts(exit=ExitStatus(signal=9))),
        (Facts(), Facts(detail="Out of memory: Killed process 4711")),
        (Facts(record_holder="zombie"), Facts(record_holder="nobody")),
    ],
)
def test_more_is_learned_of_what_is_open(before: Facts, after: Facts) -> None:
    """The kernel's word, its log and the reaping of the dead pid are taken in, once; what was hit stays as it was."""
    hit = replace(before, sessions=(brief(),))
    late = (1, replace(CRASHED, facts=after)), (2, replace(CRASHED, facts=after))
    told = run((0, replace(CRASHED, facts=hit)), *late)
    assert [line.partition(":")[0] for line in told.lines] == ["0 daemon.crashed opened", "1 daemon.crashed learned"]
    (incident,) = told.last.incidents.open.values()
    assert incident.facts == replace(after, sessions=(brief(),))


def test_the_first_scene_is_kept() -> None:
    """Evidence that comes later is taken in; it is not replaced by what a later look finds."""
    scene = Scene(START.wall, record="pid 4711")
    told = run((0, CRASHED), (1, replace(CRASHED, scene=scene)), (2, replace(CRASHED, scene=Scene(START.wall))))
    (incident,) = told.last.incidents.open.values()
    assert (incident.scene, len(told.lines)) == (scene, 2)


def test_nothing_is_learned_from_what_was_found_afterwards() -> None:
    """After a restart of the watchdog an old verdict is no news."""
    found = replace(CRASHED, found=Found.CATCH_UP, facts=Facts(detail="found so"))
    assert steps((0, CRASHED), (1, restarted, found)) == ["0 daemon.crashed opened"]


def test_reminders_of_a_critical_come_until_the_last() -> None:
    """Open | `next_look_at`, still PRESENT, critical | REMINDER n, up to `max_reminders`."""
    settings = Settings(channels=DESK.channels, alerts=Alerts(max_reminders=2))
    assert [line.partition(":")[0] for line in play(*DAY_LONG, settings=settings)] == [
        "0 daemon.crashed opened",
        "14400 daemon.crashed reminded",
        "28800 daemon.crashed reminded",
    ]
    assert run((0, CRASHED), (60, CRASHED)).last.wake_at == AWAKE + 4 * HOUR


def test_a_warning_is_not_repeated() -> None:
    """Reminders are for criticals."""
    warning = bad(Kind.DAEMON_CRASHED, WARNING)
    assert steps((0, warning), (86400, warning)) == ["0 daemon.crashed opened"]


def test_blind_freezes() -> None:
    """Open | none | open, frozen: nothing happens, and what was to come later comes later by the blind time."""
    moves: list[Move] = [
        (0, CRASHED),
        (3600, CRASHED),
        (3601,),
        (7201, CRASHED),
        (14400, CRASHED),
        (17999, CRASHED),
        (18000, CRASHED),
    ]
    assert steps(*moves) == ["0 daemon.crashed opened", "18000 daemon.crashed reminded"]


def test_a_recovery_is_confirmed_by_a_later_look() -> None:
    """Open | CLEAR, confirmed ≥ 250 ms later | resolved; until then it looks again."""
    soon = run((0, CRASHED), (60, WELL))
    assert (soon.last.wake_at, soon.last.looks) == (soon.now.awake + SECOND // 4, ())
    old = replace(WELL, basis_at=soon.now.awake)
    later = Instant(soon.now.wall + SECOND // 4, soon.now.awake + SECOND // 4)
    asked = advance(soon.last.incidents, Judgement((old,)), DESK, later, home=HOME, names=iter(()))
    assert (asked.steps, asked.looks) == ((), (LookRequest(HOME, Look.FILES), LookRequest(HOME, Look.HEALTH)))
    assert steps((0, CRASHED), (60, WELL), (60.2, WELL), (60.25, WELL)) == [
        "0 daemon.crashed opened",
        "60.25 daemon.crashed resolved",
    ]


@pytest.mark.parametrize("doubt", [(), (CRASHED,), (IMPOSTOR,)])
def test_a_recovery_shows_itself_from_the_start(doubt: tuple[Verdict, ...]) -> None:
    """Trouble, suspicion or not knowing between two clear looks begins the confirmation anew."""
    moves: list[Move] = [(0, CRASHED), (60, WELL), (60.2, *doubt), (60.3, WELL), (60.5, WELL), (60.55, WELL)]
    assert steps(*moves)[-1] == "60.55 daemon.crashed resolved"


def test_what_no_look_can_confirm_is_over_at_once() -> None:
    """The watchdog's own troubles are facts, not observations."""
    blind = bad(Kind.WATCHDOG_SOURCE_FAILED)
    cleared = well(Kind.WATCHDOG_SOURCE_FAILED, subject="self:sight")
    assert steps((0, blind), (1, cleared))[-1] == "1 watchdog.source_failed resolved"


def test_only_the_rule_that_saw_it_clears_it() -> None:
    """None PRESENT and another rule says CLEAR | open, frozen."""
    assert steps((0, CRASHED), (60, well(Kind.DAEMON_RESTART_LOOP)), (61, well(Kind.DAEMON_RESTART_LOOP))) == [
        "0 daemon.crashed opened"
    ]


def test_a_daemons_story_ends_only_when_it_serves_again() -> None:
    """A crash whose record became somebody else's is not over when that record is removed."""
    removed = well(Kind.DAEMON_RECORD_INVALID)
    began: list[Move] = [(0, CRASHED), (5, restarted, MISLEADING), (10, MISLEADING)]
    assert steps(*began, (60, removed), (61, removed), (62, removed, WELL), (63, removed, WELL)) == [
        "0 daemon.crashed opened",
        "5 daemon.record_invalid changed",
        "63 daemon.record_invalid resolved",
    ]
    assert steps((0, MISLEADING), (5, MISLEADING), (60, removed), (61, removed))[-1] == "61 daemon.record_invalid resolved"


def test_the_clear_that_knows_the_cost_tells_it() -> None:
    """What was lost comes from the daemon's rule, whichever rule ends the incident."""
    served = well(lost=(brief(),))
    over = run((0, LOOP), (700, well(Kind.DAEMON_RESTART_LOOP), served), (701, well(Kind.DAEMON_RESTART_LOOP), served))
    (incident,) = over.last.incidents.closed.values()
    assert incident.facts.lost == (brief(),)


def test_a_recovery_that_nobody_saw() -> None:
    """An incident of the run before, clear at the first look: over between the last look and this start."""
    between = (WALL + 3600 * SECOND, WALL + 7200 * SECOND)
    seen_over = run((0, CRASHED), (7200, restarted, well(between=between)), (7201, well(between=between)))
    (incident,) = seen_over.last.incidents.closed.values()
    assert incident.facts.between == between


@pytest.mark.parametrize("between", [(WALL - SECOND, WALL + 7199 * SECOND), (WALL + SECOND, WALL + 60 * SECOND)])
def test_a_recovery_that_was_seen(between: tuple[int, int]) -> None:
    """When nobody watched is of no account if it began after that, or went on long after."""
    seen = run((0, CRASHED), (7200, well(between=between)), (7201, well(between=between)))
    (incident,) = seen.last.incidents.closed.values()
    assert incident.facts.between is None


def test_a_forgotten_home_is_withdrawn() -> None:
    """Open | subject gone | resolved, `withdrawn`; nothing of it is remembered, so a new watch begins anew."""
    gone = run((0, CRASHED, bad(Kind.HOME_MISSING)), (1, forgotten))
    assert [line.partition(":")[0] for line in gone.lines] == ["0 daemon.crashed opened", "1 daemon.crashed withdrawn"]
    assert gone.shelf.incidents["i1"].withdrawn
    assert gone.last.incidents == Incidents()


def test_an_unstable_incident_that_is_withdrawn_gets_its_last_word() -> None:
    """What was well for the moment, but owed a word, is withdrawn too, and keeps the time at which it was over."""
    gone = run(*flapping(4), (300, forgotten))
    assert gone.lines[-1] == "300 daemon.crashed withdrawn: resolved"
    assert gone.shelf.incidents["i1"].resolved_at == WALL + 200_250_000


def test_a_kind_that_is_switched_off_is_withdrawn() -> None:
    """Open | kind off | withdrawn; after that it is recorded and never told."""
    off = bad(Kind.DAEMON_CRASHED, OFF)
    assert steps((0, CRASHED), (1, off), (2, off), (3, off)) == [
        "0 daemon.crashed opened",
        "1 daemon.crashed withdrawn",
        "2 daemon.crashed opened",
    ]


def test_a_restart_of_the_watchdog_keeps_what_is_open() -> None:
    """Any | the watchdog restarts | as stored; pending starts anew."""
    assert steps((0, CRASHED), (1, restarted, CRASHED), (60, WELL), (61, WELL)) == [
        "0 daemon.crashed opened",
        "61 daemon.crashed resolved",
    ]
    assert steps((0, STOPPED), (14, restarted), (14, STOPPED), (28, STOPPED), (29, STOPPED)) == ["29 daemon.stopped opened"]


def test_the_same_id_within_ten_minutes() -> None:
    """Resolved < 10 min | PRESENT | open, same id, as a new opening; after that it is another incident."""
    over: list[Move] = [(0, replace(CRASHED, facts=Facts(sessions=(brief(),)))), (20, WELL), (21, WELL)]
    again = run(*over, (620, CRASHED))
    assert [line.partition(":")[0] for line in again.lines][-1] == "620 daemon.crashed reopened"
    (incident,) = again.last.incidents.open.values()
    assert (incident.id, incident.facts.sessions, incident.resolved_at, incident.found) == ("i1", (), None, Found.LIVE)
    assert list(run(*over, (621, WELL), (622, CRASHED)).shelf.incidents) == ["i1", "i2"]
    assert list(run(*over, (621, CRASHED)).shelf.incidents) == ["i1", "i2"]


def test_a_withdrawn_incident_that_opens_again_is_watched_again() -> None:
    """What was given up and is back is not withdrawn any more."""
    back = run((0, CRASHED), (1, bad(Kind.DAEMON_CRASHED, OFF)), (2, restarted, CRASHED))
    assert back.lines[-1].startswith("2 daemon.crashed reopened")
    assert not back.shelf.incidents["i1"].withdrawn


def test_the_fourth_time_it_is_unstable() -> None:
    """The 4th opening in 15 minutes is UNSTABLE once; 15 minutes without change and it is calm, with every opening counted."""
    told = run(*flapping(6), (600, WELL), (1220, WELL), (1221, WELL))
    assert [line.partition(":")[0].split()[2] for line in told.lines] == [
        *("opened", "resolved", "reopened", "resolved", "reopened", "resolved"),
        *("became_unstable", "resolved", "reopened", "resolved", "reopened", "resolved", "calmed"),
    ]
    assert len(told.shelf.incidents["i1"].reopenings) == 6
    assert run(*flapping(6)).last.wake_at is None
    assert run(*flapping(6), (400, WELL)).last.wake_at == AWAKE + round((320.25 + 900) * SECOND)


def test_slow_flapping_is_not_unstable() -> None:
    """Four openings that take longer than a quarter of an hour are four openings."""
    assert "became_unstable" not in " ".join(steps(*flapping(9, step=301)))


def test_an_unstable_incident_that_stays_broken_calms_too() -> None:
    """Broken for good it is steady: told so, and reminded of like any other."""
    moves: list[Move] = [*flapping(3), (180, CRASHED), (1079, CRASHED), (1080, CRASHED), (1080 + 4 * 3600, CRASHED)]
    assert [line.split()[2] for line in steps(*moves)][-3:] == ["became_unstable", "calmed", "reminded"]


def test_calm_needs_eyes() -> None:
    """A quarter of an hour that nobody watched is none without change."""
    blind: list[Move] = [(300,), (3300, WELL), (4100, WELL), (4100.25, WELL)]
    assert steps(*flapping(4), *blind)[-1] == "4100.25 daemon.crashed calmed"


def test_a_change_while_unstable_begins_the_calm_anew() -> None:
    """Quiet means without any change."""
    moves: list[Move] = [*flapping(3), (180, HUNG), (600, CRASHED), (1080, CRASHED), (1500, CRASHED)]
    assert [line.split()[0] for line in steps(*moves)][-2:] == ["600", "1500"]


def test_going_to_and_fro_is_no_worsening() -> None:
    """Only what is worse than everything since it opened is worse."""
    run_ = run((0, HUNG), (1, bad(Kind.DAEMON_UNHEALTHY)), (2, HUNG), (3, CRASHED))
    assert [line.rpartition(" ")[2] for line in run_.lines] == ["first", "(milder)", "", "changed"]


def test_an_unstable_count_survives_hours() -> None:
    """Memory stays bounded, and the count goes on."""
    told = run(*flapping(60, step=120))
    incident = told.shelf.incidents["i1"]
    assert (len(incident.reopenings), len(incident.chapters)) == (60, 40)
    assert incident.chapters[0].transition is Transition.OPENED


VERDICTS = st.lists(
    st.sampled_from([CRASHED, HUNG, STOPPED, IMPOSTOR, MISLEADING, LOOP, FAILED, WELL, well(Kind.DAEMON_RESTART_LOOP)]),
    max_size=3,
)


@given(st.lists(st.tuples(st.integers(0, 20 * MINUTE), VERDICTS), max_size=30))
def test_every_open_critical_will_be_looked_at(script: list[tuple[int, list[Verdict]]]) -> None:
    """Whatever happens, an open critical has its next look, and what is on its way has a name."""
    memory, now, names = Incidents(), START, (str(number) for number in count())
    for passed, verdicts in script:
        now = Instant(now.wall + passed, now.awake + passed)
        fresh = tuple(replace(one, basis_at=now.awake) for one in verdicts)
        memory = advance(memory, Judgement(fresh), DESK, now, home=HOME, names=names).incidents
        assert not memory.open.keys() & memory.closed.keys()
        for incident in memory.open.values():
            due = incident.next_look_at is not None or incident.reminders >= 6
            assert due or incident.severity is not Severity.CRITICAL
            assert (incident.state, incident.resolved_at) == (IncidentState.OPEN, None)

        assert all(incident.state is IncidentState.RESOLVED for incident in memory.closed.values())


@given(st.lists(st.integers(-HOUR, HOUR), min_size=1, max_size=20))
def test_time_that_jumps_neither_opens_nor_resolves(jumps: list[int]) -> None:
    """A wall clock that is set, or awake time that seems to go back, changes no incident by itself."""
    memory = run((0, CRASHED), (0.1, CRASHED, FAILED)).last.incidents
    for jump in jumps:
        now = Instant(START.wall + jump, START.awake + min(0, jump))
        after = advance(memory, Judgement((CRASHED, FAILED, STOPPED)), DESK, now, home=HOME, names=iter(()))
        assert after.steps == ()
        memory = after.incidents


def test_patience_of_a_setting() -> None:
    """`stopped_grace` says how long a stop is waited for."""
    settings = Settings(channels=DESK.channels, probe=Probe(stopped_grace=Duration(2 * SECOND)))
    assert [line.split()[0] for line in play((0, STOPPED), (2, STOPPED), settings=settings)] == ["2"]


def test_an_info_becomes_known_as_louder() -> None:
    """The same kind, louder than it was."""
    assert steps((0, bad(Kind.DAEMON_CRASHED, INFO)), (1, CRASHED), (2, bad(Kind.DAEMON_CRASHED, WARNING))) == [
        "0 daemon.crashed opened",
        "1 daemon.crashed changed",
    ]


def test_homes_do_not_touch_each_other() -> None:
    """What is judged of one home says nothing about another; forgetting one keeps the other."""
    other = "/home/ada/.other"
    memory = run((0, CRASHED)).last.incidents
    after = advance(memory, Judgement((replace(CRASHED, home=other),)), DESK, START, home=other, names=iter("b")).incidents
    assert set(after.open) == {(HOME, "daemon"), (other, "daemon")}
    assert after.frozen == {}
    assert set(after.without(other).open) == {(HOME, "daemon")}
