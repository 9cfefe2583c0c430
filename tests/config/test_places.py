"""Where files are."""

from pathlib import Path

import pytest

from coven_watchdog.config.places import config_place, state_directory, there
from coven_watchdog.errors import UsageError


def test_the_usual_places() -> None:
    """Without variables: below ~/.config and ~/.local/state."""
    env = {"HOME": "/home/me"}
    assert config_place(None, env).path == Path("/home/me/.config/coven-watchdog/config.toml")
    assert not config_place(None, env).chosen
    assert state_directory(env) == Path("/home/me/.local/state/coven-watchdog")


def test_the_xdg_variables_move_them() -> None:
    """XDG folders are used when absolute; relative ones count as unset, as the XDG specification says."""
    env = {"HOME": "/home/me", "XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "/s"}
    assert config_place(None, env).path == Path("/c/coven-watchdog/config.toml")
    assert state_directory(env) == Path("/s/coven-watchdog")
    assert state_directory({"HOME": "/home/me", "XDG_STATE_HOME": "s"}) == Path("/home/me/.local/state/coven-watchdog")


def test_our_own_variables_override() -> None:
    """They name the file and the folder themselves; `--config` beats the variable."""
    env = {"HOME": "/home/me", "COVEN_WATCHDOG_CONFIG": "/x.toml", "COVEN_WATCHDOG_STATE_DIR": "/state"}
    place = config_place(None, env)
    assert (place.path, place.origin, place.chosen) == (Path("/x.toml"), "environment COVEN_WATCHDOG_CONFIG", True)
    assert config_place(Path("/y.toml"), env).path == Path("/y.toml")
    assert config_place(Path("y.toml"), env).path == Path.cwd() / "y.toml"
    assert state_directory(env) == Path("/state")


@pytest.mark.parametrize("name", ["COVEN_WATCHDOG_CONFIG", "COVEN_WATCHDOG_STATE_DIR"])
def test_a_relative_variable_is_refused(name: str) -> None:
    """It would mean another file in each working directory."""
    env = {"HOME": "/home/me", name: "x"}
    with pytest.raises(UsageError) as caught:
        config_place(None, env) if name.endswith("CONFIG") else state_directory(env)

    assert caught.value.where == name


def test_what_is_there(tmp_path: Path) -> None:
    """A link that leads nowhere was put there by somebody, and what may not be looked at may be something; below a file is nothing."""
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to("nowhere")
    (tmp_path / "loop").symlink_to("loop")
    assert [there(tmp_path / name) for name in ("file", "link", "loop")] == [True, True, True]
    assert not there(tmp_path / "none")
    assert not there(tmp_path / "file" / "below")
    assert there(Path("x" * 5000))
