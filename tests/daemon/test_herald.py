"""What the service says about itself, from what it knows."""

import pytest

from coven_watchdog import __version__, clock
from coven_watchdog.daemon.herald import Herald
from coven_watchdog.daemon.notify import Notifier
from coven_watchdog.decide.words import Place
from coven_watchdog.model.looks import WatchdogLook
from coven_watchdog.state import HomeState
from daemon.conftest import Service
from rigs.manager import Manager

pytestmark = pytest.mark.anyio

OWN = WatchdogLook(1, 1, "boot", 0, 0, __version__, "", notes=("nobody would be told: no desktop",))


async def test_to_the_service_manager(service: Service) -> None:
    """One line of truth, with what works less well; where nobody listens, nothing is asked of the store."""
    with Manager(service.base / "notify") as manager:
        notifier = Notifier(manager.env)
        async with service.parts() as parts:
            parts.engine.watch(HomeState.new("/srv/coven", clock.now()))
            looks = parts.engine.looks(clock.now())
            await Herald(notifier, parts.store, parts.engine, Place("devbox")).tell(looks, OWN)
            await parts.store.keep(watchdog=OWN)
            await service.sql("ALTER TABLE notification RENAME TO hidden")
            await parts.herald.tell(looks, OWN)
            edited = WatchdogLook(1, 1, "boot", 0, 0, __version__, "", config_error="config.toml:1: x")
            await Herald(notifier, parts.store, parts.engine, Place("devbox")).tell(looks, edited)
            assert "nothing told" in await parts.herald.body(3)
            await service.sql("ALTER TABLE hidden RENAME TO notification")

        notifier.stopping()
        manager.wait("STOPPING")
        notifier.close()

    assert [one["STATUS"] for one in manager.told] == [
        "watching /srv/coven: unknown; told 0 today; nobody would be told: no desktop",
        "watching /srv/coven: unknown; the edited configuration is not in force",
        "stopping",
    ]


async def test_to_the_outside(service: Service) -> None:
    """In counts."""
    async with service.parts() as parts:
        parts.engine.watch(HomeState.new("/srv/coven", clock.now()))
        said = await parts.herald.body(12)

    assert said.splitlines() == [
        f"coven-watchdog {__version__}, up 0 s, 12 loops in motion",
        "1 home watched (1 unknown)",
        "0 open incidents",
        "nothing told within the last 7 days",
    ]
