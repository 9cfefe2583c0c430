"""What the collectors of `doctor` work on, and the small constructors for what they say."""

from collections.abc import Iterable
from dataclasses import dataclass

from coven_watchdog.catalogue import Advice
from coven_watchdog.coven.ledger import Ledger
from coven_watchdog.coven.logbook import Entry
from coven_watchdog.coven.paths import HomePaths
from coven_watchdog.decide.advice import Suggestion, filled
from coven_watchdog.decide.text import said
from coven_watchdog.decide.words import Place, clock_time
from coven_watchdog.diagnose.look import HomeCheck
from coven_watchdog.errors import CovenError
from coven_watchdog.model.incidents import Facts, Incident
from coven_watchdog.model.looks import HomeLook
from coven_watchdog.model.time import Instant
from coven_watchdog.model.words import Basis, CheckStatus, Topic
from coven_watchdog.report.doctor import DoctorLine
from coven_watchdog.report.times import moment
from coven_watchdog.report.views import WitnessView, next_view
from coven_watchdog.settings import Settings
from coven_watchdog.state import HomeState

_LONGEST = 240


@dataclass(frozen=True, slots=True)
class HomeCase:
    """One home.

    Attributes:
        check: the fresh look.
        incidents: open ones of this home in the watchdog's records.
        recent: those of the last 24 hours, open or not.
        remembered: the last look of the service, if there is one.
        watched: a service runs.
        log: what the daemon's log and the one before it hold.
        log_error: why it could not be read, or "".
        ledger: what the ledger's file holds, None without one or with `ledger_error`, which says why it could not be read.
        env_path: the PATH of whoever asks.
    """

    paths: HomePaths
    check: HomeCheck
    settings: Settings
    place: Place
    now: Instant
    incidents: tuple[Incident, ...] = ()
    recent: tuple[Incident, ...] = ()
    remembered: HomeLook | None = None
    watched: bool = False
    log: tuple[Entry, ...] = ()
    log_error: str = ""
    ledger: Ledger | None = None
    ledger_error: CovenError | None = None
    env_path: str = ""

    @property
    def look(self) -> HomeLook:
        """The home as it is believed to be."""
        return self.check.look

    @property
    def state(self) -> HomeState:
        """All that was seen."""
        return self.check.state

    @property
    def pid(self) -> int | None:
        """The daemon's pid, while it lives."""
        return self.look.daemon.pid

    def shown(self, path: str) -> str:
        """A path, short."""
        return self.place.short(path)

    def time(self, wall: int) -> str:
        """A moment (wall µs) as people here read it."""
        return clock_time(wall, self.now.wall, self.place.zone)

    def saw(self, source: str, saw: str, *, at: Instant | None = None, basis: Basis = Basis.CONTRACT) -> WitnessView:
        """One piece of evidence, by default of this moment."""
        return seen(source, saw, at or self.now, basis)

    def advice(self, *advice: Advice) -> tuple[Suggestion, ...]:
        """Commands for this home."""
        return filled(advice, Facts(home=self.look.home, pid=self.pid), self.place)


def seen(source: str, saw: str, at: Instant, basis: Basis = Basis.CONTRACT) -> WitnessView:
    """One piece of evidence: where from, and what it was."""
    return WitnessView(source=source, basis=basis, at=moment(at.wall), saw=said(saw, _LONGEST))


def told(
    topic: Topic,
    status: CheckStatus,
    says: str,
    *witnesses: WitnessView,
    cause: str = "",
    following: Iterable[Suggestion] = (),
) -> DoctorLine:
    """One line."""
    return DoctorLine(
        topic=topic,
        status=status,
        says=said(says, _LONGEST),
        witnesses=witnesses,
        cause=cause or None,
        next=tuple(next_view(one) for one in following),
    )


def fine(topic: Topic, says: str, *witnesses: WitnessView, cause: str = "", following: Iterable[Suggestion] = ()) -> DoctorLine:
    """Nothing is wrong with it."""
    return told(topic, CheckStatus.OK, says, *witnesses, cause=cause, following=following)


def wrong(
    topic: Topic, says: str, *witnesses: WitnessView, cause: str = "", following: Iterable[Suggestion] = ()
) -> DoctorLine:
    """Something is wrong with it."""
    return told(topic, CheckStatus.WARNING, says, *witnesses, cause=cause, following=following)


def unknown(topic: Topic, says: str, *witnesses: WitnessView, cause: str = "") -> DoctorLine:
    """It cannot be known now, and why."""
    return told(topic, CheckStatus.UNKNOWN, says, *witnesses, cause=cause)
