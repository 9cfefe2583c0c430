"""A home, a simulated Coven on it, and a collector of what is emitted."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from coven_watchdog.simulated.control import SimulatedCoven
from observe.bench import Seen
from rigs.simulated import short_home


@pytest.fixture
def path() -> Iterator[Path]:
    """A short path of a home that does not exist yet."""
    with short_home() as home:
        yield home


@pytest.fixture
def home(path: Path) -> Path:
    """An empty home, closed to others."""
    path.mkdir(mode=0o700)
    return path


@pytest.fixture
async def coven(path: Path) -> AsyncIterator[SimulatedCoven]:
    """A running simulated daemon."""
    async with SimulatedCoven(path) as running:
        yield running


@pytest.fixture
def seen() -> Seen:
    """Takes what is emitted."""
    return Seen()
