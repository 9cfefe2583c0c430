"""What the watchdog keeps, and removing it without touching anything else."""

from pathlib import Path

import pytest

from coven_watchdog.cli.purging import kept, purge
from coven_watchdog.cli.terms import Terms
from coven_watchdog.daemon.instance import single_instance
from coven_watchdog.errors import AlreadyRunningError, WatchdogError


def _terms(home: Path, config: Path | None = None, **env: str) -> Terms:
    return Terms(env={"HOME": str(home), **env}, config=config)


def _fill(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")


def test_the_usual_places(tmp_path: Path) -> None:
    """Folders of our name are ours with all that is in them; where there is nothing, nothing is kept."""
    assert kept(_terms(tmp_path)) == ()
    config, state = tmp_path / ".config/coven-watchdog", tmp_path / ".local/state/coven-watchdog"
    _fill(config / "config.toml", config / "phone.url", state / "watchdog.sqlite3")
    assert kept(_terms(tmp_path)) == (config, state)
    purge(_terms(tmp_path), kept(_terms(tmp_path)))
    assert not config.exists()
    assert not state.exists()
    assert config.parent.exists()


def test_chosen_places(tmp_path: Path) -> None:
    """In folders that somebody else named, only our files are removed, and a folder only when it is empty then."""
    state = tmp_path / "all-states"
    ours = [
        state / name for name in ("watchdog.sqlite3", "watchdog.sqlite3-wal", "watchdog.sqlite3.damaged-1", "watchdog.lock")
    ]
    other, config = state / "other.db", tmp_path / "etc/w.toml"
    _fill(*ours, other, config, config.with_name("else.toml"))
    terms = _terms(tmp_path, config, COVEN_WATCHDOG_STATE_DIR=str(state))
    assert set(kept(terms)) == {config, *ours}
    purge(terms, kept(terms))
    assert list(state.iterdir()) == [other]
    assert [path.name for path in config.parent.iterdir()] == ["else.toml"]
    _fill(*ours)
    other.unlink()
    purge(terms, kept(terms))
    assert not state.exists()


def test_a_link_in_place_of_our_folder(tmp_path: Path) -> None:
    """It may lead to what somebody else keeps: only our file behind it is removed, never the folder."""
    elsewhere = tmp_path / "dotfiles"
    _fill(elsewhere / "config.toml", elsewhere / "precious")
    (tmp_path / ".config").mkdir()
    (tmp_path / ".config/coven-watchdog").symlink_to(elsewhere)
    terms = _terms(tmp_path)
    assert kept(terms) == (tmp_path / ".config/coven-watchdog/config.toml",)
    purge(terms, kept(terms))
    assert [path.name for path in elsewhere.iterdir()] == ["precious"]


def test_while_somebody_watches(tmp_path: Path) -> None:
    """The records of a watchdog that runs are not taken from under it."""
    state = tmp_path / ".local/state/coven-watchdog"
    _fill(state / "watchdog.sqlite3")
    terms = _terms(tmp_path)
    with single_instance(state), pytest.raises(AlreadyRunningError):
        purge(terms, kept(terms))

    assert (state / "watchdog.sqlite3").exists()


def test_what_cannot_be_removed(tmp_path: Path) -> None:
    """It is said which."""
    _fill(tmp_path / "file")
    with pytest.raises(WatchdogError, match="cannot be removed") as raised:
        purge(_terms(tmp_path), (tmp_path / "file" / "below",))

    assert raised.value.where == str(tmp_path / "file" / "below")
