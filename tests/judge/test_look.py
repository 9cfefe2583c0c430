"""A home flattened for keeping and showing."""

import pytest

from coven_watchdog.judge.look import conclusive, look_of, settled
from coven_watchdog.model.facts import ExitStatus, Problem
from coven_watchdog.model.incidents import Judgement, LookRequest
from coven_watchdog.model.looks import HomeLook
from coven_watchdog.model.words import DaemonState, Holder, Look, Outcome
from tale import BOOT, DAEMON, GOOD, NEXT, Tale, looked, moment, row

PROBLEM = Problem("socket", "open", open_to_others=True, remedy="")


def look(tale: Tale) -> HomeLook:
    """The look at the end of a tale."""
    return look_of(tale.state, tale.judgement, tale.settings, tale.now, BOOT)


@pytest.mark.parametrize(
    ("tale", "state"),
    [
        (Tale(), DaemonState.UNKNOWN),
        (Tale().files(0, directory=None), DaemonState.ABSENT),
        (Tale().no_files(0).lock(0), DaemonState.STOPPED),
        (Tale().files(0, error="no").lock(0), DaemonState.UNKNOWN),
        (Tale().files(0).daemon(0), DaemonState.UNKNOWN),
        (Tale().served(0), DaemonState.RUNNING),
        (Tale().served(0).ended(1, ExitStatus(signal=9)).files(1.1), DaemonState.CRASHED),
        (Tale().served(0).ended(1, ExitStatus(code=0)).no_files(1.1), DaemonState.STOPPED),
    ],
)
def test_the_daemon_in_one_word(tale: Tale, state: DaemonState) -> None:
    """The worst verdict's word; without one, what the facts say."""
    assert look(tale).daemon.state is state


def test_what_is_kept_of_sessions() -> None:
    """Live rows without their titles, and counts."""
    found = look(Tale().served(0, row("a"), row("b", "failed", ended=-5, exit_code=1)))

    assert ([kept.title for kept in found.live], found.by_status, found.total) == ([""], {"running": 1, "failed": 1}, 2)
    assert (found.complete, found.daemon.coven_version, found.daemon.pid) == (True, GOOD.coven_version, DAEMON.pid)


def test_what_is_kept_of_sessions_holds_no_secret() -> None:
    """Neither a prompt nor a key in a path goes into the store with a live row."""
    (kept,) = look(Tale().served(0, row("a", project_root="/srv/ghp_" + "Ab12" * 9, conversation_id="c"))).live

    assert (kept.title, kept.project_root, kept.conversation_id) == ("", "/srv/[redacted]", "")


def test_what_the_next_run_must_judge() -> None:
    """Up to when all ends were seen, and which of them were not decided yet."""
    tale = Tale().served(5, row()).listed(10, row("s1", "failed", ended=9, exit_code=1, title="secret"))

    assert (look(tale).listed_at, [(one.id, one.title) for one in look(tale).ending]) == (moment(10).wall, [("s1", "")])
    assert look(tale.exit_read(11)).ending == ()
    assert look(Tale(remembered=looked()).no_files(0)).listed_at == moment(-30).wall


def test_what_fell_with_a_daemon_is_kept_until_its_story_is_told() -> None:
    """Killed before the recovery, the next run still knows whom the crash has cost, also who fell a moment before."""
    over = row("a", "failed", ended=4.95, exit_code=1)
    tale = Tale().served(0, row("a"), row("b")).listed(4.97, over, row("b")).ended(5)
    assert sorted(kept.id for kept in look(tale).live) == ["a", "b"]

    tale.daemon(6, NEXT).files(6).health(7).listed(8, over, row("b", "orphaned", ended=6), identity=NEXT)
    assert sorted(kept.id for kept in look(tale).live) == ["a", "b"]
    assert look(tale.wait(17)).live == ()


def test_a_daemon_takes_the_place_of_the_one_before_when_that_can_be_told() -> None:
    """Killed between the coming of a daemon and the word about it, the next run finds the restart all the same."""
    tale = Tale().served(0).ended(5).daemon(6, NEXT).files(6)
    assert look(tale).daemon.identity == DAEMON
    assert look(tale.health(7)).daemon.identity == DAEMON
    assert look(tale.listed(8, identity=NEXT)).daemon.identity == DAEMON
    assert look(tale.wait(17)).daemon.identity == NEXT
    assert look(tale.ended(19, identity=NEXT)).daemon.identity == NEXT

    tale = Tale(remembered=looked()).files(0).daemon(0, NEXT)
    assert look(tale).daemon.identity == DAEMON
    assert look(tale.health(1).wait(11)).daemon.identity == NEXT
    assert look(Tale().files(0).daemon(0)).daemon.identity == DAEMON


def test_nor_while_it_answers_badly_from_its_beginning() -> None:
    """Its restart is not told then: a run killed meanwhile leaves it to the next."""
    tale = Tale().served(0).ended(5).daemon(6, NEXT).files(6).health(7).listing_failed(7.1)
    tale.health(8, Outcome.HTTP_ERROR).health(30, Outcome.HTTP_ERROR)
    assert look(tale).daemon.identity == DAEMON
    assert look(tale.health(40)).daemon.identity == NEXT


def test_before_the_first_listing_nothing_is_counted() -> None:
    """Unknown is not none."""
    assert look(Tale().files(0)).total is None


def test_the_identity_of_the_run_before_is_kept_while_nothing_is_seen() -> None:
    """A second restart of ours must still know whom it watched."""
    assert look(Tale(remembered=looked()).no_files(0)).daemon.identity == DAEMON


@pytest.mark.parametrize(
    ("tale", "enough"),
    [
        (Tale(), False),
        (Tale().files(0, error="no"), True),
        (Tale().files(0, directory=None), True),
        (Tale().no_files(0), False),
        (Tale().no_files(0).lock(0), True),
        (Tale().no_files(0).lock(0, NEXT), False),
        (Tale().files(0, record_holder=Holder.NOBODY).lock(0), False),
        (Tale().files(0).lock(0).health(0, Outcome.REFUSED), True),
        (Tale().files(0).daemon(0), False),
        (Tale().files(0, problems=(PROBLEM,)).daemon(0), True),
        (Tale().files(0).daemon(0).health(1), False),
        (Tale().files(0).daemon(0).health(1).listing_failed(2), False),
        (Tale().files(0).daemon(0).health(1).listing_failed(2).listing_failed(3), True),
        (Tale().served(0), True),
        (Tale().files(0).daemon(0).health(1, Outcome.TIMED_OUT), False),
        (Tale().files(0).daemon(0).health(1, Outcome.TIMED_OUT).health(2, Outcome.TIMED_OUT), True),
        (Tale().files(0, socket=None).daemon(0), False),
        (Tale().files(0).daemon(0).files(1, socket=None).process(1.5), True),
    ],
)
def test_enough_for_one_judgement(tale: Tale, enough: bool) -> None:  # noqa: FBT001 - a table's column
    """Files and lock; of a daemon that lives also its health and its sessions, or that they cannot be had."""
    assert settled(tale.state) is enough


@pytest.mark.parametrize(
    ("tale", "judgement", "over"),
    [
        (Tale(), Judgement(), False),
        (Tale().served(0), Judgement(), True),
        (Tale().served(0), Judgement(looks=(LookRequest("", Look.FILES),)), False),
        (Tale().served(0), Judgement(wake_at=moment(0.5).awake), False),
        (Tale().served(0), Judgement(wake_at=moment(15).awake), True),
    ],
)
def test_when_a_single_look_is_over(tale: Tale, judgement: Judgement, over: bool) -> None:  # noqa: FBT001 - a table's column
    """Enough is known, the rules want to see no more, and waiting half a second would tell nothing."""
    assert conclusive(tale.state, judgement, tale.now) is over
