"""Rows that live, rows that ended, and the processes behind them."""

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any, ClassVar, TypeVar

import pytest

from coven_watchdog.model.facts import (
    DaemonSeen,
    EventsSeen,
    ExitStatus,
    HarnessEnded,
    Identity,
    RunnerSeen,
    SessionRow,
    SessionSeen,
    SessionsListed,
)
from coven_watchdog.model.time import Instant
from coven_watchdog.model.words import Owner
from coven_watchdog.state import Ending, HomeState, fold
from coven_watchdog.state.sessions import ambiguous
from tale import DAEMON, HOME, NEXT, Tale, looked, moment, row

T = TypeVar("T")


def test_a_complete_listing_drops_rows_that_are_gone() -> None:
    """Archived or sacrificed: not followed any more, and no end of theirs is told."""
    tale = Tale().served(0, row("a"), row("b")).listed(1, row("b"))

    assert (list(tale.state.live), tale.state.endings, tale.state.counts) == (["b"], {}, {"running": 1})


class Counted(HomeState):
    """A state that counts how many of them were made: each is a copy of what it holds."""

    __slots__ = ()
    made: ClassVar[list[None]] = []

    def __init__(self, **facts: Any) -> None:  # noqa: ANN401 - any field of a state
        super().__init__(**facts)
        self.made.append(None)


class Scanned(tuple[T, ...]):
    """A tuple that counts how often somebody went through it."""

    __slots__ = ()
    scans: ClassVar[list[None]] = []

    def __iter__(self) -> Iterator[T]:
        self.scans.append(None)
        return super().__iter__()


def _costs(rows: int) -> tuple[int, int]:
    """Copies of the state, and walks through what was known before, for as many rows that end after their daemon or its run."""
    names = [f"s{number}" for number in range(rows)]
    live = Scanned(row(name) for name in names)
    tales = [Tale(remembered=looked(live=live)).daemon(0, NEXT), Tale().served(0, *live).ended(1).daemon(2, NEXT, age=0)]
    lived = tales[1].state.past[0]
    tales[1].state = replace(tales[1].state, past=(replace(lived, live_at_end=Scanned(lived.live_at_end)),))
    Counted.made.clear()
    Scanned.scans.clear()
    for tale in tales:
        tale.state = Counted(**{field.name: getattr(tale.state, field.name) for field in fields(tale.state)})
        tale.listed(3, *live, identity=NEXT).listed(4, *(row(name, "orphaned", ended=2) for name in names), identity=NEXT)
        assert {ending.lost_with for ending in tale.state.endings.values()} == {DAEMON}
        assert len(tale.state.endings) == rows

    return len(Counted.made), len(Scanned.scans)


def test_the_rows_of_a_listing_cost_the_same_however_many_they_are() -> None:
    """What is known is copied, and gone through, as often for two hundred rows as for two, whether they live or end."""
    assert _costs(200) == _costs(2)


def test_a_page_drops_nothing() -> None:
    """An old running row may stand on the last page."""
    assert list(Tale().served(0, row("a")).listed(1, row("b"), complete=False).state.live) == ["a", "b"]


@pytest.mark.parametrize("gone", [None, row("s1", "completed", archived=True)])
def test_a_row_that_is_gone_by_id(gone: object) -> None:
    """404 or archived."""
    seen = SessionSeen(HOME, moment(1), "s1", gone)  # type: ignore[arg-type]  # a row or None

    assert Tale().served(0, row()).see(1, seen).state.live == {}


def test_a_row_asked_for_by_id_ends_as_in_a_listing() -> None:
    """The same fold."""
    seen = SessionSeen(HOME, moment(1), "s1", row("s1", "failed", ended=1, exit_code=3))

    assert list(Tale().served(0, row()).see(1, seen).state.endings) == ["s1"]


def test_a_row_that_lives_again_is_no_ending() -> None:
    """Coven changed its mind: what was over is live."""
    tale = Tale().served(0, row()).listed(1, row("s1", "failed", ended=1)).listed(2, row())

    assert (list(tale.state.live), tale.state.endings) == (["s1"], {})


def test_a_kill_followed_by_an_exit_is_one_end() -> None:
    """The exit event may rewrite the row; the end stays the one that was noticed."""
    tale = Tale().served(0, row()).listed(1, row("s1", "killed", ended=1)).listed(2, row("s1", "failed", ended=2, exit_code=1))

    assert tale.state.endings["s1"].row.status == "killed"


def test_orphaned_is_not_final() -> None:
    """The true end replaces it."""
    tale = Tale().served(0, row()).listed(1, row("s1", "orphaned", ended=1)).listed(2, row("s1", "completed", ended=2))

    assert tale.state.endings["s1"].row.status == "completed"


@pytest.mark.parametrize(
    "old",
    [row("x", "failed", ended=-5), row("x", "failed", ended=5, external=True), row("x", "failed", ended=5, archived=True)],
)
def test_what_is_no_news(old: object) -> None:
    """Ended before the watch began, registered from outside, or put away."""
    assert Tale().served(6, old).state.endings == {}  # type: ignore[arg-type]  # a row


def test_a_remembered_live_row_is_news_whatever_its_stamp() -> None:
    """It was live at the last look of the run before."""
    tale = Tale(remembered=looked(live=(row(),))).served(0, row("s1", "orphaned", ended=-5000))

    assert list(tale.state.endings) == ["s1"]
    assert tale.state.endings["s1"].lost_with is None


def test_lost_with_the_daemon_of_the_run_before() -> None:
    """Another daemon serves now than the one that had it."""
    tale = Tale(remembered=looked(live=(row(),))).daemon(0, NEXT).listed(1, row("s1", "orphaned", ended=-5), identity=NEXT)

    assert tale.state.endings["s1"].lost_with == DAEMON


@pytest.mark.parametrize("life", [Identity(300, 1), DAEMON, None])
def test_what_the_daemon_that_lives_now_has_begun_is_not_lost_with_the_one_before(life: Identity | None) -> None:
    """The run before was killed when a restart was not told yet: what it saw live was in part the new daemon's own."""
    tale = Tale(remembered=looked(live=(row("old", began=-300), row("new", began=-40))))
    if life is not None:
        tale.daemon(0, life, age=100)

    tale.listed(1, row("old", "orphaned", began=-300, ended=-5), row("new", "failed", began=-40, ended=-5), identity=life)
    lost = {name for name, ending in tale.state.endings.items() if ending.lost_with == DAEMON}

    assert lost == {Identity(300, 1): {"old"}, DAEMON: set(), None: {"old", "new"}}[life]


def test_of_a_daemon_whose_start_is_not_known_the_first_sight_counts() -> None:
    """A session that began before somebody saw the daemon may be of the one before."""
    tale = Tale(remembered=looked(live=(row("old", began=-40), row("new", began=0.5))))
    tale.see(0, DaemonSeen(HOME, moment(0), NEXT)).listed(1, row("old", "failed", ended=1), row("new", "failed", began=0.5))

    assert [tale.state.endings[name].lost_with for name in ("old", "new")] == [DAEMON, None]


def test_a_run_before_that_knew_no_daemon_loses_nothing() -> None:
    """No identity, no story."""
    tale = Tale(remembered=looked(live=(row(),), identity=None)).listed(1, row("s1", "orphaned", ended=-5))

    assert tale.state.endings["s1"].lost_with is None


def test_the_harness_is_kept_with_its_session() -> None:
    """Its end and the kernel's word follow it, before and after the row's own end."""
    tale = Tale().served(0, row()).harness(1, "s1", 50).harness(1.5, "s1", 50)
    tale.harness_ended(2, "s1", 50).harness_ended(2.1, "s1", 50, ExitStatus(signal=9))
    assert (tale.state.live["s1"].ended, tale.state.live["s1"].exit) == (moment(2), ExitStatus(signal=9))

    tale.listed(2.2, row("s1", "failed", ended=2))
    assert tale.state.endings["s1"].exit == ExitStatus(signal=9)


def test_a_later_harness_takes_the_place_of_the_first() -> None:
    """The end of the old one is not the end of the new one."""
    tale = Tale().served(0, row()).harness(1, "s1", 50).harness_ended(2, "s1", 50).harness(3, "s1", 60)

    assert tale.state.live["s1"].lives
    assert tale.harness_ended(4, "s1", 50).state.live["s1"].lives


def test_processes_of_sessions_nobody_knows() -> None:
    """Nothing is believed because of them."""
    tale = Tale().served(0)
    before = (tale.state.live, tale.state.endings)
    tale.harness(1, "ghost", 5).harness_ended(2, "ghost", 5).see(3, RunnerSeen(HOME, tale.now, "ghost", alive=False))

    assert (tale.state.live, tale.state.endings) == before


def test_events_of_sessions_nobody_knows() -> None:
    """An answer that comes too late is let go."""
    assert Tale().see(1, EventsSeen(HOME, moment(1), "ghost", any=True)).state.endings == {}


def test_the_end_of_a_process_that_was_never_seen_live() -> None:
    """An ending without a process has no kernel's word to take."""
    tale = Tale().served(0).listed(1, row("s1", "failed", ended=1))
    tale.see(2, HarnessEnded(HOME, tale.now, "s1", Identity(1, 1), ExitStatus(code=0)))

    assert tale.state.endings["s1"].exit is None


def test_a_runner_that_lives_changes_nothing() -> None:
    """Only the end of one that drifted is news."""
    tale = Tale().served(0, row()).harness(1, "s1", 50, Owner.COVEN_RUN).listed(2, row("s1", "orphaned", ended=2))
    assert tale.see(3, RunnerSeen(HOME, tale.now, "s1", alive=True)).state.endings == {}


@pytest.mark.parametrize(
    ("exit_", "code", "doubtful"),
    [
        (ExitStatus(signal=9), 1, True),
        (ExitStatus(signal=15), 1, True),
        (ExitStatus(signal=1), 1, True),
        (ExitStatus(signal=11), 1, False),
        (ExitStatus(code=1), 1, True),
        (ExitStatus(code=4), 4, False),
        (None, 1, True),
        (None, None, True),
        (None, 3, False),
    ],
)
def test_which_ends_may_be_the_daemons_doing(exit_: ExitStatus | None, code: int | None, doubtful: bool) -> None:  # noqa: FBT001 - a table's column
    """Exit code 1 or none, or by signal 1, 9 or 15."""
    tale = Tale().served(0, row()).harness(1, "s1", 50).harness_ended(2, "s1", 50, exit_)
    tale.listed(2.1, row("s1", "failed", ended=2, exit_code=code))
    ending: Ending = tale.state.endings["s1"]

    assert ambiguous(ending) is doubtful


def test_an_end_long_before_the_daemons_is_its_own() -> None:
    """Only the last moments are doubtful."""
    tale = Tale().served(0, row()).listed(1, row("s1", "failed", ended=1, exit_code=1)).ended(5)

    assert tale.state.endings["s1"].lost_with is None


def test_what_ended_before_the_clock_was_set_back_is_known_and_old() -> None:
    """Its time comes again, and it is no news then; what ends after the step is."""
    tale = Tale().served(100).wait(101)
    old, unseen, new = row("old", "failed", ended=90), row("unseen", "failed", ended=101), row("new", "failed", ended=-499)
    at = Instant(moment(-498).wall, moment(102).awake)
    rows = (old, unseen, new, row("archived", "failed", ended=90, archived=True))
    state = fold(tale.state, SessionsListed(HOME, at, rows, complete=True))

    assert {name: ending.old for name, ending in state.endings.items()} == {"old": True, "unseen": False, "new": False}


def test_what_was_seen_live_ends_whatever_the_clock_says() -> None:
    """Only what nobody saw live can be old news."""
    tale = Tale().served(100, row()).wait(101)
    at = Instant(moment(-498).wall, moment(102).awake)
    state = fold(tale.state, SessionsListed(HOME, at, (row("s1", "failed", ended=90),), complete=True))

    assert not state.endings["s1"].old


@pytest.mark.parametrize(
    ("found", "lost"),
    [
        (row("s1", "orphaned", began=9.5, ended=20), True),
        (row("s1", "failed", began=9.5, ended=9.95, exit_code=1), True),
        (row("s1", "failed", began=9.5, ended=9.6), False),
        (row("s1", "failed", began=9.5, ended=9.95, exit_code=3), False),
        (row("s1", "orphaned", began=1, ended=20), False),
        (row("s1", "orphaned", began=15, ended=20), False),
    ],
    ids=["orphaned", "stopped", "failed before", "failed by itself", "long before", "after"],
)
def test_a_session_too_young_to_have_been_seen_falls_with_its_daemon(found: SessionRow, lost: bool) -> None:  # noqa: FBT001 - a case
    """What was begun just before the daemon's end was never listed live. It is part of that story like those that were."""
    tale = Tale().served(0).ended(10).daemon(20, NEXT, age=1).listed(21, found)

    assert tale.state.endings["s1"].lost_with == (DAEMON if lost else None)


def test_an_end_that_the_run_before_did_not_judge_is_news() -> None:
    """It was seen, and its meaning still open, when that run was killed."""
    over = row("s1", "failed", ended=-31, exit_code=1)
    before = replace(looked(), ending=(over,))

    assert [list(Tale(remembered=one).served(0, over).state.endings) for one in (looked(), before)] == [[], ["s1"]]
