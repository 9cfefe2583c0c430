"""What a daemon does not offer any more, and what of its answers is not understood."""

from dataclasses import replace

import pytest

from coven_watchdog.model.facts import SessionsListed
from coven_watchdog.model.words import Outcome, Severity
from tale import DAEMON, GOOD, HOME, Tale, row

MISSING = "capability.missing"


@pytest.mark.parametrize("part", ["covenVersion", "daemon", "eventWriter", "storage"])
def test_a_part_of_another_shape_is_told(part: str) -> None:
    """With a warning, for something is not watched any more; the same each time, so once for each version."""
    tale = Tale().served(0).health(1, health=replace(GOOD, strange=(part,)))
    verdict = tale.verdict(MISSING)
    assert (verdict.subject, verdict.severity, verdict.occurrence) == (f"capability:{part}", Severity.WARNING, "shape:0.4.6")
    assert part in verdict.facts.detail
    assert tale.health(100, health=replace(GOOD, strange=(part,))).verdict(MISSING).occurrence == verdict.occurrence
    assert MISSING not in tale.health(101).presents


def test_rows_of_another_shape_are_told() -> None:
    """The others are watched; a session list that is not understood at all is no broken ledger."""
    tale = Tale().served(0).see(1, SessionsListed(HOME, Tale().now, (row(),), complete=True, identity=DAEMON, unread=3))
    assert "3 rows" in tale.verdict(MISSING).facts.detail
    assert tale.listed(2).presents == ()
    tale.listing_failed(3, Outcome.NOT_CONTRACT).health(3.5)
    assert tale.presents == ()
    tale.listing_failed(5, Outcome.NOT_CONTRACT).health(6)
    assert tale.verdict(MISSING).subject == "capability:sessions"


def test_a_feature_that_is_gone_is_noted() -> None:
    """Off: recorded, never told; once, and not for ever."""
    more = replace(GOOD, capabilities={**GOOD.capabilities, "travel": True})
    tale = Tale().served(0).health(1, health=more).health(2, health=replace(GOOD, coven_version="0.5.0"))
    verdict = tale.verdict(MISSING)
    assert (verdict.subject, verdict.severity, verdict.occurrence) == ("capability:travel", Severity.OFF, "gone:0.5.0")
    assert tale.wait(70).presents == ()


def test_while_it_does_not_answer_nothing_is_said() -> None:
    """Nor of no daemon at all."""
    assert MISSING not in Tale().files(0).presents
    assert (
        MISSING not in Tale().served(0).health(1, health=replace(GOOD, strange=("storage",))).health(2, Outcome.RESET).presents
    )
