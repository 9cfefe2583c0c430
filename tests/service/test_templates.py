"""The files of the repository are found, from a clone and from an installed package."""

from pathlib import Path

import pytest

from coven_watchdog.service.templates import AGENT, UNIT, template

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", [UNIT, AGENT])
def test_they_are_those_of_the_repository(name: str) -> None:
    """What is used is what stands at the top of the repository, to be read and used by hand."""
    assert template(name) == (ROOT / name).read_text(encoding="utf-8")


def test_no_other() -> None:
    """A package that was not installed whole is no reason to make something up."""
    with pytest.raises(FileNotFoundError):
        template("systemd/no.service")
