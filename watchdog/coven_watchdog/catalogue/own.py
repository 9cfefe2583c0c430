"""The watchdog's own troubles."""

from collections.abc import Mapping

from coven_watchdog.catalogue.entry import Advice, Entry
from coven_watchdog.model.time import SECOND
from coven_watchdog.model.words import Effect, Kind, Severity

_STATUS = Advice("coven-watchdog status", Effect.READS, "See what it can still watch")

OWN: Mapping[Kind, Entry] = {
    Kind.WATCHDOG_STORE_DAMAGED: Entry(
        "The watchdog cannot record",
        "its own database is damaged or cannot be written",
        "It still watches and tells, but what it tells is not recorded until the disk is well again.",
        Severity.WARNING,
        advice=(_STATUS,),
        ending=("nothing recorded", "The watchdog records again"),
    ),
    Kind.WATCHDOG_BLIND: Entry(
        "The watchdog cannot see Coven",
        "a home cannot be observed",
        "It may not look at this home, so it cannot say whether Coven is well.",
        Severity.WARNING,
        patience=5 * SECOND,
        advice=(_STATUS,),
        ending=("could not look", "The watchdog sees Coven again"),
    ),
    Kind.WATCHDOG_CHANNEL_FAILING: Entry(
        "A channel does not deliver",
        "messages are not accepted",
        "What should be told there is kept and tried again; it may not reach you.",
        Severity.WARNING,
        advice=(Advice("coven-watchdog notify log --failed", Effect.READS, "See what failed"),),
        ending=("did not deliver", "A channel delivers again"),
    ),
    Kind.WATCHDOG_CONFIG_INVALID: Entry(
        "The watchdog's config is invalid",
        "an edited configuration was not taken",
        "The configuration that ran before stays in force.",
        Severity.WARNING,
        advice=(Advice("coven-watchdog config validate", Effect.READS, "See what is wrong"),),
        ending=("edited configuration not taken", "The watchdog's config is valid again"),
    ),
    Kind.WATCHDOG_SOURCE_FAILED: Entry(
        "A part of the watchdog fails",
        "a source of facts raises errors",
        "One of its sources fails and is restarted again and again: it sees less than it should.",
        Severity.WARNING,
        advice=(_STATUS,),
        ending=("one of its sources failed", "All of the watchdog works again"),
    ),
    Kind.WATCHDOG_RULE_FAILED: Entry(
        "The watchdog cannot judge something",
        "a rule raises errors",
        "One of its rules fails on what it saw; the other rules go on.",
        Severity.WARNING,
        advice=(_STATUS,),
        ending=("one of its rules failed", "The watchdog can judge again"),
    ),
}
