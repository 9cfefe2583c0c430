"""Every loop of the service under its name."""

import anyio
import pytest

from coven_watchdog.daemon.liveness import STANDS
from coven_watchdog.daemon.loops import EveryLoop
from coven_watchdog.daemon.parts import Parts
from coven_watchdog.daemon.pulse import Pulse
from coven_watchdog.model.time import SECOND
from daemon.conftest import Service

pytestmark = pytest.mark.anyio


def loops(parts: Parts) -> EveryLoop:
    """With one of our own."""
    return EveryLoop(parts.homes, parts.outbox, parts.configuration.settings, {"own": Pulse()})


async def test_all_of_them(service: Service) -> None:
    """Those of each home, the worker of each channel, and ours; a worker may stand as long as two deliveries more."""
    service.write('[delivery]\ntimeout = "30s"')
    async with service.parts() as parts, anyio.create_task_group() as tasks:
        await tasks.start(parts.outbox.run)
        await parts.homes.follow(tasks, {})
        found = loops(parts)
        names = found.progress()
        assert {"own", "channel:sink", f"{service.home}: files"} <= set(names)
        assert found.limit("own") == found.limit(f"{service.home}: files") == STANDS
        assert found.limit("channel:sink") == STANDS + 60 * SECOND
        assert found.start_again(f"{service.home}: files")
        assert not found.start_again("own")
        tasks.cancel_scope.cancel()


async def test_none_is_forgotten(service: Service) -> None:
    """Every part with a pulse is among the loops that are watched."""
    async with service.parts() as parts:
        parts.liveness.look(0)
        pulses = [
            name for name in Parts.__dataclass_fields__ if isinstance(getattr(getattr(parts, name), "pulse", None), Pulse)
        ]
        assert parts.liveness.moving >= len(pulses) + len({"deadlines", "doorbell", "heartbeat"})
