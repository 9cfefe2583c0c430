"""The ledger, and who writes to it."""

from collections.abc import Mapping

from coven_watchdog.catalogue.entry import Advice, Entry
from coven_watchdog.model.words import Effect, Kind, Severity

STORE: Mapping[Kind, Entry] = {
    Kind.STORE_BROKEN: Entry(
        "Coven's ledger is broken",
        "health says ok, sessions cannot be listed",
        "The daemon runs, but its ledger cannot be read: sessions are neither listed nor recorded.",
        Severity.CRITICAL,
        advice=(Advice("tail -n 60 {log}", Effect.READS, "Read its log before anything restarts"),),
        ending=("ledger not readable", "Coven's ledger works again"),
    ),
}
