"""Fixtures of the system tests: the real Coven, once per session installed, on a home of its own for each test; and where alerts arrive."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from rigs import install_coven
from rigs.absent import absent
from rigs.coven import RealCoven
from rigs.inbox import Inbox
from rigs.program import Program, Watch, watch

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
    with closing(RealCoven(coven_program)) as rig:
        yield rig


@pytest.fixture
def late_coven(coven_program: Path) -> Iterator[RealCoven]:
    """A Coven below a reaper that leaves its orphans as zombies until asked."""
    with closing(RealCoven(coven_program, late=True)) as rig:
        yield rig


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    """Where alerts arrive; a failed test shows them."""
    with closing(Inbox()) as sink:
        yield sink
        sys.stdout.write("\n---\n".join(["What arrived:", *(f"[{letter.type}] {letter.text}" for letter in sink.letters)]))


@pytest.fixture
def watching(inbox: Inbox) -> Iterator[Watch]:
    """Start the program on a Coven, telling the inbox everything from info up."""
    with ExitStack() as programs:

        def begin(
            coven: RealCoven, config: str = "", *, channels: str | None = None, start: bool = True, **env: str
        ) -> Program:
            program = programs.enter_context(closing(watch(coven, inbox, config, channels=channels, **env)))
            if start:
                program.start()

            return program

        yield begin
