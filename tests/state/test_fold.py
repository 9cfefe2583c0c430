"""The fold: each observation changes what it is about, and nothing else."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from coven_watchdog.model.facts import (
    DaemonSeen,
    ExitStatus,
    HomeForgotten,
    LockSeen,
    Observation,
    ProcessSeen,
    Scene,
    SceneSeen,
    Slept,
    SourceFailed,
    SourceWorks,
    Tick,
)
from coven_watchdog.model.time import SECOND, Instant
from coven_watchdog.model.words import ExitWatch, Outcome, ProcessState, Route
from coven_watchdog.state import HomeState, fold
from coven_watchdog.state.fold import SETTLE
from tale import DAEMON, HOME, NEXT, SOCKET, WALL, Tale, looked, moment, row


def test_time_alone_changes_nothing_but_the_time() -> None:
    """A tick moves `last`."""
    tale = Tale().served(0, row())
    before = tale.state

    assert replace(tale.wait(5).state, last=before.last) == before


def test_a_new_identity_makes_the_old_one_the_past() -> None:
    """With its sessions, and without the failures that were its own."""
    tale = Tale().served(0, row()).health(1, Outcome.TIMED_OUT).daemon(2, NEXT)
    state = tale.state

    assert state.life is not None
    assert state.predecessor is not None
    assert (state.life.identity, state.predecessor.identity, state.failures) == (NEXT, DAEMON, 0)
    assert [session.row.id for session in state.predecessor.live_at_end] == ["s1"]


def test_the_same_identity_again_only_tells_how_it_is_watched() -> None:
    """No new life, no restart."""
    tale = Tale().served(0).see(1, DaemonSeen(HOME, Tale().now, DAEMON, watch=ExitWatch.POLL))

    assert tale.state.life is not None
    assert (tale.state.life.watch, tale.state.life.program, tale.state.starts) == (ExitWatch.POLL, "coven", ())


def test_what_concerns_another_process_is_left_alone() -> None:
    """An end, a state, a scene of somebody unknown."""
    tale = Tale().served(0)
    before = tale.state
    tale.ended(1, identity=NEXT).process(1, ProcessState.STOPPED, NEXT).learned(1, ExitStatus(code=0), NEXT)
    tale.see(1, SceneSeen(HOME, tale.now, NEXT, Scene(1)))

    assert replace(tale.state, last=before.last, previous=before.previous) == before


def test_the_first_scene_stays() -> None:
    """Later ones may be tidied up."""
    tale = Tale().served(0).ended(1)
    for number in (1, 2):
        tale.see(2, SceneSeen(HOME, tale.now, DAEMON, Scene(number)))

    assert tale.state.life is not None
    assert tale.state.life.scene == Scene(1)


def test_the_kernels_word_finds_a_past_life_too() -> None:
    """The restart may be faster than the reaping."""
    tale = Tale().served(0).ended(1).daemon(1.1, NEXT).learned(1.2, ExitStatus(signal=9))

    assert tale.state.predecessor is not None
    assert tale.state.predecessor.exit == ExitStatus(signal=9)


def test_only_the_first_look_after_the_end_counts() -> None:
    """The leftovers are latched."""
    tale = Tale().served(0).ended(1).files(1.1).no_files(1.2)

    assert tale.state.life is not None
    assert tale.state.life.leftovers is not None
    assert tale.state.life.leftovers.record_named


def test_a_socket_of_another_inode_is_not_its_own() -> None:
    """A new daemon's socket is no leftover of the dead one."""
    tale = Tale().served(0).ended(1).files(1.1, socket=replace(SOCKET, inode=99), record=None)

    assert tale.state.life is not None
    assert tale.state.life.leftovers is not None
    assert not tale.state.life.leftovers.socket_left


def test_a_life_found_before_its_files() -> None:
    """What the record says of it is learned with the next look."""
    tale = Tale().daemon(0)
    assert tale.state.life is not None
    assert not tale.state.life.intact

    tale.files(1)
    assert tale.state.life.intact


def test_an_unreadable_home_teaches_nothing_about_a_life() -> None:
    """Errors leave what is believed of the daemon alone."""
    tale = Tale().served(0)
    life = tale.state.life

    assert tale.files(1, error="no").state.life == life


def test_stopped_since_the_first_sighting() -> None:
    """And not any more once it was seen running."""
    tale = Tale().served(0).process(1, ProcessState.STOPPED).process(2, ProcessState.STOPPED)
    assert tale.state.life is not None
    assert tale.state.life.stopped_since == moment(1)

    tale.process(3)
    assert tale.state.life.stopped_since is None


def test_endings_are_forgotten_after_an_hour() -> None:
    """And rows of that time are old news from then on."""
    tale = Tale().served(0, row()).listed(1, row("s1", "failed", ended=1, exit_code=3)).wait(3602)

    assert (tale.state.endings, tale.state.horizon) == ({}, moment(2).wall)


def test_an_ending_of_the_future_is_kept_until_its_time_is_over() -> None:
    """While the wall clock goes through the same hour twice, what ended in it is not forgotten, or it would be news again."""
    tale = Tale().served(0, row()).listed(1, row("s1", "failed", ended=1, exit_code=3))
    back = 600 * SECOND
    later = [fold(tale.state, Tick(HOME, Instant(moment(passed).wall - back, moment(passed).awake))) for passed in (3602, 4203)]

    assert [list(state.endings) for state in later] == [["s1"], []]


def test_restarts_are_forgotten_after_ten_minutes() -> None:
    """Only recent ones make a loop."""
    assert Tale().served(0).daemon(1, NEXT).wait(602).state.starts == ()


def test_a_wall_clock_set_back_takes_the_horizon_along() -> None:
    """Rows stamped by the new time, since the last observation, must not look older than the watch."""
    tale = Tale()
    earlier = Instant(WALL - 3_600_000_000, tale.now.awake + 1_000_000)
    state = fold(tale.state, Tick(HOME, earlier))

    assert state.horizon == earlier.wall - SECOND


def test_a_wall_clock_set_back_tells_how_far_it_had_come() -> None:
    """Up to the last listing everything had been seen."""
    tale = Tale().served(5)
    back = Instant(tale.now.wall - 600 * SECOND, tale.now.awake + SECOND)
    again = Instant(back.wall - 600 * SECOND, back.awake + SECOND)
    state = fold(fold(tale.state, Tick(HOME, back)), Tick(HOME, again))

    assert (state.reached, state.horizon) == (moment(5).wall, again.wall - SECOND)


def test_a_clock_that_was_set_back_between_two_runs() -> None:
    """The run before saw everything up to a time that has not come yet; what ends now is news all the same."""
    early = moment(-600)
    state = HomeState.new(HOME, early, remembered=looked())

    assert (state.reached, state.horizon) == (moment(-30).wall, early.wall)


def test_what_the_run_before_did_not_list_is_news() -> None:
    """It wrote itself down after the last time that it saw the sessions."""
    listed = replace(looked(), listed_at=moment(-45).wall)

    assert HomeState.new(HOME, moment(0), remembered=listed).horizon == moment(-45).wall


def test_a_sleep_starts_patience_and_sight_anew() -> None:
    """What failed before it does not count; nothing is judged while it settles."""
    tale = Tale().served(0).health(1, Outcome.TIMED_OUT).see(2, Slept(HOME, Tale().now, 0))

    assert (tale.state.failures, tale.state.settle_until, tale.state.sight) == (0, tale.now.awake + SETTLE, tale.now)


def test_an_answer_after_blindness_starts_sight_anew() -> None:
    """What ended meanwhile was not seen."""
    tale = Tale().served(0).health(1, Outcome.FORBIDDEN).health(60)

    assert tale.state.sight == moment(60)


def test_an_answer_without_a_known_daemon() -> None:
    """Kept as the last answer; there is no life to tell it of."""
    tale = Tale().health(1)

    assert tale.state.health is not None
    assert tale.state.life is None


def test_a_sick_answer_is_not_serving() -> None:
    """ok: false is an answer, not a good one."""
    good = Tale().served(0).state.life
    assert good is not None
    assert good.health is not None
    sick = replace(good.health, ok=False)
    life = Tale().files(0).daemon(0).health(1, health=sick).state.life

    assert life is not None
    assert (life.served, life.last_good) == (None, None)


def test_another_routes_answer_is_not_health() -> None:
    """A session asked for by id counts nowhere."""
    tale = Tale().served(0)
    health = tale.state.health
    assert health is not None
    tale.see(1, replace(health, route=Route.SESSION, outcome=Outcome.TIMED_OUT))

    assert (tale.state.failures, tale.state.listing_failures) == (0, 0)


def test_only_the_first_complete_listing_of_a_life_is_noted() -> None:
    """Pages are not walks, and another daemon's listing is not this one's."""
    tale = Tale().files(0).daemon(0).health(0)
    assert tale.listed(1, complete=False).state.life is not None
    assert tale.state.life is not None
    assert tale.state.life.listed is None

    tale.listed(2, identity=NEXT)
    assert tale.state.life.listed is None

    tale.listed(3).listed(4)
    assert tale.state.life.listed == moment(3)


def test_a_source_that_never_failed_leaves_no_trace() -> None:
    """A note is kept as long as it holds."""
    works = SourceWorks(HOME, Tale().now, "files")
    tale = Tale().see(1, replace(works, note="polling"))
    assert (tale.state.notes, tale.state.sources) == ({"files": "polling"}, {})

    tale.see(2, works)
    assert tale.state.notes == {}


def test_a_source_that_failed_is_remembered_as_well_again() -> None:
    """So that its incident can be cleared."""
    tale = Tale().see(1, SourceFailed(HOME, Tale().now, "files", "x", 1)).see(2, SourceWorks(HOME, Tale().now, "files"))

    assert tale.state.sources == {"files": None}


def test_a_forgotten_home_says_so() -> None:
    """The engine withdraws what is open of it."""
    assert Tale().see(1, HomeForgotten(HOME, Tale().now)).state.forgotten


def test_past_lives_are_bounded() -> None:
    """A daemon that restarts for ever costs no memory."""
    tale = Tale().served(0)
    for number in range(30):
        tale.daemon(number + 1, replace(NEXT, pid=1000 + number))

    assert len(tale.state.past) == 8


_FACTS: list[Observation] = [
    LockSeen(HOME, moment(0), (DAEMON,)),
    LockSeen(HOME, moment(0)),
    DaemonSeen(HOME, moment(0), DAEMON),
    DaemonSeen(HOME, moment(0), NEXT),
    ProcessSeen(HOME, moment(0), DAEMON, ProcessState.STOPPED),
]


@given(
    st.lists(
        st.tuples(st.sampled_from(_FACTS), st.integers(-7_200_000_000, 7_200_000_000), st.integers(0, 10_000_000)), max_size=30
    )
)
def test_no_order_of_facts_and_no_clock_breaks_it(steps: list[tuple[Observation, int, int]]) -> None:
    """Wall time may jump either way between any two facts; folding and judging never raise."""
    tale = Tale()
    awake = tale.now.awake
    for fact, wall, passed in steps:
        awake += passed
        tale.state = fold(tale.state, replace(fact, at=Instant(WALL + wall, awake)))

    assert "watchdog.rule_failed" not in tale.presents
