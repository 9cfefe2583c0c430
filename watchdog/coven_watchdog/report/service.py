"""How the service stands, as `service status` shows it to programs."""

from datetime import datetime

import msgspec

from coven_watchdog.model.words import ManagerName, ServiceCondition


class ServiceStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What `service status` shows. What its manager does not tell is null."""

    schema: str = "coven-watchdog.service.status.v1"
    manager: ManagerName
    path: str
    installed: bool
    ours: bool
    edited: bool
    current: bool
    condition: ServiceCondition
    enabled: bool | None
    lingering: bool | None
    pid: int | None
    since: datetime | None
    says: str | None
    restarts: int | None
    trouble: str | None
    drop_ins: tuple[str, ...]
