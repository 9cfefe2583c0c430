"""What the daemon's adapters offer, told when asked."""

import pytest

from coven_watchdog.model.incidents import LookRequest
from coven_watchdog.model.programs import AdaptersSeen
from coven_watchdog.model.words import Look
from coven_watchdog.observe.adapters import AdaptersSource
from coven_watchdog.simulated.control import SimulatedCoven
from observe.bench import Seen, ground, life, running
from waiting import auntil

ADAPTERS = LookRequest("h", Look.ADAPTERS)


@pytest.mark.anyio
async def test_it_is_told_when_asked(coven: SimulatedCoven, seen: Seen) -> None:
    """What is only planned is not offered; when nobody answers that is the answer, and without a daemon nobody is asked."""
    async with ground(coven.home) as shared:
        source = AdaptersSource(shared)
        async with running(source, emit=seen.emit):
            source.ask(ADAPTERS)
            await auntil(lambda: not source._nudge._event.is_set())
            shared.daemon = life(coven.pid)
            source.ask(ADAPTERS)
            told = await seen.wait(AdaptersSeen)
            assert told.identity == shared.daemon
            assert told.names is not None
            assert "coven.automations" in told.names
            assert "desktop.automation" not in told.names
            await coven.kill()
            source.ask(ADAPTERS)
            assert (await seen.wait(AdaptersSeen, count=2)).names is None
