"""Which homes are watched."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from coven_watchdog.config import FaultyConfigError, load

Write = Callable[..., Path]
Env = Mapping[str, str]
Refused = Callable[[str], FaultyConfigError]


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        ('homes = ["rel/ative"]', "1: homes[0]", "relative"),
        ('homes = [""]', "1: homes[0]", "relative or empty"),
        ('homes = ["/a", "/a/../a"]', "1: homes[1]", "/a is the same directory as /a"),
        ('homes = ["/a\\u0000b"]', "1: homes[0]", "zero byte"),
    ],
)
def test_homes_that_cannot_be_are_told_with_their_place(refused: Refused, text: str, where: str, said: str) -> None:
    """A home that would depend on the working directory, or is named twice, is refused."""
    error = refused(text)
    assert error.where.endswith(f"config.toml:{where}")
    assert said in error.message
    assert error.next_step
    assert error.exit_code == 2


def test_the_order_of_the_homes(write: Write, env: Env, tmp_path: Path) -> None:
    """--home beats `homes`, which beats $COVEN_HOME, which beats ~/.coven."""
    path = write('homes = ["/from/file"]')
    with_variable = {**env, "COVEN_HOME": "/from/variable"}

    def homes(file: Path | None, options: tuple[str, ...] = ()) -> tuple[list[str], str]:
        loaded = load(file, with_variable, homes=options)
        return [home.path for home in loaded.settings.watched], loaded.origins["homes"]

    assert homes(path, (str(tmp_path / "a"), str(tmp_path / "a"), str(tmp_path / "b"))) == (
        [str(tmp_path / "a"), str(tmp_path / "b")],
        "--home",
    )
    assert homes(path) == (["/from/file"], f"{path}:1")
    assert homes(None) == (["/from/variable"], "environment COVEN_HOME")


def test_a_home_of_the_option_keeps_its_name(write: Write, env: Env) -> None:
    """--home with a home that the file describes watches it as described."""
    path = write('[[homes]]\npath = "/a"\nname = "first"\n[[homes]]\npath = "/b"\n')
    homes = load(path, env, homes=("/a",)).settings.watched
    assert [(home.path, home.name) for home in homes] == [("/a", "first")]


def test_one_directory_twice_is_refused(write: Write, env: Env, tmp_path: Path) -> None:
    """A symlink to a home is the same home; two entries would tell everything twice."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    path = write(f'homes = ["{tmp_path}/real", "{tmp_path}/link"]')
    with pytest.raises(FaultyConfigError, match="is the same directory as"):
        load(path, env)

    with pytest.raises(FaultyConfigError) as caught:
        load(None, env, homes=(str(tmp_path / "real"), str(tmp_path / "link")))

    assert caught.value.where.endswith(": --home")
