"""A service manager for tests: it notes what it is asked to do, and does nothing."""

from dataclasses import dataclass, field
from pathlib import Path

from coven_watchdog.errors import WatchdogError
from coven_watchdog.model.words import Change, ManagerName, ServiceCondition
from coven_watchdog.service import Installation, Installed, ServiceState
from report.filled import fill


@dataclass
class Stand:
    """A service manager that notes what it is asked to do."""

    there: bool = False
    condition: ServiceCondition = ServiceCondition.NOT_INSTALLED
    fails: bool = False
    now: ServiceState | None = None
    writes: Path | None = None
    """The state directory that the service fills when it is started."""
    did: list[str] = field(default_factory=list)
    name: ManagerName = ManagerName.SYSTEMD
    path: Path = Path("/x.service")
    drop_ins: tuple[Path, ...] = ()

    def reach(self) -> None:
        """It answers."""

    def rendered(self) -> str:
        """A unit."""
        return ""

    def logs(self, *, follow: bool, lines: int) -> int:
        """None."""
        return 0 * lines * follow

    def installed(self) -> Installed | None:
        """What lies there."""
        return Installed(self.path, ours=True, edited=False, current=True) if self.there else None

    def install(self) -> Installation:
        """Write it."""
        self.did.append("install")
        return Installation(self.path, Change.UNCHANGED if self.there else Change.INSTALLED, ("note",))

    def uninstall(self) -> bool:
        """Take it away."""
        self.did.append("uninstall")
        return True

    def start(self) -> None:
        """Start it."""
        self.did.append("start")
        if self.writes is not None:
            fill(self.writes)

        if self.fails:
            message = "it did not come up"
            raise WatchdogError(message)

    def stop(self) -> None:
        """Stop it."""

    def restart(self) -> None:
        """Start it anew."""

    def state(self) -> ServiceState:
        """How it stands."""
        return self.now or ServiceState(self.name, self.condition, self.path)
