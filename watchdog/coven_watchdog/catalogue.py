"""The kinds: what each means, how loud it is, how long it must last, and what to do next. Data and look-ups only.

A rule says that a kind is present; this file says everything about the kind that does not depend on the case at hand.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from types import MappingProxyType

from coven_watchdog.model.time import SECOND
from coven_watchdog.model.words import Effect, Form, Kind, Severity


@dataclass(frozen=True, slots=True)
class Advice:
    """A command worth running next. `run` may hold {log}, {record}, {pid}, {id}, {short}, {harness}."""

    run: str
    effect: Effect
    why: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One kind. `patience`: µs it must last before it is told, or the name of the setting that says so.

    `by_sessions`: critical when sessions were live, when that is unknown, or under `expect = "running"`; else warning.
    """

    headline: str
    symptom: str
    meaning: str
    severity: Severity
    form: Form = Form.STATE
    patience: int | str = 0
    by_sessions: bool = False
    inhibits: bool = False
    """While it is open, the troubles of sessions, store and socket of that home are part of its story."""
    advice: tuple[Advice, ...] = ()
    ending: tuple[str, str] = ("", "")
    """States only: what it was, in a story that is over; the headline of its recovery."""


EFFECTS: Mapping[Effect, str] = MappingProxyType(
    {
        Effect.READS: "only reads",
        Effect.MENDS: "changes permissions only",
        Effect.STARTS: "starts it, ends nothing",
        Effect.ENDS_SESSIONS: "ends live sessions",
        Effect.DESTROYS_EVIDENCE: "removes evidence",
    }
)

_START = Advice("coven daemon start", Effect.STARTS, "Start it again")
_RESTART = Advice("coven daemon restart", Effect.ENDS_SESSIONS, "Restart it")
_CHECK = Advice("coven-watchdog check", Effect.READS, "Look again")
_STATUS = Advice("coven-watchdog status", Effect.READS, "See what it can still watch")
_SESSION_LOG = Advice("coven sessions log {short}", Effect.READS, "Read its output")
_CONTINUE = Advice("coven run {harness} --continue {id}", Effect.STARTS, "Go on with it, in its project")

CATALOGUE: Mapping[Kind, Entry] = MappingProxyType(
    {
        Kind.DAEMON_IMPOSTOR: Entry(
            "A stranger answers for Coven",
            "another process answers on the socket",
            "Whoever answers on Coven's socket is not the daemon that holds this home's lock. Do not send it prompts.",
            Severity.CRITICAL,
            patience=5 * SECOND,
            advice=(Advice("coven-watchdog check", Effect.READS, "Send it no prompts. See who answers"),),
            ending=("a stranger answered", "Coven answers for itself again"),
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
            "start, stop and restart refuse",
            "daemon.json names a process that is not the daemon, so Coven's own commands refuse to work.",
            Severity.WARNING,
            patience=5 * SECOND,
            advice=(Advice("rm {record}", Effect.DESTROYS_EVIDENCE, "Remove it (safe while no daemon runs), then start"),),
            ending=("misleading daemon.json", "Coven's daemon.json is right again"),
        ),
        Kind.DAEMON_RESTARTED: Entry(
            "Coven was restarted",
            "another daemon serves this home",
            "A new daemon took over.",
            Severity.INFO,
            form=Form.EVENT,
        ),
        Kind.HOME_MISSING: Entry(
            "Coven's home is gone",
            "the directory does not exist any more",
            "A home that was there once is gone: its ledger and its sessions' history with it.",
            Severity.WARNING,
            patience=SECOND,
            inhibits=True,
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
        Kind.STORE_BROKEN: Entry(
            "Coven's ledger is broken",
            "health says ok, sessions cannot be listed",
            "The daemon runs, but its ledger cannot be read: sessions are neither listed nor recorded.",
            Severity.CRITICAL,
            advice=(Advice("tail -n 60 {log}", Effect.READS, "Read its log before anything restarts"),),
            ending=("ledger not readable", "Coven's ledger works again"),
        ),
        Kind.SESSION_CRASHED: Entry(
            "A session crashed",
            "ended by a signal, or without an exit code",
            "The harness was ended from outside or broke.",
            Severity.WARNING,
            form=Form.EVENT,
            advice=(_SESSION_LOG, _CONTINUE),
        ),
        Kind.SESSION_FAILED: Entry(
            "A session failed",
            "ended with an exit code that is not 0",
            "The harness gave up by itself.",
            Severity.WARNING,
            form=Form.EVENT,
            advice=(_SESSION_LOG, _CONTINUE),
        ),
        Kind.SESSION_LAUNCH_FAILED: Entry(
            "A session never started",
            "failed at once, without any output",
            "The harness could not be started: most often it is not on the PATH of the daemon's process.",
            Severity.WARNING,
            form=Form.EVENT,
            advice=(Advice("coven sessions show {short}", Effect.READS, "Look at it"),),
        ),
        Kind.SESSION_ORPHANED: Entry(
            "A session lost its owner",
            "Coven no longer owns its process (orphaned)",
            "Coven no longer owns the session's process.",
            Severity.WARNING,
            form=Form.EVENT,
            advice=(_SESSION_LOG, _CONTINUE),
        ),
        Kind.SESSION_KILLED: Entry(
            "A session was killed",
            "killed through Coven",
            "Somebody ended it on purpose.",
            Severity.OFF,
            form=Form.EVENT,
            advice=(_SESSION_LOG,),
        ),
        Kind.SESSION_FINISHED: Entry(
            "A session finished",
            "exit code 0",
            "It is done, or its turn is over and it can be continued.",
            Severity.INFO,
            form=Form.EVENT,
            advice=(_SESSION_LOG,),
        ),
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
)

STORY_KINDS = frozenset(kind for kind, entry in CATALOGUE.items() if entry.inhibits)
_ORDER = {kind: position for position, kind in enumerate(CATALOGUE)}


def order(kind: Kind) -> int:
    """The place of a kind in the catalogue: of two equally severe ones the earlier is the worse."""
    return _ORDER[kind]


def matching(glob: str) -> tuple[Kind, ...]:
    """The kinds that a glob such as `session.*` names; empty when it names none."""
    return tuple(kind for kind in CATALOGUE if fnmatchcase(kind, glob))
