"""What a service manager can do for us. `systemd.py` and `launchd.py` do it; whoever installs, starts or asks sees only this."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from coven_watchdog.model.words import Change, ManagerName, ServiceCondition


@dataclass(frozen=True, slots=True)
class Installed:
    """The service's file as it lies there.

    Attributes:
        path: the file.
        ours: `service install` wrote it.
        edited: it did, and somebody changed it since.
        current: it is what `service install` would write now.
        drop_ins: files that add to it; they are never touched.
    """

    path: Path
    ours: bool
    edited: bool
    current: bool
    drop_ins: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Installation:
    """What `install` did. `notes`: what whoever installs should know, each a sentence."""

    path: Path
    change: Change
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceState:
    """How the service stands, as its manager says it.

    Attributes:
        manager: which one.
        condition: how it stands.
        path: its file, whether it is there or not.
        enabled: it starts by itself with the session (or the machine, where lingering is on); None: not known.
        pid: its process.
        since: when it came up, wall µs.
        says: its own line about what it does, "" when it has none.
        restarts: how often the manager brought it back; None: not known.
        trouble: how it ended last, when that was no clean stop; else "".
        lingering: the user's services run without a session, too; None: not known, or there is no such thing.
    """

    manager: ManagerName
    condition: ServiceCondition
    path: Path
    enabled: bool | None = None
    pid: int | None = None
    since: int | None = None
    says: str = ""
    restarts: int | None = None
    trouble: str = ""
    lingering: bool | None = None


class Manager(Protocol):
    """One service manager, for one service of one user. Everything blocks, with deadlines.

    All but `installed`, `rendered` and `name` ask the manager, and raise NoManagerError when none answers.
    """

    @property
    def name(self) -> ManagerName:
        """Which one."""
        ...

    @property
    def path(self) -> Path:
        """The service's file, whether it is there or not."""
        ...

    @property
    def drop_ins(self) -> tuple[Path, ...]:
        """Files that add to it, also while it is not installed itself."""
        ...

    def reach(self) -> None:
        """Make sure that it answers.

        Raises:
            NoManagerError: it does not; says why and what to do instead.
        """
        ...

    def rendered(self) -> str:
        """The service's file for this user, as `install` would write it.

        Raises:
            WatchdogError: a path cannot be written in such a file.
        """
        ...

    def installed(self) -> Installed | None:
        """What lies there; None when nothing does."""
        ...

    def install(self) -> Installation:
        """Write the file and have the service started with each session. Does not start it. Idempotent.

        Raises:
            WatchdogError: a file lies there that we did not write, the folder cannot be written, or the manager refuses.
        """
        ...

    def uninstall(self) -> bool:
        """Stop it and remove its file; False when there is none.

        Raises:
            WatchdogError: a file lies there that we did not write, or the manager refuses.
        """
        ...

    def start(self) -> None:
        """Start it, and wait until it watches.

        Raises:
            WatchdogError: it is not installed, or did not come up.
        """
        ...

    def stop(self) -> None:
        """Stop it, and wait until it has ended.

        Raises:
            WatchdogError: it is not installed, or did not end.
        """
        ...

    def restart(self) -> None:
        """Stop it and start it.

        Raises:
            WatchdogError: it is not installed, or did not come up.
        """
        ...

    def state(self) -> ServiceState:
        """How it stands."""
        ...

    def logs(self, *, follow: bool, lines: int) -> int:
        """Print the last lines of its log on standard output, and those to come; gives an exit code."""
        ...
