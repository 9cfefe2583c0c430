"""A night with everything in it, as the store remembers it: for what digests say."""

from datetime import UTC
from typing import Any

from coven_watchdog.decide.render import Page, render
from coven_watchdog.decide.words import Place
from coven_watchdog.model.digests import Chronicle, Digest, Untold
from coven_watchdog.model.facts import ExitStatus
from coven_watchdog.model.incidents import Ack, Facts, Incident
from coven_watchdog.model.looks import SLEPT, BlindWindow
from coven_watchdog.model.telling import Message, Notification, Silence
from coven_watchdog.model.time import DAY, HOUR, MINUTE, Instant
from coven_watchdog.model.words import IncidentState, Kind, NotificationState, Reason, Severity, Suppression
from coven_watchdog.settings import Channel, Home, Secret, Settings
from store.builders import HOME, START, brief, event, incident

NOW = START + DAY
"""20:26:40 in UTC."""
OTHER = "/srv/coven"
ADA = "ada (bash, pid 41)"
SETTINGS = Settings(
    homes=(Home(path=HOME), Home(path=OTHER, name="build")),
    channels=(
        Channel(name="desk", url=Secret("desktop://")),
        Channel(name="phone", url=Secret("json://phone")),
    ),
)
ONE_HOME = Settings(homes=(Home(path=HOME),), channels=SETTINGS.channels)


def ended(name: str, kind: Kind, severity: Severity = Severity.WARNING, **changes: Any) -> Incident:  # noqa: ANN401 - any field
    """A session came to its end three hours ago."""
    at = changes.pop("at", NOW - 3 * HOUR)
    session = brief(id=name, **{key: changes.pop(key) for key in ("harness", "project") if key in changes})
    facts = Facts(sessions=(session,))
    shape = {"subject": f"session:{name}", "kind": kind, "severity": severity, "changed_at": at, "fact_at": at, "facts": facts}
    return event(name, **(shape | changes))


def past(name: str, hours: float, kind: Kind = Kind.DAEMON_CRASHED, **changes: Any) -> Incident:  # noqa: ANN401 - any field
    """It broke so many hours ago, for three minutes."""
    began = NOW - round(hours * HOUR)
    times = {"opened_at": began, "fact_at": began, "changed_at": began + 3 * MINUTE, "resolved_at": began + 3 * MINUTE}
    return incident(name, kind=kind, state=IncidentState.RESOLVED, facts=changes.pop("facts", Facts()), **(times | changes))


OPEN = incident("k7fq", fact_at=NOW - 2 * HOUR, changed_at=NOW - 2 * HOUR, ack=Ack(NOW - HOUR, ADA))
FAILING = incident(
    "c4nn",
    home="",
    subject="channel:phone",
    kind=Kind.WATCHDOG_CHANNEL_FAILING,
    severity=Severity.WARNING,
    fact_at=NOW - 20 * HOUR,
    facts=Facts(detail="5 tries failed: connection refused"),
)
CRASH = past(
    "r2dd", 9, facts=Facts(exit=ExitStatus(signal=9), lost=(brief(id="1"), brief(id="2"), brief(id="3", project="api")))
)
HANGS = (past("s2dd", 7, Kind.DAEMON_UNRESPONSIVE), past("s3dd", 6, Kind.DAEMON_UNRESPONSIVE))
RESTART = event(
    "x2dd",
    subject="daemon",
    kind=Kind.DAEMON_RESTARTED,
    severity=Severity.INFO,
    fact_at=NOW - 5 * HOUR,
    changed_at=NOW - 5 * HOUR,
    facts=Facts(version="0.4.6", old_version="0.4.5"),
)
ENDS = (
    ended("e1", Kind.SESSION_FAILED),
    ended("e2", Kind.SESSION_FAILED, harness="claude", project="api"),
    ended("e3", Kind.SESSION_ORPHANED, harness="claude", project="api"),
    *(ended(f"f{n}", Kind.SESSION_FINISHED, Severity.INFO, project=f"p{n % 5}") for n in range(12)),
)
EVERYTHING = Chronicle(
    since=NOW - DAY,
    until=NOW,
    incidents=(OPEN, FAILING, CRASH, *HANGS, RESTART, *ENDS),
    untold=(
        Untold("phone", "e1", NOW - 3 * HOUR, Suppression.SILENCED),
        Untold("phone", "e2", NOW - 3 * HOUR, Suppression.SILENCED),
        Untold("desk", "e3", NOW - 3 * HOUR, Suppression.QUIET_HOURS),
        Untold("desk", "k7fq", NOW - HOUR, Suppression.ACKNOWLEDGED),
        Untold("desk", "x2dd", NOW - 5 * HOUR, Suppression.BELOW_SEVERITY),
        Untold("phone", "k7fq", NOW - HOUR),
    ),
    silences=(Silence("s-abc", NOW - 2 * HOUR, "session.*", reason="deploy", by=ADA, at=NOW - 4 * HOUR),),
    blind=(
        BlindWindow(HOME, NOW - 22 * HOUR, NOW - 15 * HOUR, SLEPT),
        BlindWindow(HOME, NOW - 10 * HOUR, NOW - 10 * HOUR + 12 * MINUTE, "the watchdog did not run"),
    ),
)
QUIET = Chronicle(NOW - DAY, NOW)


def written(digest: Digest, settings: Settings = ONE_HOME, at: int = NOW, host: str = "devbox") -> Message:
    """The message, as it is rendered for the first channel at `at` (wall µs)."""
    row = Notification("20260529-0830.1", "desk", "20260529-0830", Reason.DIGEST, NotificationState.QUEUED, NOW, NOW, NOW)
    place = Place(host, UTC, HOME, "/home/ada")
    return render(Page(row, (), settings.channels[0], settings, Instant(at, 0), place, digest))
