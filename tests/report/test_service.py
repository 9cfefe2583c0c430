"""How the service stands, for programs."""

import msgspec

from coven_watchdog.model.words import ManagerName, ServiceCondition
from coven_watchdog.report.service import ServiceStatus


def test_what_is_not_known_is_null() -> None:
    """Words are written as themselves, and nothing is left out because it is not known."""
    status = ServiceStatus(
        manager=ManagerName.LAUNCHD,
        path="/x",
        installed=False,
        ours=False,
        edited=False,
        current=False,
        condition=ServiceCondition.NOT_INSTALLED,
        enabled=None,
        lingering=None,
        pid=None,
        since=None,
        says=None,
        restarts=None,
        trouble=None,
        drop_ins=(),
    )
    written = msgspec.json.decode(msgspec.json.encode(status))
    assert (written["schema"], written["manager"]) == ("coven-watchdog.service.status.v1", "launchd")
    assert written["condition"] == "not_installed"
    unknown = {key for key, value in written.items() if value is None}
    assert unknown == {"enabled", "lingering", "pid", "since", "says", "restarts", "trouble"}
