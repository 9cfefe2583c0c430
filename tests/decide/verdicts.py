"""Verdicts, and things that happen meanwhile, for scripts of `playbook`."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from coven_watchdog.catalogue import CATALOGUE
from coven_watchdog.decide.incidents import withdraw
from coven_watchdog.decide.memory import Advance, Incidents
from coven_watchdog.model.incidents import Ack, Facts, SessionBrief, Verdict
from coven_watchdog.model.telling import Silence
from coven_watchdog.model.time import MINUTE, SECOND, Instant
from coven_watchdog.model.words import Form, IncidentState, Kind, Severity
from coven_watchdog.settings import Channel, Secret, Settings

if TYPE_CHECKING:
    from decide.playbook import Play

HOME = "/home/ada/.coven"
WALL, AWAKE = 1_795_000_000 * SECOND, 500 * SECOND
START = Instant(WALL, AWAKE)
DESK = Settings(channels=(Channel(name="desk", url=Secret("json://desk")),))
CRITICAL, WARNING, INFO, OFF = Severity.CRITICAL, Severity.WARNING, Severity.INFO, Severity.OFF
AVAILABILITY = (
    *(Kind.DAEMON_CRASHED, Kind.DAEMON_SOCKET_LOST, Kind.DAEMON_UNRESPONSIVE),
    *(Kind.DAEMON_UNHEALTHY, Kind.DAEMON_STOPPED, Kind.DAEMON_INCOMPATIBLE),
)


def brief(**changes: Any) -> SessionBrief:  # noqa: ANN401 - any field
    """A session as messages name it."""
    plain = SessionBrief("3f0c9a12-77aa", "codex", "shop", "/home/ada/shop", "add a cart", 41 * MINUTE)
    return replace(plain, **changes)


def bad(kind: Kind, severity: Severity | None = None, subject: str = "", **more: Any) -> Verdict:  # noqa: ANN401 - any field
    """Something is present."""
    family = kind.partition(".")[0]
    where = subject or {"socket": "home", "session": "session:3f0c9a12-77aa", "watchdog": "self:sight"}.get(family, family)
    occurrence = "1" if CATALOGUE[kind].form is Form.EVENT else ""
    loud = CATALOGUE[kind].severity if severity is None else severity
    return replace(Verdict(HOME, where, kind, present=True, severity=loud, occurrence=occurrence), **more)


def well(*kinds: Kind, subject: str = "daemon", **more: Any) -> Verdict:  # noqa: ANN401 - any field of the facts
    """None of these is present; by default the daemon serves."""
    clears = kinds or AVAILABILITY
    return Verdict(HOME, subject, clears[0], present=False, clears=clears, facts=Facts(**more))


CRASHED = bad(Kind.DAEMON_CRASHED)
HUNG = bad(Kind.DAEMON_UNRESPONSIVE)
STOPPED = bad(Kind.DAEMON_STOPPED)
WELL = well()


def up(run: "Play") -> None:
    """Services take what they are offered."""
    run.sink = True


def refusing(run: "Play") -> None:
    """Services are tried and refuse."""
    run.sink = False


def away(run: "Play") -> None:
    """Nobody even tries."""
    run.sink = None


def acked(run: "Play") -> None:
    """Somebody acknowledges every incident, by a row in the store."""
    for name, incident in run.shelf.incidents.items():
        run.shelf.incidents[name] = replace(incident, ack=Ack(run.now.wall, "ada"))


def unacked(run: "Play") -> None:
    """And takes it back."""
    for name, incident in run.shelf.incidents.items():
        run.shelf.incidents[name] = replace(incident, ack=None)


def silenced(seconds: int, **matchers: Any) -> "Callable[[Play], None]":  # noqa: ANN401 - any field
    """Somebody silences what matches."""

    def act(run: "Play") -> None:
        run.shelf.silences = (Silence("s1", run.now.wall + seconds * SECOND, **matchers),)

    return act


def restarted(run: "Play") -> None:
    """The watchdog starts anew from its store."""
    stored = run.shelf.incidents.values()
    opened = [one for one in stored if one.state is IncidentState.OPEN]
    closed = [one for one in stored if one.state is IncidentState.RESOLVED]
    noted = [(one.home, one.subject, one.kind, one.occurrence) for one in stored if one.state is IncidentState.NOTED]
    run.last = Advance(Incidents.load(opened, closed, noted))


def forgotten(run: "Play") -> None:
    """The home is not watched any more."""
    run.take(withdraw(run.last.incidents, HOME, run.now))
