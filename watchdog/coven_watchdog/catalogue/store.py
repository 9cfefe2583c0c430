"""The ledger, and who writes to it."""

from collections.abc import Mapping

from coven_watchdog.catalogue.entry import Advice, Entry
from coven_watchdog.model.time import MINUTE, SECOND
from coven_watchdog.model.words import Effect, Form, Kind, Severity

STORE: Mapping[Kind, Entry] = {
    Kind.STORE_BROKEN: Entry(
        "Coven's ledger is broken",
        "health says ok, sessions cannot be listed",
        "The ledger cannot be read: sessions are neither listed nor recorded, and a start may come to nothing, while health goes on saying ok.",
        Severity.CRITICAL,
        advice=(Advice("tail -n 60 {log}", Effect.READS, "Read its log before anything restarts"),),
        ending=("ledger not readable", "Coven's ledger works again"),
    ),
    Kind.STORE_LOW_DISK: Entry(
        "Coven's disk is almost full",
        "less than 1 GiB is free where the ledger is",
        "When the disk is full, Coven loses the ends of sessions, until it is restarted.",
        Severity.WARNING,
        patience=10 * SECOND,
        advice=(Advice("df -h {home}", Effect.READS, "See what is free, and make room"),),
        ending=("disk almost full", "Coven's disk has room again"),
    ),
    Kind.STORE_DEGRADED: Entry(
        "Coven's ledger needs care",
        "its maintenance is blocked, fails or is overdue",
        "Old events are not removed and the write-ahead log is not folded in, so the ledger grows and slows down.",
        Severity.WARNING,
        patience=3 * MINUTE,
        advice=(Advice("tail -n 60 {log}", Effect.READS, "Read why its maintenance fails"),),
        ending=("ledger without maintenance", "Coven's ledger is looked after again"),
    ),
    Kind.EVENT_WRITER_FAILED: Entry(
        "Coven loses the ends of sessions",
        "its event writer has failed",
        "Nothing that sessions print or how they end is recorded any more, until the daemon is restarted: running rows may be stale.",
        Severity.CRITICAL,
        advice=(Advice("coven daemon restart", Effect.ENDS_SESSIONS, "Let the sessions finish, then restart it"),),
        ending=("event writer failed", "Coven records sessions again"),
    ),
    Kind.EVENT_WRITER_PRESSURED: Entry(
        "Coven dropped output of sessions",
        "more was printed than could be recorded",
        "The recorded output of sessions has gaps; the sessions themselves go on.",
        Severity.OFF,
        form=Form.EVENT,
        advice=(Advice("coven-watchdog check", Effect.READS, "See how much was dropped"),),
    ),
}
