"""The ledger can be read, or it cannot."""

from coven_watchdog.model.words import Look, Outcome
from tale import Tale


def test_a_listing_clears() -> None:
    """It was read."""
    assert "store.broken" in Tale().served(0).clears


def test_unread_is_unknown() -> None:
    """Never listed, never failed."""
    assert "store.broken" not in Tale().files(0).clears


def test_two_failures_beside_good_health_are_broken() -> None:
    """One may be a passing lock; the second, a second later, is not."""
    tale = Tale().served(0).health(9).listing_failed(10)
    assert (tale.presents, tale.looks) == ((), ())

    assert tale.wait(11.1).looks == (Look.SESSIONS,)
    assert tale.listing_failed(11.2).looks == (Look.HEALTH,)
    assert tale.presents == ()
    assert tale.health(11.3).presents == ("store.broken",)


def test_a_daemon_that_answers_nothing_well_any_more_is_not_a_broken_store() -> None:
    """The health that was good is from before the listings failed: asked again, it is bad too."""
    tale = Tale().served(0).health(9).listing_failed(10).listing_failed(11.2).health(11.3, Outcome.HTTP_ERROR)
    assert tale.presents == ()
    assert tale.health(11.6, Outcome.HTTP_ERROR).presents == ("daemon.unhealthy",)


def test_a_daemon_that_does_not_answer_has_its_own_story() -> None:
    """Without good health the store is not accused."""
    tale = Tale().served(0).health(9, Outcome.TIMED_OUT).listing_failed(10).listing_failed(12)

    assert tale.presents == ()


def test_a_refused_listing_does_not_accuse_the_store() -> None:
    """A connection that broke says nothing about the ledger."""
    tale = Tale().served(0).listing_failed(10, Outcome.RESET).listing_failed(12, Outcome.RESET)

    assert tale.presents == ()
