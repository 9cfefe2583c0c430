"""The daemon of a home."""

from collections.abc import Mapping

from coven_watchdog.catalogue.entry import Advice, Entry
from coven_watchdog.model.time import SECOND
from coven_watchdog.model.words import Effect, Form, Kind, Severity

_START = Advice("coven daemon start", Effect.STARTS, "Start it again")
_RESTART = Advice("coven daemon restart", Effect.ENDS_SESSIONS, "Restart it")
_CHECK = Advice("coven-watchdog check", Effect.READS, "Look again")

DAEMON: Mapping[Kind, Entry] = {
    Kind.DAEMON_IMPOSTOR: Entry(
        "A stranger answers for Coven",
        "another process answers on the socket",
        "Whoever answers on Coven's socket is not the daemon that holds this home's lock. Do not send it prompts.",
        Severity.CRITICAL,
        patience=5 * SECOND,
        advice=(
            Advice("ps -f -p {peer}", Effect.READS, "Send it no prompts. See who answers"),
            Advice("coven-watchdog check", Effect.READS, "Send it no prompts. Look again"),
        ),
        ending=("a stranger answered", "Coven answers for itself again"),
    ),
    Kind.DAEMON_DUPLICATE: Entry(
        "Two Covens on one home",
        "two daemons hold the lock of one home",
        "Two daemons write the same ledger: the lock, or the whole home, was deleted under the first. Only one can be reached, and it calls "
        "the other's sessions orphaned.",
        Severity.CRITICAL,
        advice=(Advice("kill {pid}", Effect.ENDS_SESSIONS, "End the one that nobody reaches"),),
        ending=("two daemons", "One Coven serves again"),
    ),
    Kind.DAEMON_RESTART_LOOP: Entry(
        "Coven restarts in a loop",
        "the daemon was started again and again",
        "The daemon came back three times within ten minutes. Each restart ends the live sessions.",
        Severity.CRITICAL,
        advice=(Advice("tail -n 60 {log}", Effect.READS, "Read why it ends"),),
        ending=("restarted in a loop", "Coven runs steadily again"),
    ),
    Kind.DAEMON_CRASHED: Entry(
        "Coven crashed",
        "connection refused; the socket file is still there",
        "The daemon's process is gone without a clean stop. Its sessions ended with it.",
        Severity.CRITICAL,
        by_sessions=True,
        inhibits=True,
        advice=(_START,),
        ending=("crashed", "Coven is back"),
    ),
    Kind.DAEMON_START_FAILED: Entry(
        "Coven did not start",
        "a start was tried and came to nothing",
        "A daemon was started and ended before it served. `coven daemon start` only says that it timed out; the log tells how far it came, and "
        "a start in the foreground says why.",
        Severity.CRITICAL,
        by_sessions=True,
        inhibits=True,
        advice=(
            Advice("coven daemon serve", Effect.STARTS, "See why: start it in the foreground"),
            Advice("tail -n 60 {log}", Effect.READS, "Read how far it came"),
        ),
        ending=("a start came to nothing", "Coven is back"),
    ),
    Kind.DAEMON_SOCKET_LOST: Entry(
        "Coven cannot be reached",
        "no socket, though the daemon lives",
        "The daemon runs, but its socket is gone and it never makes a new one: only ending it by pid helps.",
        Severity.CRITICAL,
        by_sessions=True,
        inhibits=True,
        advice=(Advice("kill {pid}", Effect.ENDS_SESSIONS, "End it, then start it again"),),
        ending=("out of reach", "Coven is back"),
    ),
    Kind.DAEMON_UNRESPONSIVE: Entry(
        "Coven hangs",
        "requests time out",
        "The daemon's process lives and does not answer.",
        Severity.CRITICAL,
        by_sessions=True,
        inhibits=True,
        advice=(_CHECK, Advice("kill -9 {pid}", Effect.ENDS_SESSIONS, "If it stays so, end it and start it again")),
        ending=("hung", "Coven is back"),
    ),
    Kind.DAEMON_UNHEALTHY: Entry(
        "Coven is unhealthy",
        "it answers, but with errors or not its contract",
        "The daemon answers, and the answer says or shows that it does not work.",
        Severity.CRITICAL,
        by_sessions=True,
        inhibits=True,
        advice=(Advice("tail -n 60 {log}", Effect.READS, "Read its log"), _RESTART),
        ending=("unhealthy", "Coven is back"),
    ),
    Kind.DAEMON_STOPPED: Entry(
        "Coven is stopped",
        "no socket and no process",
        "The daemon ended cleanly and was not started again.",
        Severity.INFO,
        patience="stopped_grace",
        inhibits=True,
        advice=(_START,),
        ending=("stopped", "Coven is back"),
    ),
    Kind.DAEMON_INCOMPATIBLE: Entry(
        "Coven speaks another version",
        "unsupported API version",
        "The daemon's contract is not the one this watchdog knows; what can still be judged, is.",
        Severity.WARNING,
        advice=(Advice("coven-watchdog --version", Effect.READS, "Compare the versions, then update the older side"),),
        ending=("another version", "Coven is understood again"),
    ),
    Kind.DAEMON_RECORD_INVALID: Entry(
        "Coven's daemon.json misleads",
        "start, stop and restart refuse, or daemon.json is damaged",
        "daemon.json names a process that is not the daemon, so Coven's own commands refuse to work; or it is no record at all.",
        Severity.WARNING,
        patience=5 * SECOND,
        advice=(Advice("rm {record}", Effect.DESTROYS_EVIDENCE, "Remove it (safe: it is made anew), then start"),),
        ending=("misleading daemon.json", "Coven's daemon.json is right again"),
    ),
    Kind.DAEMON_OUTDATED: Entry(
        "Coven's program was replaced",
        "the daemon runs on from a file that was replaced",
        "The program that the daemon was started from was replaced or removed, most often by an upgrade. It takes the new one at its next start.",
        Severity.OFF,
        advice=(Advice("coven daemon restart", Effect.ENDS_SESSIONS, "Let its sessions finish, then restart it"),),
        ending=("program replaced", "Coven runs what is installed"),
    ),
    Kind.DAEMON_RESTARTED: Entry(
        "Coven was restarted",
        "another daemon serves this home",
        "A new daemon took over.",
        Severity.INFO,
        form=Form.EVENT,
    ),
}
