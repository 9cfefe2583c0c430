"""What systemd's properties mean."""

import pytest

from coven_watchdog.model.words import ServiceCondition
from coven_watchdog.service.shown import condition, count, moment, trouble


@pytest.mark.parametrize(
    ("load", "active", "sub", "means"),
    [
        ("loaded", "active", "running", ServiceCondition.RUNNING),
        ("loaded", "reloading", "reload", ServiceCondition.RUNNING),
        ("loaded", "activating", "start", ServiceCondition.STARTING),
        ("loaded", "activating", "auto-restart", ServiceCondition.WAITING),
        ("loaded", "deactivating", "stop-sigterm", ServiceCondition.STOPPING),
        ("loaded", "inactive", "dead", ServiceCondition.STOPPED),
        ("loaded", "failed", "failed", ServiceCondition.FAILED),
        ("loaded", "maintenance", "x", ServiceCondition.UNKNOWN),
        ("not-found", "inactive", "dead", ServiceCondition.NOT_INSTALLED),
    ],
)
def test_conditions(load: str, active: str, sub: str, means: ServiceCondition) -> None:
    """Each state of a unit is one word of ours; a word that we do not know is unknown."""
    assert condition({"LoadState": load, "ActiveState": active, "SubState": sub}) is means


@pytest.mark.parametrize(
    ("result", "status", "said"),
    [
        ("success", "0", ""),
        ("", "", ""),
        ("exit-code", "1", "exit-code 1"),
        ("signal", "9", "signal 9"),
        ("watchdog", "6", "watchdog"),
        ("start-limit-hit", "1", "start-limit-hit"),
    ],
)
def test_how_it_ended(result: str, status: str, said: str) -> None:
    """A clean end is nothing; else systemd's word, with the number where that says more."""
    assert trouble({"Result": result, "ExecMainStatus": status}) == said


def test_numbers_and_moments() -> None:
    """What is no number, or no moment, is None."""
    assert (count("7"), count(""), count(None), count("[not set]")) == (7, None, None, None)
    assert moment("Thu 1970-01-01 00:01:00 UTC") == 60_000_000
    assert moment("") is None
    assert moment("n/a") is None
