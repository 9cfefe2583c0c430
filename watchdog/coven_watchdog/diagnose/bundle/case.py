"""What the collectors of a bundle work on: a home as `doctor` found it, what the bundle is about, and who asks."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from coven_watchdog import clock
from coven_watchdog.coven.contents import Contents, Row
from coven_watchdog.coven.paths import HomePaths
from coven_watchdog.diagnose.case import HomeCase
from coven_watchdog.diagnose.doctor import Asked, Examined
from coven_watchdog.diagnose.look import HomeCheck
from coven_watchdog.errors import CovenError
from coven_watchdog.model.facts import Identity
from coven_watchdog.model.incidents import Incident
from coven_watchdog.model.looks import HomeLook
from coven_watchdog.model.time import Instant
from coven_watchdog.model.words import CheckStatus, Kind
from coven_watchdog.report.doctor import DoctorHome
from coven_watchdog.state import HomeState


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for beyond the usual. `titles`: also labels and project paths."""

    titles: bool = False
    output: bool = False


@dataclass(frozen=True, slots=True)
class BundleCase:
    """One home and what the bundle is about.

    Attributes:
        asked: who asks, with the configuration and the watchdog's database.
        examined: what `doctor` found.
        home: the home, as `doctor` says it.
        case: what that rests on.
        wishes: what else is wanted.
        incident: the one that is asked for, or the one that matters most now.
        named: it was asked for.
        session: the one that is asked for.
        ledger: the sessions of the ledger; None without one, or with `ledger_error`, which says why it cannot be read.
        now: when the bundle is made.
        patterns: what the home's owner told Coven to mask.
    """

    asked: Asked
    examined: Examined
    home: DoctorHome
    case: HomeCase
    wishes: Wishes
    now: Instant
    incident: Incident | None = None
    named: bool = False
    session: Row | None = None
    ledger: Contents | None = None
    ledger_error: CovenError | None = None
    patterns: tuple[str, ...] = ()

    @property
    def paths(self) -> HomePaths:
        """The home's files."""
        return self.case.paths

    @property
    def env(self) -> Mapping[str, str]:
        """The environment of whoever asks."""
        return self.asked.env

    @property
    def fault(self) -> int | None:
        """Wall µs at which it went wrong, when the bundle is about something."""
        return self.incident.fact_at if self.incident else None

    @property
    def suspect(self) -> Identity | None:
        """The daemon in question: the one of the incident, else the one that runs or ran last."""
        facts = self.incident.facts if self.incident else None
        about = (facts.old_identity or facts.identity) if facts else None
        life, look = self.case.state.life, self.case.remembered
        return about or (life.identity if life else None) or (look.daemon.identity if look else None)


def unseen(asked: Asked, home: DoctorHome, now: Instant) -> HomeCase:
    """A home at which nobody could look in time: all of it is unknown."""
    look = HomeLook(home=home.home, name=home.name, seen_at=now.wall, boot="")
    check = HomeCheck(look, (), CheckStatus.UNKNOWN, HomeState.new(home.home, now))
    return HomeCase(HomePaths(Path(home.home)), check, asked.settings, asked.place, now, env_path=asked.env.get("PATH", ""))


def begun(asked: Asked, examined: Examined, home: DoctorHome, wishes: Wishes) -> BundleCase:
    """A case about a home as it is now: about the worst that is open there, if anything is."""
    now = clock.now()
    case = examined.cases.get(home.home) or unseen(asked, home, now)
    return BundleCase(asked, examined, home, case, wishes, now, incident=_worst(case))


def about(case: BundleCase, incident: Incident) -> BundleCase:
    """The same, about an incident that was asked for."""
    return replace(case, incident=incident, named=True)


def _worst(case: HomeCase) -> Incident | None:
    """The worst open incident, daemons first among equals; else the last within an hour of which somebody must have been told."""
    found = sorted(case.incidents, key=lambda one: (-one.severity.rank, not one.kind.startswith("daemon."), -one.opened_at))
    if found:
        return found[0]

    told = [one for one in case.recent if one.kind is not Kind.SESSION_FINISHED and one.severity.rank > 0 and one.tellings]
    return told[0] if told else None
