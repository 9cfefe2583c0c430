"""Sessions that are over in the ledger while their process lives on."""

import pytest

from coven_watchdog.judge.look import look_of
from coven_watchdog.model.facts import ExitStatus, Identity
from coven_watchdog.model.processes import HarnessSought
from coven_watchdog.model.time import HOUR, SECOND
from coven_watchdog.model.words import Look, ProcessState
from tale import BOOT, HOME, NEXT, Tale, moment, row

SURVIVOR = "session.survivor"


def killed(status: str = "killed") -> Tale:
    """Ended in the ledger at second 10; its process was known."""
    return Tale().served(0, row()).harness(1, "s1", 50).listed(10, row("s1", status, ended=10))


def read(tale: Tale, second: float, state: ProcessState | None = ProcessState.ALIVE) -> Tale:
    """The process was read again."""
    return tale.see(second, HarnessSought(HOME, tale.now, "s1", state))


def test_a_process_that_outlives_its_session() -> None:
    """It has half a minute to end; then it is read once more, and told with its pid."""
    tale = killed()
    assert SURVIVOR not in tale.presents
    assert tale.judgement.wake_at == moment(40).awake
    assert tale.wait(40).looks == (Look.HARNESS,)
    read(tale, 40.1)
    assert tale.presents == (SURVIVOR,)
    verdict = tale.verdict(SURVIVOR)
    assert (verdict.subject, verdict.facts.pid, len(verdict.witnesses)) == ("session:s1", 50, 2)
    assert "killed, and process 50 lives on" in verdict.facts.detail
    assert "stopped" in read(tale, 41, ProcessState.STOPPED).verdict(SURVIVOR).facts.detail


def test_it_is_not_forgotten_while_it_lives() -> None:
    """An hour later it is still so; its end clears it."""
    tale = read(killed(), 41).wait(2 * HOUR / SECOND)
    assert tale.presents == (SURVIVOR,)
    tale.harness_ended(2 * HOUR / SECOND + 1, "s1", 50, ExitStatus(signal=9))
    assert SURVIVOR not in tale.presents
    assert SURVIVOR in tale.clears


def test_what_ended_in_time_is_none() -> None:
    """As most do."""
    tale = killed().harness_ended(11, "s1", 50).wait(45)
    assert SURVIVOR not in tale.presents
    assert SURVIVOR in tale.clears
    assert tale.looks == ()


@pytest.mark.parametrize("state", [None, ProcessState.ENDED])
def test_a_look_that_finds_nothing_says_nothing(state: ProcessState | None) -> None:
    """The kernel's own word on its end is on its way."""
    tale = read(killed(), 41, state)
    assert SURVIVOR not in tale.presents
    assert tale.looks == ()


def test_an_idle_session_may_keep_its_process() -> None:
    """Its turn is over, the session is not."""
    assert killed("idle").wait(60).looks == ()


def test_one_that_outlives_its_daemon() -> None:
    """It was lost with it, and works on without anybody to watch over it."""
    tale = Tale().served(0, row()).harness(1, "s1", 50).ended(10).files(10).daemon(11, NEXT).health(11)
    tale.listed(12, row("s1", "orphaned", ended=11))
    assert SURVIVOR in read(tale, 60).presents


def after_a_restart(boot: str = BOOT) -> Tale:
    """The run before told of it; this one begins."""
    tale = read(killed(), 41)
    look = look_of(tale.state, tale.judgement, tale.settings, tale.now, BOOT)
    again = Tale(remembered=look, boot=boot)
    return again.served(1, row("s1", "killed", ended=-10))


def test_the_next_run_looks_after_it() -> None:
    """The process is asked for at once and again later; it is not forgotten meanwhile, and its session is no news."""
    tale = after_a_restart()
    (request,) = tale.judgement.looks
    assert (request.look, request.subject, request.process) == (Look.HARNESS, "s1", Identity(50, 1))
    assert any("s1" in known for known in tale.judgement.followed)
    read(tale, 2)
    assert (tale.presents, tale.looks) == ((), ())
    assert tale.wait(30).looks == (Look.HARNESS,)
    assert read(tale, 31).presents == (SURVIVOR,)
    tale.harness_ended(40, "s1", 50)
    assert tale.presents == ()
    assert SURVIVOR in tale.clears


def test_it_ended_while_nobody_watched() -> None:
    """Its process is gone, or the whole machine was."""
    tale = after_a_restart().harness_ended(2, "s1", 50)
    assert SURVIVOR in tale.clears
    tale = after_a_restart("boot-two")
    assert (tale.presents, tale.looks) == ((), ())
    assert SURVIVOR in tale.clears


def test_an_orphan_that_lives_is_told_as_alive() -> None:
    """Coven says only that it lost it."""
    assert "still alive" in killed("orphaned").verdict("session.orphaned").facts.detail
    gone = Tale().served(0, row()).harness(1, "s1", 50).harness_ended(9, "s1", 50).listed(10, row("s1", "orphaned", ended=10))
    assert gone.verdict("session.orphaned").facts.detail == ""
