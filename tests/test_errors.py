"""Errors say what, where, and what to do next."""

import pytest

from coven_watchdog import errors
from coven_watchdog.errors import CovenError, DeliveryError, HttpError, WatchdogError

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, WatchdogError)]


def test_what_where_and_next() -> None:
    """The parts are there for the printer; the text is the message alone."""
    error = WatchdogError("it failed", where="config.toml:3: probe", next_step="mend it")
    assert (str(error), error.message, error.where, error.next_step) == (
        "it failed",
        "it failed",
        "config.toml:3: probe",
        "mend it",
    )
    assert (WatchdogError("x").where, WatchdogError("x").next_step) == ("", "")


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_has_a_code_and_an_exit_code(kind: type[WatchdogError]) -> None:
    """Codes are words for scripts; exit codes are 1, 2 for what the user can mend, 75 for a replaced package."""
    assert kind.code.isidentifier()
    assert kind.exit_code in {1, 2, 75}
    assert kind.__doc__


def test_delivery_errors_know_whether_trying_again_helps() -> None:
    """By default it does."""
    assert not DeliveryError("busy").permanent
    assert DeliveryError("no such room", permanent=True).permanent


def test_errors_of_an_exchange() -> None:
    """How far it came is known; an error status has Coven's own word."""
    error = CovenError("x")
    assert (error.peer, error.peer_uid, error.latency) == (None, None, 0)
    refused = HttpError("store unavailable", status=503, error_code="store_unavailable")
    assert (refused.status, refused.error_code) == (503, "store_unavailable")
    assert HttpError("x", status=500).error_code == ""
