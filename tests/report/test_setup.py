"""What `setup` did, as data."""

from coven_watchdog.model.words import Change, NotificationState
from coven_watchdog.report.setup import SetUp, SetUpChannel


def channel(name: str = "ntfy", state: NotificationState | None = NotificationState.SENT, **more: object) -> SetUpChannel:
    """A new one whose test was sent."""
    values = {"url": "ntfys://****", "added": True, "leaves": True, "error": None, "doubt": None} | more
    return SetUpChannel(name=name, state=state, **values)  # type: ignore[arg-type]


def done(*channels: SetUpChannel, **more: object) -> SetUp:
    """A configuration that was written, and nothing else."""
    values: dict[str, object] = {
        "changed": True,
        "watched": False,
        "quiet_hours": None,
        "no_desktop": None,
        "service": None,
        "warnings": (),
    }
    values |= {"config": "/home/ada/c.toml", "config_change": Change.INSTALLED, "sent_by": "shell"} | more
    return SetUp(channels=channels, **values)  # type: ignore[arg-type]


def test_whether_all_were_told() -> None:
    """A channel that was not tested is none that failed."""
    assert done(channel(), channel(state=None)).told
    assert not done(channel(), channel(state=NotificationState.FAILED)).told
    assert not done(channel(state=NotificationState.QUEUED)).told
