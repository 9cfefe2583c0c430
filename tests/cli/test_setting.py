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


def test_what_is_masked_is_known_to_the_printer(tmp_path: Path) -> None:
    """As soon as the configuration is read."""
    terms = _terms(tmp_path)
    terms.config = tmp_path / "config.toml"
    terms.config.write_text("[privacy]\npatterns = ['a1']\n", encoding="utf-8")
    setting.loaded(terms)
    assert terms.patterns == ["a1"]
