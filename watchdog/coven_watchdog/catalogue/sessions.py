"""Sessions."""

from collections.abc import Mapping

from coven_watchdog.catalogue.entry import Advice, Entry
from coven_watchdog.model.words import Effect, Form, Kind, Severity

_SESSION_LOG = Advice("coven sessions log {short}", Effect.READS, "Read its output")
_CONTINUE = Advice("coven run {harness} --continue {id}", Effect.STARTS, "Go on with it, in its project")

SESSIONS: Mapping[Kind, Entry] = {
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
    Kind.SESSION_GHOST: Entry(
        "A session is a ghost",
        "running in the ledger, and no process behind it",
        "Its process is gone and Coven did not notice. The row stays until the daemon is restarted, which ends every live session.",
        Severity.WARNING,
        advice=(
            Advice("coven sessions show {short}", Effect.READS, "Look at it"),
            Advice("coven daemon restart", Effect.ENDS_SESSIONS, "When no other session is needed, clear the row"),
        ),
        ending=("running without a process", "A ghost session is gone"),
    ),
    Kind.SESSION_SURVIVOR: Entry(
        "A session's process lives on",
        "over in the ledger, and its process is alive",
        "Its harness did not end with the session. It may go on working, and Coven neither shows nor ends it any more.",
        Severity.WARNING,
        advice=(Advice("kill -9 {pid}", Effect.ENDS_SESSIONS, "If it is not wanted, end what is left of it"),),
        ending=("outlived its session", "What outlived a session is gone"),
    ),
    Kind.SESSION_STALLED: Entry(
        "A session stalled",
        "no output, and no CPU in its processes",
        "It runs without a terminal and has done nothing for long: it hangs, or waits for something that does not come.",
        Severity.WARNING,
        advice=(_SESSION_LOG,),
        ending=("did nothing", "A session works again"),
    ),
    Kind.SESSION_WAITING: Entry(
        "A session waits for you",
        "it prints nothing and uses no CPU: most likely it asks something",
        "It is alive and neither prints nor works: most often it has asked something and waits for the answer.",
        Severity.INFO,
        advice=(Advice("coven sessions log {short}", Effect.READS, "See what it asks"),),
        ending=("waited for an answer", "A session goes on"),
        ends_quietly=True,
    ),
    Kind.SESSION_STUCK: Entry(
        "A session does not start",
        "created in the ledger, and never started",
        "It is to be started and is not: what starts it hangs, or is gone. What `coven run --detach` notes down for later is none.",
        Severity.INFO,
        advice=(Advice("coven sessions show {short}", Effect.READS, "Look at it"),),
        ending=("did not start", "A session is stuck no more"),
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
}
