"""The watchdog's own troubles."""

from coven_watchdog.model.facts import OwnTrouble, SourceFailed, SourceWorks
from coven_watchdog.model.words import Outcome
from tale import HOME, Tale


def test_blind_by_files_or_by_connection() -> None:
    """A home that cannot be examined, or a socket that may not be connected to."""
    assert Tale().files(0, directory=None, error="permission denied").presents == ("watchdog.blind",)
    assert "watchdog.blind" in Tale().served(0).health(1, Outcome.FORBIDDEN).presents
    assert "watchdog.blind" in Tale().files(0).clears


def test_a_source_may_stumble_once() -> None:
    """The second failure in a row is told; it clears when the source works."""
    tale = Tale().files(0).see(1, SourceFailed(HOME, Tale().now, "files", "boom", 1))
    assert tale.presents == ()

    tale.see(2, SourceFailed(HOME, tale.now, "files", "boom", 2))
    assert tale.verdict("watchdog.source_failed").subject == "self:source.files"

    assert "watchdog.source_failed" in tale.see(3, SourceWorks(HOME, tale.now, "files")).clears


def test_troubles_by_topic() -> None:
    """Channel, configuration and store each have their kind, and each clears."""
    topics = {
        "channel:desk": "watchdog.channel_failing",
        "self:config": "watchdog.config_invalid",
        "self:store": "watchdog.store_damaged",
    }
    for topic, kind in topics.items():
        tale = Tale().see(1, OwnTrouble(HOME, Tale().now, topic, "it does not work"))
        assert (tale.presents, tale.verdict(kind).subject) == ((kind,), topic)

        assert kind in tale.see(2, OwnTrouble(HOME, tale.now, topic, None)).clears
