"""What commands work with."""

from pathlib import Path

from coven_watchdog.cli import setting
from coven_watchdog.cli.terms import Terms
from coven_watchdog.settings import Settings


def _terms(tmp_path: Path) -> Terms:
    return Terms(env={"HOME": str(tmp_path), "COVEN_WATCHDOG_STATE_DIR": str(tmp_path / "state")})


def test_places_and_people(tmp_path: Path) -> None:
    """The machine's name from the configuration or the system, and which home needs no COVEN_HOME."""
    terms = _terms(tmp_path)
    assert setting.place(terms, Settings(name="devbox")).host == "devbox"
    assert setting.place(terms, Settings()).host
    assert setting.place(terms, Settings()).default_home == f"{tmp_path}/.coven"
    assert setting.here(terms).home == str(tmp_path)
    assert not setting.loaded(terms).exists
