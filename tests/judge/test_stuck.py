"""Rows that were created to be started, and were not."""

from dataclasses import replace
from typing import Any

import pytest

from coven_watchdog.model.facts import EventsSeen, EventWriter, Identity, SessionSeen
from coven_watchdog.model.processes import HarnessSought
from coven_watchdog.model.time import MINUTE
from coven_watchdog.model.words import Basis, Look, ProcessState, Severity
from coven_watchdog.settings import Duration, Sessions, Settings
from tale import GOOD, HOME, Tale, moment, row

STUCK = "session.stuck"
RUN = Identity(70, 3)
OWN = Settings(homes=(HOME,), sessions=Sessions(own_terminal=True))


def created(second: float = 10, settings: Settings | None = None, **more: Any) -> Tale:  # noqa: ANN401 - any field of a row
    """A row that says created since second 0."""
    return Tale(settings).served(0, row("s1", "created", began=0, **more)).wait(second).health(second)


def sought(tale: Tale, second: float, starter: Identity | None = RUN, **more: Any) -> Tale:  # noqa: ANN401 - any field of the look
    """A look for the `coven run` that is to start it."""
    more = {"state": ProcessState.ALIVE if starter else None} | more
    return tale.see(second, HarnessSought(HOME, tale.now, "s1", starter=starter, **more))


def read(tale: Tale, second: float, status: str = "created", **more: Any) -> Tale:  # noqa: ANN401 - any field of a row
    """The row was asked for by its id."""
    tale.health(second)
    return tale.see(second, SessionSeen(HOME, tale.now, "s1", row("s1", status, began=0, **more)))


def hanging(settings: Settings | None = None, **more: Any) -> Tale:  # noqa: ANN401 - any field of the look
    """A `coven run` that was seen early, and again after five minutes; then the row was read once more."""
    tale = sought(created(settings=settings), 10, **more)
    return read(sought(tale, 301, **more), 302)


def test_one_that_is_only_noted_down() -> None:
    """`coven run --detach` leaves a row and no process: one look, and then it is left alone however long it waits."""
    tale = created(4)
    assert (tale.looks, tale.judgement.wake_at) == ((), moment(5).awake)
    assert tale.wait(5).looks == (Look.HARNESS,)
    sought(tale, 5.1, None)
    for second in (6, 300, 500):
        tale.wait(second).health(second)
        assert (tale.presents, tale.looks) == ((), ())

    assert STUCK not in tale.clears


def test_a_run_that_does_not_start_it() -> None:
    """After five minutes both are looked at once more; then it is told by two witnesses, with what Coven will do."""
    tale = sought(created(), 10)
    assert (tale.presents, tale.looks, tale.judgement.wake_at) == ((), (), moment(300).awake)
    assert tale.wait(300).looks == (Look.HARNESS, Look.SESSION)
    assert sought(tale, 301).looks == (Look.SESSION,)
    read(tale, 302)
    assert (tale.presents, tale.looks) == ((STUCK,), ())
    verdict = tale.verdict(STUCK)
    assert (verdict.subject, verdict.severity, verdict.fact_at) == ("session:s1", Severity.INFO, moment(0).wall)
    assert [witness.basis for witness in verdict.witnesses] == [Basis.CONTRACT, Basis.INTERNAL]
    assert "process 70, is there and has started nothing; Coven gives it up" in verdict.facts.detail
    assert verdict.facts.identity == RUN


def test_what_became_of_the_run() -> None:
    """A signal stopped it, or it is gone and left the row behind."""
    assert "was stopped by a signal" in hanging(state=ProcessState.STOPPED).verdict(STUCK).facts.detail
    assert "is gone and has started nothing" in sought(hanging(), 310, None).verdict(STUCK).facts.detail


def test_a_look_that_is_old_is_made_again() -> None:
    """While it lasts, each 90 s."""
    tale = hanging().wait(400).health(400)
    assert (tale.presents, tale.looks) == ((), (Look.HARNESS,))
    assert sought(tale, 401).presents == (STUCK,)


def test_in_somebodys_own_terminal() -> None:
    """Who sits there sees it; told only to whom wants that."""
    tale = sought(created(), 10, terminal=True).wait(300)
    assert (tale.presents, tale.looks) == ((), ())
    assert hanging(OWN, terminal=True).presents == (STUCK,)


def test_a_launch_that_coven_promised() -> None:
    """It needs no process for a witness, on any version: such a row is none of those that wait by design."""
    tale = created(adopted=True).health(10, health=replace(GOOD, tested=False))
    assert (tale.looks, tale.judgement.wake_at) == ((), moment(300).awake)
    tale.wait(300)
    assert tale.looks == (Look.SESSION,)
    tale.health(301, health=replace(GOOD, tested=False))
    tale.see(302, SessionSeen(HOME, tale.now, "s1", row("s1", "created", began=0, adopted=True)))
    assert tale.presents == (STUCK,)
    assert not tale.looks
    assert "does not give it up" in tale.verdict(STUCK).facts.detail


def test_it_starts_after_all() -> None:
    """Then it is over."""
    tale = read(hanging(), 310, "running")
    assert STUCK not in tale.presents
    assert STUCK in tale.clears


def given_up(tale: Tale) -> Tale:
    """Coven marks it as failed, without a word of why."""
    tale.listed(667, row("s1", "failed", began=0, ended=667))
    return tale.see(668, EventsSeen(HOME, tale.now, "s1", any=False))


def test_coven_gives_it_up() -> None:
    """Then it is over, and a launch that failed; not so what was only noted down, nor what somebody sees in the own terminal."""
    tale = given_up(hanging())
    assert tale.presents == ("session.launch_failed",)
    assert STUCK in tale.clears
    assert "given it up" in tale.verdict("session.launch_failed").facts.detail
    for other in (sought(created(), 10, None), sought(created(), 10, terminal=True)):
        assert given_up(other).presents == ()


def test_a_clock_that_was_set_back() -> None:
    """A row of the future waits no longer than a young one."""
    assert Tale().served(0, row("s1", "created", began=500)).judgement.wake_at == moment(5).awake


@pytest.mark.parametrize("health", [replace(GOOD, event_writer=EventWriter("failed")), replace(GOOD, tested=False)])
def test_where_nothing_is_known(health: Any) -> None:  # noqa: ANN401 - an answer
    """Rows may be stale, or another version of Coven may start its sessions in another way: not even a look."""
    tale = created().health(20, health=health)
    assert STUCK not in tale.presents
    assert tale.looks == ()


def test_the_patience_can_be_chosen() -> None:
    """As the other ones of sessions."""
    tale = created(settings=Settings(homes=(HOME,), sessions=Sessions(stuck_after=Duration(MINUTE))))
    assert sought(tale, 10).judgement.wake_at == moment(60).awake
