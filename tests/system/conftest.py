"""Fixtures of the system tests: the real Coven, once per session installed, on a home of its own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rigs import install_coven
from rigs.absent import absent
from rigs.coven import RealCoven

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is a system test."""
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker(pytest.mark.system)


@pytest.fixture(scope="session")
def coven_program() -> Path:
    """The real `coven`, installed when it is missing."""
    try:
        return install_coven.install()
    except install_coven.CannotInstallError as problem:
        absent(f"the real Coven cannot be had: {problem}", install_coven.INSTALL)


@pytest.fixture
def coven(coven_program: Path) -> Iterator[RealCoven]:
    """A Coven that has not been started yet; what dies below it is reaped at once."""
    rig = RealCoven(coven_program)
    yield rig
    rig.close()


@pytest.fixture
def late_coven(coven_program: Path) -> Iterator[RealCoven]:
    """A Coven below a reaper that leaves its orphans as zombies until asked."""
    rig = RealCoven(coven_program, late=True)
    yield rig
    rig.close()
