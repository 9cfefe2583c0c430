"""The home and its socket."""

from collections.abc import Mapping

from coven_watchdog.catalogue.entry import Advice, Entry
from coven_watchdog.model.time import SECOND
from coven_watchdog.model.words import Effect, Kind, Severity

HOME: Mapping[Kind, Entry] = {
    Kind.HOME_MISSING: Entry(
        "Coven's home is gone",
        "the directory does not exist any more",
        "A home that was there once is gone: its ledger and its sessions' history with it.",
        Severity.WARNING,
        patience=SECOND,
        inhibits=True,
        advice=(Advice("coven-watchdog doctor", Effect.READS, "See what is left: a daemon may live on without its home"),),
        ending=("home gone", "Coven's home is there again"),
    ),
    Kind.HOME_INSECURE: Entry(
        "Coven's home is not safe",
        "type, owner or mode of the home is wrong",
        "Others may read or replace what is in the home, so nothing is asked of this Coven until that is mended.",
        Severity.WARNING,
        ending=("home not safe", "Coven's home is safe again"),
    ),
    Kind.SOCKET_INSECURE: Entry(
        "Coven's socket is not safe",
        "type, owner or mode of the socket is wrong",
        "Others may talk to this daemon in your name, so nothing is asked of it until that is mended.",
        Severity.WARNING,
        ending=("socket not safe", "Coven's socket is safe again"),
    ),
}
