"""Which function takes which observation about processes."""

from coven_watchdog.model import processes
from coven_watchdog.model.facts import Observation
from coven_watchdog.state.processes import OF_PROCESSES


def test_every_observation_about_processes_is_folded() -> None:
    """None that a source tells is lost on the way."""
    kinds = {kind for kind in vars(processes).values() if isinstance(kind, type) and issubclass(kind, Observation)}
    assert kinds - {Observation} <= set(OF_PROCESSES)
