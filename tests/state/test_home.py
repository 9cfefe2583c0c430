"""What is believed, as it begins, and the small questions that it answers about itself."""

from coven_watchdog.model.facts import ExitStatus
from coven_watchdog.model.words import Owner
from coven_watchdog.state import HomeState, LiveSession
from tale import BOOT, BOOTED, DAEMON, HOME, NEXT, Tale, looked, moment, row


def test_a_first_start_knows_nothing() -> None:
    """What ended before is old news, and the home has not been seen yet."""
    state = HomeState.new(HOME, moment(0), booted=BOOTED, boot=BOOT)

    assert (state.horizon, state.existed, state.baseline, state.sight) == (moment(0).wall, False, None, moment(0))


def test_a_later_start_goes_on_from_the_last_look() -> None:
    """News is what happened since; the home existed, and its old troubles were counted."""
    state = HomeState.new(HOME, moment(0), remembered=looked())

    assert (state.horizon, state.existed, state.baseline) == (moment(-30).wall, True, {})


def test_the_daemon_that_runs_and_the_one_before() -> None:
    """A daemon that ended is not the one that runs; the one before is the youngest of the past."""
    tale = Tale().served(0)
    assert tale.state.alive is tale.state.life
    assert tale.state.predecessor is None

    tale.ended(1, ExitStatus(code=0))
    assert tale.state.alive is None

    tale.daemon(2, NEXT)
    assert tale.state.predecessor is not None
    assert tale.state.predecessor.identity == DAEMON


def test_whose_session_it_is() -> None:
    """Coven's own, registered from outside, or of a `coven run`; and whether its process lives."""
    plain = LiveSession(row(), moment(0))
    outside = LiveSession(row(external=True), moment(0))
    tale = Tale().served(0, row()).harness(1, "s1", 50, Owner.COVEN_RUN)
    run = tale.state.live["s1"]

    assert [(s.own, s.by_coven_run, s.lives) for s in (plain, outside, run)] == [
        (True, False, False),
        (False, False, False),
        (False, True, True),
    ]
    assert not tale.harness_ended(2, "s1", 50).state.live["s1"].lives
