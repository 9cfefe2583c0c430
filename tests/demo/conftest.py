"""Where a demo is played in tests."""

import os
from pathlib import Path

import pytest


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A user without desktop, with settings and a Coven of their own that the demo must not touch."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COVEN_", "DBUS_", "DISPLAY", "WAYLAND"))}
    elsewhere = {
        "COVEN_WATCHDOG_CONFIG": str(tmp_path / "users.toml"),
        "COVEN_WATCHDOG_STATE_DIR": str(tmp_path / "users-state"),
        "COVEN_HOME": str(tmp_path / "users-coven"),
        "HOME": str(tmp_path),
        "XDG_RUNTIME_DIR": str(tmp_path),
    }
    return kept | elsewhere
