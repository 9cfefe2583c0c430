"""What sessions and watchers need of the daemon: its features, and the programs that it runs."""

from collections.abc import Mapping

from coven_watchdog.catalogue.entry import Advice, Entry
from coven_watchdog.model.words import Effect, Form, Kind, Severity

NEEDS: Mapping[Kind, Entry] = {
    Kind.CAPABILITY_MISSING: Entry(
        "Coven offers less than before",
        "a feature is gone, or an answer has another shape",
        "What rests on it is not watched, or does not work, until the older of Coven and the watchdog is updated.",
        Severity.OFF,
        form=Form.EVENT,
        advice=(Advice("coven-watchdog --version", Effect.READS, "Compare the versions, then update the older side"),),
    ),
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
