"""What couriers are asked on behalf of a command."""

from pathlib import Path

import pytest

from coven_watchdog.cli.asked_apprise import desktop_missing, refusals
from coven_watchdog.errors import DeliveryError


@pytest.fixture
def env() -> dict[str, str]:
    """Nothing of this machine's session."""
    return {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}


def test_what_apprise_takes(env: dict[str, str]) -> None:
    """One word for each address, in their order."""
    good, bad = refusals(["json://host/", "tgram://x"], env)
    assert good == ""
    assert "Apprise does not take this URL" in bad
    assert refusals([], env) == ()


def test_a_machine_without_a_desktop(env: dict[str, str]) -> None:
    """It says why nothing can be shown."""
    assert "no session bus" in desktop_missing(env)


def test_a_courier_that_does_not_come_up(env: dict[str, str], tmp_path: Path) -> None:
    """It is one error, and no group of them."""
    (tmp_path / "apprise.py").write_text("raise SystemExit(3)", encoding="utf-8")
    with pytest.raises(DeliveryError, match="Apprise cannot be asked"):
        refusals(["json://host/"], env | {"PYTHONPATH": str(tmp_path)})
