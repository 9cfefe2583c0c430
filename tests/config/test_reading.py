"""Files that may be believed."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from coven_watchdog.config import load
from coven_watchdog.errors import ConfigError
from coven_watchdog.settings import Secret

Write = Callable[..., Path]
Env = Mapping[str, str]


def test_what_is_no_text_has_its_line(write: Write, env: Env) -> None:
    """A file that is not UTF-8 names the line of the first bad byte."""
    path = write("")
    path.write_bytes(b'name = "x"\nexpect = "\xff"\n')
    with pytest.raises(ConfigError, match="UTF-8") as caught:
        load(path, env)

    assert caught.value.where == f"{path}:2"


@pytest.mark.parametrize(
    ("mode", "url", "said"),
    [
        (0o644, "ntfys://topic", "holds a secret, and other users can read it"),
        (0o640, "ntfys://topic", "holds a secret, and other users can read it"),
        (0o644, "desktop://", ""),
        (0o600, "ntfys://topic", ""),
        (0o622, "desktop://", "other users can write"),
        (0o660, "desktop://", "other users can write"),
    ],
)
def test_the_mode_of_the_file(write: Write, env: Env, mode: int, url: str, said: str) -> None:
    """Others may never write it, and may read it only while nothing in it is secret; the error says the chmod."""
    path = write(f'[[channels]]\nname = "x"\nurl = "{url}"\n', mode)
    if not said:
        assert load(path, env).settings.channels[0].url == Secret(url)
        return

    with pytest.raises(ConfigError, match=said) as caught:
        load(path, env)

    assert caught.value.next_step.endswith(f"{'600' if 'secret' in said else 'go-w'} {path}")


def test_the_address_of_the_heartbeat_is_a_secret(write: Write, env: Env) -> None:
    """A file that names it must be private, too: whoever knows it can say that all is well."""
    text = '[heartbeat]\nurl = "https://hc.example/4711"\n'
    assert load(write(text), env).settings.heartbeat.url == Secret("https://hc.example/4711")
    with pytest.raises(ConfigError, match="holds a secret"):
        load(write(text, 0o644), env)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user_is_refused(write: Write, env: Env) -> None:
    """Whoever owns the configuration decides who is told."""
    path = write("")
    os.chown(path, 65534, 65534)
    with pytest.raises(ConfigError, match="belongs to another user \\(uid 65534\\)"):
        load(path, env)


def test_what_is_no_file_is_refused(tmp_path: Path, env: Env, write: Write) -> None:
    """Directories, pipes and giants are no configuration; reading one does not hang."""
    os.mkfifo(tmp_path / "pipe", 0o600)
    for odd in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(ConfigError, match="not a regular file"):
            load(odd, env)

    with pytest.raises(ConfigError, match="larger than 1024 KiB"):
        load(write("#" * (1 << 20)), env)

    with pytest.raises(ConfigError, match="cannot read"):
        load(write("") / "below", env)
