"""Two daemons on one home."""

from dataclasses import replace

from coven_watchdog.model.words import Look, Severity
from tale import DAEMON, GOOD, NEXT, Tale, row


def two(tale: Tale, second: float = 10) -> Tale:
    """The lock is deleted under the first, and a second one serves."""
    tale.files(second).lock(second, DAEMON, NEXT).daemon(second, NEXT, age=0)
    return tale.lock(second + 0.01, DAEMON, NEXT).health(second + 0.1, peer=NEXT)


def test_one_owner_is_as_it_should_be() -> None:
    """Without a lock table, or before it was read, nothing is known."""
    assert "daemon.duplicate" in Tale().served(0).clears
    assert "daemon.duplicate" not in Tale().files(0).clears
    assert "daemon.duplicate" not in Tale().files(0).lock(0, knowable=False).clears


def test_two_owners_are_looked_at_again() -> None:
    """One look may have come in the middle of something."""
    tale = two(Tale().served(0))
    assert "daemon.duplicate" not in {*tale.presents, *tale.clears}
    assert Look.DAEMON in tale.wait(10.3).looks
    assert "daemon.duplicate" in tale.lock(10.31, NEXT).clears


def test_two_owners_seen_twice_are_two_daemons() -> None:
    """The one that nobody reaches is named, with what it runs; nobody calls that a restart."""
    tale = (
        two(Tale().served(0, row("a"), row("ext", external=True)))
        .lock(10.3, DAEMON, NEXT)
        .listed(10.4, row("a", "orphaned", ended=10))
    )
    verdict = tale.verdict("daemon.duplicate")
    assert (verdict.subject, verdict.severity, verdict.facts.pid) == ("daemon", Severity.CRITICAL, DAEMON.pid)
    assert verdict.facts.detail == "process 200 answers; process 100 lives on out of reach"
    assert [session.id for session in verdict.facts.sessions] == ["a"]
    assert [one.source for one in verdict.witnesses] == ["lock", "socket"]
    assert tale.presents == ("daemon.duplicate",)
    assert Look.DAEMON not in tale.looks
    assert Look.DAEMON in tale.wait(11.4).looks


def test_it_is_over_when_one_has_ended() -> None:
    """What the first one's end has cost is known by then."""
    tale = two(Tale().served(0, row("a"))).lock(10.3, DAEMON, NEXT).listed(10.4, row("a", "orphaned", ended=10), identity=NEXT)
    tale.lock(20, NEXT)
    assert "daemon.duplicate" in tale.clears


def test_the_one_that_was_there_may_be_the_one_that_answers() -> None:
    """Then the other one is the one to end."""
    tale = Tale().served(0).lock(10, DAEMON, NEXT).lock(10.3, DAEMON, NEXT)
    assert tale.verdict("daemon.duplicate").facts.pid == NEXT.pid
    assert tale.verdict("daemon.duplicate").facts.sessions == ()


def test_of_an_untried_version_nothing_is_known() -> None:
    """The lock is an internal of Coven."""
    tale = Tale().served(0).lock(10, DAEMON, NEXT).lock(10.3, DAEMON, NEXT)
    tale.health(10.4, health=replace(GOOD, coven_version="0.9.0", tested=False))
    assert "daemon.duplicate" not in {*tale.presents, *tale.clears}
