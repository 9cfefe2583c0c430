"""The properties of a unit as `systemctl show` prints them in; what they mean out."""

from collections.abc import Mapping
from datetime import UTC, datetime

from coven_watchdog.model.time import SECOND
from coven_watchdog.model.words import ServiceCondition

_STAMP = "%a %Y-%m-%d %H:%M:%S UTC"
"""As systemctl writes a moment for English readers in UTC."""
_CONDITIONS: Mapping[str, ServiceCondition] = {
    "active": ServiceCondition.RUNNING,
    "reloading": ServiceCondition.RUNNING,
    "refreshing": ServiceCondition.RUNNING,
    "activating": ServiceCondition.STARTING,
    "deactivating": ServiceCondition.STOPPING,
    "inactive": ServiceCondition.STOPPED,
    "failed": ServiceCondition.FAILED,
}
_EXITED = 1
"""CLD_EXITED of `ExecMainCode`; others are signals."""


def condition(facts: Mapping[str, str]) -> ServiceCondition:
    """How the unit stands."""
    if facts.get("LoadState") == "not-found":
        return ServiceCondition.NOT_INSTALLED

    if facts.get("SubState") in {"auto-restart", "auto-restart-queued"}:
        return ServiceCondition.WAITING

    return _CONDITIONS.get(facts.get("ActiveState", ""), ServiceCondition.UNKNOWN)


def trouble(facts: Mapping[str, str]) -> str:
    """How it ended last, when that was no clean stop: `exit-code 1`, `signal 9`, `watchdog`."""
    result = facts.get("Result", "")
    if result in {"", "success"}:
        return ""

    status = facts.get("ExecMainStatus", "0")
    return f"{result} {status}" if result in {"exit-code", "signal", "core-dump"} and status != "0" else result


def count(text: str | None) -> int | None:
    """A number; None when there is none."""
    return int(text) if text and text.isdigit() else None


def moment(text: str) -> int | None:
    """A moment as wall µs; None when it is none."""
    try:
        at = datetime.strptime(text, _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None

    return round(at.timestamp()) * SECOND
