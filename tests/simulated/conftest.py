"""A home to simulate in, and a simulated Coven on it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from coven_watchdog.simulated.control import SimulatedCoven
from rigs.simulated import short_home


@pytest.fixture
def home() -> Iterator[Path]:
    """A short path that does not exist yet."""
    with short_home() as path:
        yield path


@pytest.fixture
async def coven(home: Path) -> AsyncIterator[SimulatedCoven]:
    """A running simulated daemon, commanded from the test's own event loop."""
    async with SimulatedCoven(home) as running:
        yield running
