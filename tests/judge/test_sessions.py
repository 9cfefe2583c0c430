"""What the end of a session means."""

from typing import Any

import pytest

from coven_watchdog.judge import judge
from coven_watchdog.judge.common import Case
from coven_watchdog.judge.sessions import undecided
from coven_watchdog.model.facts import Asked, EventsSeen, ExitStatus, Observation, RunnerSeen, SessionSeen, SessionsListed, Tick
from coven_watchdog.model.time import SECOND, Instant
from coven_watchdog.model.words import Found, Look, Outcome, Owner, Route
from coven_watchdog.settings import Sessions, Settings
from coven_watchdog.state import fold
from tale import BOOT, DAEMON, HOME, NEXT, Tale, looked, moment, row

OWN_TERMINAL = Settings(homes=(HOME,), sessions=Sessions(own_terminal=True))


def over(tale: Tale, second: float, status: str, **more: Any) -> Tale:  # noqa: ANN401 - any field of a row
    """The session s1 is listed as ended at that second; of its events, if they are asked for, the exit is the newest."""
    tale.listed(second, row("s1", status, ended=second, **more), complete=False)
    return tale.exit_read(second) if Look.EVENTS in tale.looks and more.get("exit_code") else tale


@pytest.mark.parametrize(
    ("status", "more", "kind"),
    [
        ("failed", {"exit_code": 3}, "session.failed"),
        ("failed", {"exit_code": 127}, "session.failed"),
        ("killed", {}, "session.killed"),
        ("orphaned", {}, "session.orphaned"),
    ],
)
def test_what_the_ledger_says_clearly_is_told_at_once(status: str, more: dict[str, Any], kind: str) -> None:
    """One witness is enough where Coven is quoted."""
    tale = over(Tale().served(0, row()), 10, status, **more)

    assert tale.presents == (kind,)
    assert tale.verdict(kind).subject == "session:s1"


def test_what_was_seen_has_happened() -> None:
    """A stamp of Coven's that lies ahead of our clock makes no fact of the future."""
    tale = Tale().served(0, row()).listed(10, row("s1", "failed", ended=9_999_999, exit_code=3), complete=False)
    tale.exit_read(10)

    assert tale.verdict("session.failed").fact_at == moment(10).wall


@pytest.mark.parametrize(("began", "told"), [(-300, ("session.finished",)), (-100, ())])
@pytest.mark.parametrize("status", ["completed", "idle"])
def test_only_long_runs_are_told_to_have_finished(began: float, told: tuple[str, ...], status: str) -> None:
    """Runs shorter than `finished_after` (3 min) are no news."""
    assert over(Tale().served(0, row(began=began)), 10, status, began=began, exit_code=0).presents == told


def test_an_idle_session_can_be_continued() -> None:
    """Its turn is over, the session is not."""
    tale = over(Tale().served(0, row(began=-300)), 10, "idle", began=-300, exit_code=0)

    assert "continued" in tale.verdict("session.finished").facts.detail


def test_what_was_over_before_the_clock_was_set_back_is_not_told() -> None:
    """Neither now nor when its time comes again."""
    tale = Tale().served(100)
    back = Instant(moment(-500).wall, moment(101).awake)
    rows = (row("s1", "failed", ended=90, exit_code=3), row("s2", "failed", ended=-499, exit_code=3))
    state = fold(tale.state, SessionsListed(HOME, back, rows, complete=True))
    state = fold(state, EventsSeen(HOME, back, "s2", any=True, exit_at=rows[1].updated_at))
    for seconds in (0, 650, 3500, 4500):
        later = Instant(back.wall + seconds * SECOND, back.awake + seconds * SECOND)
        state = fold(state, SessionsListed(HOME, later, rows, complete=True))
        told = [verdict.subject for verdict in judge(state, tale.settings, later).verdicts if verdict.present]
        assert told == (["session:s2"] if seconds < 3500 else [])


def test_an_end_is_judged_for_good() -> None:
    """What everybody has had time to add to is not judged again with every observation of the next hour; but never unjudged."""
    tale = over(Tale().served(0, row()), 10, "failed", exit_code=3)

    assert [tale.wait(second).presents for second in (300, 301)] == [("session.failed",), ()]


def test_what_is_not_decided_yet() -> None:
    """An end whose meaning waits for the daemon's own end or for its events: the next run must judge it, if this one is killed."""

    def waiting(tale: Tale) -> list[str]:
        return [one.id for one in undecided(Case(tale.state, tale.settings, tale.now))]

    assert waiting(over(Tale().served(0, row()), 10, "failed", exit_code=1)) == ["s1"]
    assert waiting(over(Tale().served(0, row()), 10, "failed", exit_code=1).wait(10.2)) == ["s1"]
    assert waiting(over(Tale().served(0, row()), 10, "failed", exit_code=1).exit_read(10.2)) == []
    assert waiting(over(Tale().served(0, row()), 10, "failed", exit_code=3)) == []
    assert waiting(over(Tale().served(0, row()), 10, "completed", exit_code=0)) == []
    assert waiting(over(Tale().served(0, row()), 10, "failed").wait(11)) == ["s1"]


def test_an_ambiguous_end_waits_for_the_daemons_own() -> None:
    """Harnesses die some milliseconds before a stopping daemon."""
    tale = over(Tale().served(0, row()), 10, "failed", exit_code=1)
    assert tale.presents == ()

    assert tale.exit_read(10.11).presents == ("session.failed",)
    assert "killed" in tale.verdict("session.failed").facts.detail


def test_an_ambiguous_end_followed_by_the_daemons_is_lost_with_it() -> None:
    """It belongs to the daemon's story, and is never told on its own."""
    tale = over(Tale().served(0, row()), 10, "failed", exit_code=1)
    tale.ended(10.02, ExitStatus(code=0)).no_files(10.03).wait(11)

    assert "session.failed" not in tale.presents


def test_the_kernel_tells_a_signal_from_a_failure() -> None:
    """Coven records 1 for both; the kernel's word makes it a crash."""
    tale = Tale().served(0, row()).harness(1, "s1", 50).harness_ended(10, "s1", 50, ExitStatus(signal=11))
    over(tale, 10.03, "failed", exit_code=1)

    assert tale.presents == ("session.crashed",)
    assert tale.verdict("session.crashed").facts.exit == ExitStatus(signal=11)
    assert tale.verdict("session.crashed").fact_at == moment(10).wall


def test_the_kernels_word_may_come_after_the_row() -> None:
    """Within the hold it still decides."""
    tale = over(Tale().served(0, row()).harness(1, "s1", 50), 10, "failed", exit_code=1)
    tale.harness_ended(10.05, "s1", 50, ExitStatus(signal=9)).wait(10.12)

    assert tale.presents == ("session.crashed",)


def test_the_kernel_confirms_an_exit_code() -> None:
    """Then nothing about it is doubtful."""
    tale = Tale().served(0, row()).harness(1, "s1", 50).harness_ended(10, "s1", 50, ExitStatus(code=1))
    verdict = over(tale, 10.03, "failed", exit_code=1).wait(10.2).verdict("session.failed")

    assert (verdict.facts.detail, verdict.facts.exit_source, len(verdict.witnesses)) == ("", "kernel", 2)


def _fails_unwatched() -> Tale:
    """Over before its process could be found, with code 1; when its exit was written is asked for."""
    ended = row("s1", "failed", ended=10, exit_code=1, began=9.5)
    tale = Tale().served(0).listed(10, ended, complete=False).wait(10.2)
    assert (tale.looks, tale.presents) == ((Look.EVENTS,), ())
    return tale


def test_a_session_of_the_daemon_whose_process_was_not_known_failed() -> None:
    """Its row and its exit event have one time."""
    assert _fails_unwatched().exit_read(10.3).presents == ("session.failed",)


def test_a_coven_run_whose_process_was_not_known_is_seen_by_whoever_ran_it() -> None:
    """Its exit event is older than its row's end: nothing is told, then or later; unless that is asked for."""
    tale = _fails_unwatched()
    seen = EventsSeen(HOME, tale.now, "s1", any=True, exit_at=moment(9.98).wall)
    assert tale.see(10.3, seen).presents == ()
    assert tale.wait(25).presents == ()

    stopped = _fails_unwatched().see(10.3, seen).ended(13)
    assert not any(kind.startswith("session.") for kind in stopped.presents)

    closed = over(Tale().served(0), 10, "failed", began=9.9).wait(10.2)
    assert closed.see(10.3, seen).presents == closed.wait(25).presents == ()

    asked = Tale(Settings(homes=(HOME,), sessions=Sessions(own_terminal=True))).served(0)
    assert over(asked, 10, "failed", exit_code=3).presents == ("session.failed",)


def test_what_ended_while_nobody_watched_is_said_together() -> None:
    """Once it can be said of all of them, or ten seconds later; until then none of them is forgotten."""
    ended = (row("s1", "failed", ended=-20, exit_code=3), row("s2", "failed", ended=-10, exit_code=3))
    tale = Tale(remembered=looked(live=(row("s1"), row("s2")))).served(0, *ended)
    first = EventsSeen(HOME, tale.now, "s1", any=True, exit_at=ended[0].updated_at)
    assert tale.see(0.5, first).presents == ()
    assert {one.id for one in undecided(Case(tale.state, tale.settings, tale.now))} == {"s1", "s2"}
    late = tale.state
    second = EventsSeen(HOME, tale.now, "s2", any=True, exit_at=ended[1].updated_at)
    assert tale.see(0.7, second).presents == ("session.failed", "session.failed")
    tale.state = late
    assert tale.see(1, _refused(1, "s2")).wait(10.5).presents == ("session.failed", "session.failed")


def test_a_row_that_was_touched_after_its_end_is_no_coven_run() -> None:
    """The daemon's own, changed by somebody a minute later."""
    tale = _fails_unwatched()

    seen = EventsSeen(HOME, tale.now, "s1", any=True, exit_at=moment(-50).wall)
    assert tale.see(10.3, seen).presents == ("session.failed",)


def _refused(seconds: float, session: str = "s1") -> Asked:
    return Asked(HOME, moment(seconds), Route.EVENTS, Outcome.TIMED_OUT, session=session)


@pytest.mark.parametrize(
    ("seconds", "seen"),
    [
        (10.3, EventsSeen(HOME, moment(10.3), "s1", any=True)),
        (20.1, _refused(20.1)),
        (70.1, Tick(HOME, moment(70.1))),
    ],
)
def test_an_exit_event_that_cannot_be_read(seconds: float, seen: Observation) -> None:
    """Printed a lot, Coven does not answer for ten seconds, or cannot even be asked: one failure too many is better than one too few."""
    assert _fails_unwatched().see(seconds, seen).presents == ("session.failed",)


def test_a_question_that_waits_for_its_turn_is_waited_for() -> None:
    """Under the ceiling, or while we were paused, it takes longer than an answer does: a coven run is quiet all the same."""
    tale = _fails_unwatched().wait(20.1)
    assert tale.presents == ()
    seen = EventsSeen(HOME, moment(40), "s1", any=True, exit_at=moment(9.98).wall)
    assert (tale.see(40, seen).presents, tale.wait(41).presents) == ((), ())


def test_no_exit_code_asks_for_events() -> None:
    """Events mean that it did work before it crashed."""
    tale = over(Tale().served(0), 10, "failed", began=9.99).wait(10.2)
    assert tale.looks == (Look.EVENTS,)

    assert tale.see(10.3, EventsSeen(HOME, tale.now, "s1", any=True)).presents == ("session.crashed",)


def test_neither_code_nor_events_never_ran() -> None:
    """Within five seconds of its creation: it never started."""
    tale = over(Tale().served(0), 10, "failed", began=9.99).wait(10.2)

    assert tale.see(10.3, EventsSeen(HOME, tale.now, "s1", any=False)).looks == (Look.PROGRAMS,)
    assert tale.programs(10.4).presents == ("session.launch_failed",)


def test_a_row_that_coven_gave_up_on_is_no_launch_failure() -> None:
    """Created, never started, marked failed after ten minutes: nothing broke."""
    tale = over(Tale().served(0), 10, "failed", began=-657).wait(10.2)

    assert tale.see(10.3, EventsSeen(HOME, tale.now, "s1", any=False)).presents == ()


def test_a_long_run_without_code_or_events_crashed() -> None:
    """It ran for longer than a launch takes."""
    tale = over(Tale().served(0), 10, "failed", began=-60).wait(10.2)

    assert tale.see(10.3, EventsSeen(HOME, tale.now, "s1", any=False)).presents == ("session.crashed",)


def test_events_that_cannot_be_had_delay_for_ten_seconds_only() -> None:
    """Then what is known must do."""
    tale = over(Tale().served(0), 10, "failed", began=9.99)

    assert tale.see(12, _refused(12)).wait(20.1).presents == ("session.launch_failed",)


@pytest.mark.parametrize("exit_", [ExitStatus(signal=2), ExitStatus(code=130)])
def test_ctrl_c_is_quiet(exit_: ExitStatus) -> None:
    """Whoever pressed it knows."""
    tale = Tale().served(0, row()).harness(1, "s1", 50).harness_ended(10, "s1", 50, exit_)

    assert over(tale, 10.03, "failed", exit_code=1).wait(11).presents == ()


def test_the_code_of_ctrl_c_is_quiet_without_the_kernel() -> None:
    """130 is what shells give it."""
    assert over(Tale().served(0, row()), 10, "failed", exit_code=130).presents == ()


def test_a_coven_run_in_a_terminal_is_quiet_unless_wanted() -> None:
    """The person sits in front of it."""
    for settings, told in ((None, ()), (OWN_TERMINAL, ("session.failed",))):
        tale = Tale(settings).served(0, row()).harness(1, "s1", 50, Owner.COVEN_RUN, terminal=True)
        assert over(tale, 10, "failed", exit_code=3).presents == told


def test_a_coven_run_without_a_terminal_is_told() -> None:
    """Nobody sits in front of it."""
    tale = Tale().served(0, row()).harness(1, "s1", 50, Owner.COVEN_RUN)

    assert over(tale, 10, "failed", exit_code=3).presents == ("session.failed",)


def test_a_session_over_before_it_could_be_seen_is_told() -> None:
    """By Coven's own stamp it ended on our watch."""
    assert over(Tale().served(0), 10, "failed", exit_code=3).presents == ("session.failed",)


def test_old_failures_are_a_baseline() -> None:
    """What ended before the first start is counted, never told one by one."""
    tale = Tale().served(0, row("old", "failed", ended=-100, exit_code=3), row("older", "orphaned", ended=-200))

    assert (tale.presents, tale.state.baseline) == ((), {"failed": 1, "orphaned": 1})


def test_what_ended_while_nobody_watched_is_caught_up() -> None:
    """Since the last look of the run before; the same end is told as found afterwards, without waiting."""
    tale = Tale(remembered=looked(live=(row(),))).served(0, row("s1", "failed", ended=-10, exit_code=1))
    verdict = tale.exit_read(0).verdict("session.failed")

    assert (verdict.found, verdict.fact_at) == (Found.CATCH_UP, moment(-10).wall)


def test_a_second_listing_tells_the_same_occurrence() -> None:
    """The row's last change names the occurrence, so nothing is noted twice."""
    tale = over(Tale().served(0, row()), 10, "failed", exit_code=3)
    first = tale.verdict("session.failed").occurrence

    assert over(tale, 10, "failed", exit_code=3).verdict("session.failed").occurrence == first


def test_sessions_lost_over_a_restart_are_not_judged() -> None:
    """Whatever status they got."""
    tale = (
        Tale().served(0, row("a"), row("b")).ended(10, ExitStatus(signal=9)).files(10.01).daemon(11, NEXT, age=0).health(11.1)
    )
    tale.listed(11.2, row("a", "orphaned", ended=11), row("b", "failed", ended=10), identity=NEXT)

    assert not {"session.orphaned", "session.failed", "session.crashed"} & set(tale.presents)


def test_a_coven_run_that_outlived_the_daemon_tells_its_true_end() -> None:
    """Orphaned is not final: the row moves on when the process ends."""
    tale = Tale().served(0, row()).harness(1, "s1", 50, Owner.COVEN_RUN).ended(10, ExitStatus(code=0)).no_files(10.01)
    tale.files(11).daemon(11, NEXT, age=0).health(11.1).listed(11.2, row("s1", "orphaned", ended=11), identity=NEXT)
    assert "session.orphaned" not in tale.presents

    tale.see(30, SessionSeen(HOME, tale.now, "s1", row("s1", "failed", ended=30, exit_code=3)))
    assert "session.failed" in tale.presents


def test_a_coven_run_whose_row_stays_orphaned_is_told_so() -> None:
    """Its process is over and nobody wrote its end."""
    tale = Tale().served(0, row()).harness(1, "s1", 50, Owner.COVEN_RUN)
    assert over(tale, 10, "orphaned").presents == ()

    tale.harness_ended(20, "s1", 50).see(21, RunnerSeen(HOME, tale.now, "s1", alive=False))
    assert tale.presents == ("session.orphaned",)
    assert (tale.state.boot, tale.state.life and tale.state.life.identity) == (BOOT, DAEMON)


def test_statuses_nobody_knows_are_no_verdict() -> None:
    """Unknown words are kept and shown, never judged."""
    assert over(Tale().served(0, row()), 10, "hibernating").presents == ()
