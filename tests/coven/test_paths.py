"""Tests of `coven.paths`."""

import os
import pwd
from pathlib import Path

import pytest

from coven_watchdog.coven.paths import HomePaths, canonical, default_home, translated
from coven_watchdog.errors import ConfigError, CovenError, ForbiddenError


def test_files_lie_where_coven_puts_them() -> None:
    """The names of Coven 0.4.6."""
    paths = HomePaths(Path("/h"))
    found = [paths.socket, paths.record, paths.serve_lock, paths.ledger, paths.wal, paths.log]
    names = ["coven.sock", "daemon.json", "daemon-serve.lock", "coven.sqlite3", "coven.sqlite3-wal", "daemon-recovery.log"]
    assert found == [Path("/h", name) for name in names]


def test_parents_are_resolved_and_the_home_itself_is_not(tmp_path: Path) -> None:
    """A home that is a link stays one, because Coven refuses it; a link above it does not matter."""
    real = tmp_path / "real"
    (real / "home").mkdir(parents=True)
    (tmp_path / "link").symlink_to(real)
    (real / "alias").symlink_to(real / "home")
    assert canonical(tmp_path / "link" / "home", {}) == real / "home"
    assert canonical(f"{tmp_path}/link/alias/", {}) == real / "alias"


def test_a_home_that_is_not_there_has_a_name_too(tmp_path: Path) -> None:
    """It may come later."""
    assert canonical(tmp_path / "a" / ".." / "none", {}) == tmp_path / "none"


@pytest.mark.parametrize("text", ["/", "//", "/tmp/.."])
def test_the_root_is_the_root(text: str) -> None:
    """A path without a last part is resolved whole."""
    assert canonical(text, {}) == Path("/")


def test_dots_at_the_end_are_resolved(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """`.` and relative names start at the working directory."""
    before = Path.cwd()
    request.addfinalizer(lambda: os.chdir(before))
    os.chdir(tmp_path)
    assert canonical(".", {}) == tmp_path.resolve()
    assert canonical("sub/..", {}) == tmp_path.resolve()
    assert canonical("sub", {}) == tmp_path.resolve() / "sub"


def test_the_default_home_follows_the_environment(tmp_path: Path) -> None:
    """COVEN_HOME wins over ~/.coven; an empty one counts as unset."""
    env = {"HOME": str(tmp_path)}
    assert default_home(env) == tmp_path / ".coven"
    assert default_home(env | {"COVEN_HOME": ""}) == tmp_path / ".coven"
    assert default_home(env | {"COVEN_HOME": f"{tmp_path}/other"}) == tmp_path / "other"


def test_a_tilde_works_without_home_and_for_users() -> None:
    """The password database knows both."""
    me = pwd.getpwuid(os.getuid())
    home = Path(os.path.realpath(me.pw_dir))
    assert canonical("~/.coven", {}) == home / ".coven"
    assert canonical(f"~{me.pw_name}/x", {}) == home / "x"


@pytest.mark.parametrize("text", ["", "a\0b", "~nobody-of-that-name/x", "/a/\udcff"])
def test_what_cannot_be_a_path_is_a_configuration_error(text: str) -> None:
    """Not a crash, and not a directory named `~…`."""
    with pytest.raises(ConfigError) as caught:
        canonical(text, {})

    assert caught.value.next_step


def test_refusals_of_the_system_become_ours(tmp_path: Path) -> None:
    """Not there passes; forbidden and broken are told apart, with the path."""
    with pytest.raises(FileNotFoundError), translated(tmp_path):
        raise NotADirectoryError

    with pytest.raises(ForbiddenError) as forbidden, translated(tmp_path):
        raise PermissionError

    with pytest.raises(CovenError) as broken, translated(tmp_path):
        raise OSError(5, "Input/output error")

    assert forbidden.value.where == broken.value.where == str(tmp_path)
    assert "Input/output error" in broken.value.message
