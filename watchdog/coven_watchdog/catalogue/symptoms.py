"""What people run into when they use Coven, in its own words, and what to look at first. Data only."""

from dataclasses import dataclass

from coven_watchdog.catalogue.entry import Advice
from coven_watchdog.model.words import Effect, Kind, Topic


@dataclass(frozen=True, slots=True)
class Symptom:
    """One of them. `kinds`: it is so now when one of these is present; () when only the client that asked can see it.

    `meaning`: what is behind it; `elsewhere`: what it means when this home shows nothing of the kind.
    """

    words: str
    topic: Topic
    meaning: str
    elsewhere: str
    kinds: tuple[Kind, ...] = ()
    advice: tuple[Advice, ...] = ()


SYMPTOMS = (
    Symptom(
        "connection refused",
        Topic.DAEMON,
        "Nobody listens on the socket: the daemon died and left it behind.",
        "Nothing refuses here: a client that is refused asks another home. Compare its COVEN_HOME with the path above.",
        kinds=(Kind.DAEMON_CRASHED,),
        advice=(Advice("coven-watchdog check", Effect.READS, "Look again"),),
    ),
    Symptom(
        "unsupported API version",
        Topic.API,
        "Client and daemon do not speak the same contract: update the older side.",
        "The daemon speaks the contract that this watchdog knows, so it is the client that is older or newer.",
        kinds=(Kind.DAEMON_INCOMPATIBLE,),
        advice=(Advice("coven --version", Effect.READS, "Compare with the daemon's version above"),),
    ),
    Symptom(
        "harness not found",
        Topic.HARNESSES,
        "The PATH of the daemon's process counts, not your shell's; it is frozen when the daemon starts.",
        "Compare with the PATH of the daemon's process above: `coven doctor` tests your shell's instead.",
        kinds=(Kind.SESSION_LAUNCH_FAILED,),
        advice=(Advice("coven adapter list", Effect.READS, "See which harnesses Coven knows"),),
    ),
    Symptom(
        "session not live",
        Topic.SESSIONS,
        "Input or kill reached a session that is not running (409): Coven tells only the client that asked.",
        "Look at the session's status first: only `running` takes input. After a restart of the daemon none of the old ones does.",
        advice=(Advice("coven sessions --json", Effect.READS, "See the status of each session"),),
    ),
    Symptom(
        "cwd rejected",
        Topic.SESSIONS,
        "The working directory must exist and lie inside the project's root, links resolved (400): no row, no log line.",
        "Compare the two where the client runs, with links resolved.",
        advice=(Advice("pwd -P", Effect.READS, "The directory as Coven sees it; it must begin with the project's root"),),
    ),
)
