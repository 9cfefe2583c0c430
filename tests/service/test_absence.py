"""Why nobody answers, in words."""

import pytest

from coven_watchdog.service.absence import no_systemd


@pytest.mark.parametrize(
    ("env", "missing", "booted", "why", "what"),
    [
        ({"XDG_RUNTIME_DIR": "/run/user/1"}, True, True, "there is no systemctl", "docs/install.md"),
        ({"XDG_RUNTIME_DIR": "/run/user/1"}, False, False, "a container", "docs/install.md"),
        ({}, False, True, "no login session", "enable-linger"),
        ({"XDG_RUNTIME_DIR": "/run/user/1"}, False, True, "No medium found", "log in anew"),
    ],
)
def test_words(env: dict[str, str], missing: bool, booted: bool, why: str, what: str) -> None:  # noqa: FBT001 - a table
    """Each case says what is missing and what to do instead."""
    error = no_systemd(env, "Failed to connect to bus: No medium found", missing=missing, booted=booted)
    assert why in error.message
    assert what in error.next_step
    assert error.code == "no_manager"


def test_silence() -> None:
    """A manager that fails without a word is told so."""
    assert "says nothing" in no_systemd({"XDG_RUNTIME_DIR": "/x"}, "", missing=False, booted=True).message


def test_it_finds_out_by_itself() -> None:
    """Whether systemd runs this machine is looked up when nobody says."""
    assert no_systemd({"XDG_RUNTIME_DIR": "/x"}, "", missing=False).message
