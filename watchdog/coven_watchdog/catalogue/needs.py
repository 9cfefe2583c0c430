"""What sessions need of the daemon: the programs that it runs for them."""

from collections.abc import Mapping

from coven_watchdog.catalogue.entry import Advice, Entry
from coven_watchdog.model.words import Effect, Kind, Severity

NEEDS: Mapping[Kind, Entry] = {
    Kind.HARNESS_MISSING: Entry(
        "Coven does not find a harness",
        "harness not found",
        "Coven starts a harness from the PATH that the daemon's process was started with. That one was too short: every launch fails.",
        Severity.WARNING,
        advice=(
            Advice(
                "coven daemon restart", Effect.ENDS_SESSIONS, "Once no session is live, restart it where the program is found"
            ),
        ),
        ending=("harness not found", "Coven finds its harness again"),
    ),
}
