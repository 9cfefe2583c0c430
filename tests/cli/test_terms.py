"""Colours by the environment."""

import pytest

from coven_watchdog.cli.terms import Terms, colored


@pytest.mark.parametrize(
    ("env", "wanted"),
    [
        ({}, None),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": ""}, None),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "0"}, None),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True),
        ({"TERM": "xterm"}, None),
    ],
)
def test_colours(env: dict[str, str], wanted: bool | None) -> None:  # noqa: FBT001 - a parameter of the table
    """NO_COLOR wins, then FORCE_COLOR, then a dumb terminal; else the terminal decides."""
    assert colored(env) is wanted


def test_the_environment_is_a_copy() -> None:
    """What a command sees of the environment does not change while it runs."""
    assert "PATH" in Terms().env
