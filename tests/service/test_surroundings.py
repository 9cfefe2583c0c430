"""What of a shell's environment goes into the service's file."""

from pathlib import Path

import pytest

from coven_watchdog.errors import UsageError
from coven_watchdog.service.surroundings import Surroundings, search_path

HOME = {"HOME": "/home/ada"}


def test_only_what_means_files() -> None:
    """PATH is always there; nothing else goes along unless it is set and says which files are meant. No secret does."""
    env = HOME | {"PATH": "/a:/b", "API_KEY": "x", "HTTPS_PROXY": "http://u:p@h", "LANG": "C"}
    assert Surroundings(env).carried() == {"PATH": "/a:/b"}


def test_chosen_files(tmp_path: Path) -> None:
    """The home, the configuration and the state that this shell means are the service's, written from the root."""
    env = {
        "HOME": str(tmp_path),
        "PATH": "/a",
        "COVEN_HOME": "~/c",
        "COVEN_WATCHDOG_STATE_DIR": "/s",
        "XDG_CONFIG_HOME": "/x/config",
        "XDG_STATE_HOME": "relative",
    }
    kept = Surroundings(env, Path("/etc/w.toml")).carried()
    assert kept == {
        "PATH": "/a",
        "COVEN_HOME": str(tmp_path / "c"),
        "COVEN_WATCHDOG_CONFIG": "/etc/w.toml",
        "COVEN_WATCHDOG_STATE_DIR": "/s",
        "XDG_CONFIG_HOME": "/x/config",
    }
    named = Surroundings(HOME | {"PATH": "/a", "COVEN_WATCHDOG_CONFIG": "/y.toml"}).carried()
    assert named["COVEN_WATCHDOG_CONFIG"] == "/y.toml"


def test_a_relative_state() -> None:
    """A relative folder would be another one for the service."""
    with pytest.raises(UsageError, match="relative"):
        Surroundings(HOME | {"COVEN_WATCHDOG_STATE_DIR": "state"}).carried()


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/a:/b:/a", "/a:/b"),
        (":.:bin:/a", "/a"),
        ("/run/user/7/fnm/bin:/a", "/a"),
        ("/tmp/session/bin:/a", "/a"),
        ("/a\n:/b", "/b"),
        ("", "/usr/local/bin:/usr/bin:/bin"),
    ],
)
def test_the_path(path: str, kept: str) -> None:
    """Relative folders, repeated ones and those of a login session do not last; something is always searched."""
    assert search_path({"PATH": path, "XDG_RUNTIME_DIR": "/tmp/session"}) == kept


@pytest.mark.parametrize("env", [{}, {"HOME": ""}, {"HOME": "home"}])
def test_no_home(env: dict[str, str]) -> None:
    """Without a home nobody knows whose service it would be."""
    with pytest.raises(UsageError, match="HOME is not set"):
        _ = Surroundings(env).home
