"""What `setup` found and did: plain data, as its JSON has it."""

from coven_watchdog.model.words import Change, ManagerName, NotificationState
from coven_watchdog.report.views import View


class SetUpChannel(View, frozen=True, kw_only=True):
    """One channel. `url` is masked, None when it is not known here; `state` None: it was not tested this time."""

    name: str
    url: str | None
    added: bool
    leaves: bool
    state: NotificationState | None
    error: str | None
    doubt: str | None


class SetUpService(View, frozen=True, kw_only=True):
    """The service. `started`: it did not run before."""

    manager: ManagerName
    path: str
    change: Change
    started: bool
    notes: tuple[str, ...]


class SetUp(View, frozen=True, kw_only=True):
    """What `setup` shows. `service` None: it was left out. `no_desktop` None: this machine shows notifications.

    `watched`: a watchdog runs now, as a service or not.
    """

    schema: str = "coven-watchdog.setup.v1"
    changed: bool
    watched: bool
    config: str
    config_change: Change
    quiet_hours: str | None
    no_desktop: str | None
    channels: tuple[SetUpChannel, ...]
    sent_by: str | None
    service: SetUpService | None
    warnings: tuple[str, ...]

    @property
    def told(self) -> bool:
        """Whether every channel that was tested took its message."""
        return all(one.state in {None, NotificationState.SENT} for one in self.channels)
