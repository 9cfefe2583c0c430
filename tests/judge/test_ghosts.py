"""Rows that say running with nothing behind them."""

from dataclasses import replace
from typing import Any

import pytest

from coven_watchdog.model.facts import EventWriter, SessionRow, SessionSeen, Slept
from coven_watchdog.model.processes import HarnessSought, Traces
from coven_watchdog.model.time import SECOND
from coven_watchdog.model.words import Basis, Look, Outcome, Owner, ProcessState, Severity
from tale import GOOD, HOME, NEXT, Tale, moment, row

NOTHING = Traces(children=0, terminals=0, runs=0, leases=0)
TOLD = ("session.ghost",)


def sought(tale: Tale, second: float, name: str = "s1", **traces: Any) -> Tale:  # noqa: ANN401 - any field of the traces
    """A look for the session's process came to its end."""
    return tale.see(second, HarnessSought(HOME, tale.now, name, traces=replace(NOTHING, **traces)))


def asked(tale: Tale, second: float, found: SessionRow | None) -> Tale:
    """Its row was asked for by id."""
    return tale.see(second, SessionSeen(HOME, tale.now, "s1", found))


def vacant(*rows: SessionRow, until: int = 130, **traces: Any) -> Tale:  # noqa: ANN401 - any field of the traces
    """Nothing was found at second 0 and each ten seconds after; then the row was read once more."""
    tale = Tale().served(0, *(rows or (row(),)))
    for second in range(0, until, 10):
        sought(tale, second, **traces)

    return asked(tale, until - 9, rows[0] if rows else row())


def test_a_row_with_nothing_behind_it() -> None:
    """Told after two minutes, by what was read twice; it says what clears it, and what that costs."""
    tale = vacant(row(), row("s2")).harness(121.5, "s2", 50)
    assert tale.presents == TOLD
    verdict = tale.verdict("session.ghost")
    assert (verdict.subject, verdict.severity, verdict.fact_at) == ("session:s1", Severity.WARNING, moment(0).wall)
    assert [witness.basis for witness in verdict.witnesses] == [Basis.CONTRACT, Basis.INTERNAL]
    assert "restart of the daemon clears the row, which ends 1 live session" in verdict.facts.detail
    assert "no live session is there to lose" in vacant().verdict("session.ghost").facts.detail
    assert (
        "2 live sessions"
        in tale.listed(122, row(), row("s2"), row("s3")).harness(122, "s3", 51).verdict("session.ghost").facts.detail
    )


def test_not_before_its_time() -> None:
    """It waits for `ghost_after`; then both witnesses are asked once more, and must agree."""
    tale = sought(Tale().served(0, row()), 0)
    assert (tale.presents, tale.judgement.wake_at) == ((), moment(120).awake)
    sought(tale, 100).wait(120)
    assert tale.looks == (Look.HARNESS, Look.SESSION)
    assert not tale.presents
    assert [request.subject for request in tale.judgement.looks] == ["s1", "s1"]
    assert sought(tale, 120.1).looks == (Look.SESSION,)
    assert asked(tale, 120.2, row()).presents == TOLD


def test_a_look_that_is_old_is_made_again() -> None:
    """What was seen two minutes ago accuses nobody."""
    tale = vacant(until=130).health(230)
    assert (tale.presents, tale.looks) == ((), (Look.HARNESS,))


@pytest.mark.parametrize(
    "traces",
    [
        *({"children": 1}, {"terminals": 1}, {"runs": 2}, {"leases": 1}),
        *({"children": None}, {"terminals": None}, {"runs": None}),
    ],
)
def test_what_may_be_its_process_leaves_it_unknown(traces: dict[str, Any]) -> None:
    """Also what cannot be known here: a rule that does not know says nothing."""
    tale = vacant(**traces)
    assert (tale.presents, tale.looks) == ((), ())
    assert "session.ghost" not in tale.clears


def test_without_a_repository_there_are_no_leases() -> None:
    """Then the rest has to do."""
    assert vacant(leases=None).presents == TOLD


def test_a_lease_only_makes_it_wait() -> None:
    """It lasts longer than its holder: the time runs meanwhile."""
    tale = Tale().served(0, row())
    for second in range(0, 121, 10):
        sought(tale, second, leases=1)

    assert not tale.presents
    asked(sought(tale, 125), 126, row())
    assert tale.presents == TOLD
    assert tale.verdict("session.ghost").fact_at == moment(0).wall


def test_a_coven_run_is_an_info() -> None:
    """Known by its process, which was seen, or by the lease that it left."""
    assert vacant(left_lease=True).verdict("session.ghost").severity is Severity.INFO
    tale = Tale().served(-5, row()).harness(-4, "s1", 50, Owner.COVEN_RUN).harness_ended(-1, "s1", 50)
    for second in range(0, 121, 10):
        sought(tale, second)

    verdict = asked(sought(tale, 121), 121, row()).verdict("session.ghost")
    assert (verdict.severity, verdict.fact_at) == (Severity.INFO, moment(-1).wall)
    assert "`coven run`" in verdict.facts.detail


@pytest.mark.parametrize(
    "found", [row(external=True), row(status="idle"), row(status="created"), row(status="active"), row(status="new-word")]
)
def test_rows_without_a_process_of_their_own(found: SessionRow) -> None:
    """External and idle ones have none by design, nor has what has not begun."""
    assert vacant(found).presents == ()


def test_a_process_that_is_found_clears_it() -> None:
    """It was there all the time, somewhere else."""
    tale = vacant().harness(131, "s1", 50)
    assert tale.presents == ()
    assert "session.ghost" in tale.clears
    assert tale.state.live["s1"].vacant is None
    assert tale.see(132, HarnessSought(HOME, tale.now, "s1", ProcessState.ALIVE)).state.live["s1"].sought is None


def test_an_end_clears_it() -> None:
    """Coven has noticed; or a restart has cleared the row, which is no news then, nor a loss."""
    tale = vacant().listed(131, row("s1", "failed", ended=131, exit_code=3)).exit_read(131)
    assert tale.presents == ("session.failed",)
    assert "session.ghost" in tale.clears
    tale = vacant().ended(131).files(131).daemon(132, NEXT).health(132).listed(133, row("s1", "orphaned", ended=132))
    assert "session.orphaned" not in tale.presents
    assert not tale.verdict("daemon.restarted").facts.lost
    assert "session.ghost" in tale.clears


def test_a_young_row_may_not_have_its_process_yet() -> None:
    """Five seconds are left to it."""
    tale = sought(Tale().served(0, row(began=-1)), 0)
    assert (tale.presents, tale.looks, tale.judgement.wake_at) == ((), (), moment(4).awake)


def test_a_row_of_the_future() -> None:
    """A clock that was set back does not make it wait for ever."""
    tale = sought(Tale().served(0, row(began=500)), 0)
    assert tale.judgement.wake_at == moment(5).awake


def test_one_that_was_never_looked_for_is() -> None:
    """By a look; nothing is said before."""
    tale = Tale().served(0, row())
    assert (tale.presents, tale.looks) == ((), (Look.HARNESS,))
    assert tale.see(1, HarnessSought(HOME, tale.now, "s1")).looks == ()


@pytest.mark.parametrize("state", ["failed"])
def test_never_while_ends_are_lost(state: str) -> None:
    """With a failed event writer, rows are known to be stale: that is told, not each of them."""
    tale = vacant().health(131, health=replace(GOOD, event_writer=EventWriter(state)))
    assert "session.ghost" not in tale.presents
    assert vacant().health(131, health=replace(GOOD, event_writer=EventWriter("pressured"))).presents[:1] == TOLD


def test_only_where_it_is_known_what_to_look_for() -> None:
    """Another version of Coven may keep its sessions elsewhere."""
    assert vacant().health(131, health=replace(GOOD, coven_version="9.9.9", tested=False)).presents == ()


def test_not_while_the_daemon_does_not_answer() -> None:
    """Nor right after a sleep, nor without a daemon."""
    assert "session.ghost" not in vacant().health(131, Outcome.TIMED_OUT).presents
    tale = vacant()
    assert tale.see(131, Slept(HOME, tale.now, 0)).presents == ()
    assert "session.ghost" not in vacant().ended(131).presents
    assert "session.ghost" not in Tale().files(0).daemon(0).listed(0, row()).presents


def test_what_nobody_saw_does_not_count() -> None:
    """After a gap between looks the time begins anew."""
    tale = vacant(until=60)
    sought(tale, 181 + 60)
    assert tale.state.live["s1"].vacant == moment(241)
    assert tale.judgement.wake_at == moment(241).awake + 120 * SECOND
