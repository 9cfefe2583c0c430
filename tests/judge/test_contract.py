"""What a daemon does not offer any more, and what of its answers is not understood."""

from dataclasses import replace

import pytest

from coven_watchdog.model.facts import DaemonSeen, SessionsListed
from coven_watchdog.model.programs import Program
from coven_watchdog.model.words import Look, Outcome, Severity
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


def test_each_daemon_is_asked_once_for_its_adapters() -> None:
    """When its sessions are known; what it says is remembered, and what is missing afterwards is gone."""
    tale = Tale().files(0).lock(0, DAEMON).see(0, DaemonSeen(HOME, Tale().now, DAEMON, "coven")).health(1)
    assert Look.ADAPTERS not in tale.looks
    assert Look.ADAPTERS in tale.listed(1).looks
    tale.adapters(2, "coven.sessions", "coven.travel")
    assert Look.ADAPTERS not in tale.looks
    tale.adapters(3, "coven.sessions")
    verdict = tale.verdict(MISSING)
    assert (verdict.subject, verdict.severity, verdict.occurrence) == ("capability:coven.travel", Severity.OFF, "gone:0.4.6")
    assert "does not offer coven.travel" in verdict.facts.detail


def test_a_harness_that_was_configured_is_gone() -> None:
    """Its manifest was removed; a built-in one is not missed where nothing can be read."""
    own = Program("opencode", "opencode", used=False, found=True)
    built_in = Program("codex", "codex", used=False, found=True)
    tale = Tale().served(0).programs(1, built_in, own).programs(2)
    assert MISSING not in tale.presents
    assert tale.programs(3, built_in).verdict(MISSING).subject == "capability:opencode"
