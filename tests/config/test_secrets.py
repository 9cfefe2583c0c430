"""Addresses by reference."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from coven_watchdog.config.secrets import apprise_path, apprise_text, needs_service, origin, resolve
from coven_watchdog.errors import ConfigError
from coven_watchdog.settings import Channel, Secret

Env = Mapping[str, str]


def _file(path: Path, text: str = "ntfys://topic\n", mode: int = 0o600) -> Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_an_address_in_place_stays(env: Env) -> None:
    """A channel with a `url` needs nothing."""
    channel = Channel(name="x", url=Secret("desktop://"))
    assert resolve(channel, env, "here") is channel
    assert not origin(channel)


def test_an_address_from_the_environment(env: Env) -> None:
    """`url_env` names the variable; blanks around its value are dropped."""
    channel = Channel(name="x", url_env="PHONE")
    assert resolve(channel, {**env, "PHONE": " ntfys://topic\n"}, "here").url == Secret("ntfys://topic")
    assert origin(channel) == "environment PHONE"


@pytest.mark.parametrize("form", ["{file}", "~/secret", "$CREDENTIALS_DIRECTORY/secret", "${CREDENTIALS_DIRECTORY}/secret"])
def test_an_address_from_a_file(env: Env, form: str) -> None:
    """`url_file` may be absolute, start at ~, or lie in systemd's credentials."""
    file = _file(Path(env["HOME"]) / "secret")
    channel = Channel(name="x", url_file=form.replace("{file}", str(file)))
    assert resolve(channel, {**env, "CREDENTIALS_DIRECTORY": env["HOME"]}, "here").url == Secret("ntfys://topic")
    assert origin(channel).startswith("file ")


@pytest.mark.parametrize(
    ("channel", "said"),
    [
        (Channel(name="x", url_env="EMPTY"), "EMPTY is not set"),
        (Channel(name="x", url_env="NONSENSE"), "environment NONSENSE is no URL"),
        (Channel(name="x", url_file="relative"), "the path is relative"),
        (Channel(name="x", url_file="/not/there"), "there is no file /not/there"),
        (Channel(name="x", url_file="$CREDENTIALS_DIRECTORY/x"), "CREDENTIALS_DIRECTORY is not set here"),
    ],
)
def test_references_that_lead_nowhere(env: Env, channel: Channel, said: str) -> None:
    """The error says which reference, where it stands, and never what it holds."""
    with pytest.raises(ConfigError, match=said.replace("$", r"\$")) as caught:
        resolve(channel, {**env, "EMPTY": " ", "NONSENSE": "s3cr3t"}, "config.toml:3")

    assert caught.value.where == "config.toml:3"
    assert caught.value.next_step
    assert "s3cr3t" not in caught.value.message


@pytest.mark.parametrize(("mode", "said"), [(0o644, "other users can read it"), (0o622, "other users can write")])
def test_a_file_that_others_reach_is_refused(env: Env, tmp_path: Path, mode: int, said: str) -> None:
    """`url_file` holds nothing but the secret: it must be private."""
    channel = Channel(name="x", url_file=str(_file(tmp_path / "secret", mode=mode)))
    with pytest.raises(ConfigError, match=said):
        resolve(channel, env, "here")


def test_a_credential_belongs_to_the_service(env: Env) -> None:
    """Outside the service, a credential is no fault; inside it is looked for."""
    channel = Channel(name="x", url_file="$CREDENTIALS_DIRECTORY/x")
    assert needs_service(channel, env)
    assert not needs_service(channel, {**env, "CREDENTIALS_DIRECTORY": "/run/credentials"})
    assert not needs_service(Channel(name="x", url_env="A"), env)


def test_an_apprise_file(env: Env) -> None:
    """Its path is expanded as that of `url_file`, its text is given as it is, and the channel waits for what it means."""
    file = _file(Path(env["HOME"]) / "apprise.yml", " urls:\n")
    channel = Channel(name="x", apprise_config="~/apprise.yml")
    assert apprise_path(channel, env, "here") == file
    assert apprise_text(channel, env, "here") == " urls:\n"
    assert origin(channel) == "file ~/apprise.yml"
    assert resolve(channel, env, "here") is channel
    credential = Channel(name="x", apprise_config="$CREDENTIALS_DIRECTORY/apprise.yml")
    assert needs_service(credential, env)
    assert apprise_path(credential, {"CREDENTIALS_DIRECTORY": env["HOME"]}, "here") == file


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (Path.exists, "there is no file"),
        (lambda path: path.mkdir(), "is not a regular file"),
        (lambda path: os.mkfifo(path, 0o600), "is not a regular file"),
        (lambda path: path.symlink_to("/dev/zero"), "is not a regular file"),
        (lambda path: path.symlink_to("/etc/hostname-that-is-not"), "there is no file"),
        (lambda path: _file(path, mode=0o644), "other users can read it"),
        (lambda path: _file(path, mode=0o666), "other users can write"),
        (lambda path: _file(path, "#" * (1 << 17)), "is larger than 128 KiB"),
        (lambda path: os.truncate(_file(path), 100_000_000), "is larger than 128 KiB"),
        (lambda path: path.write_bytes(b"\xff") and path.chmod(0o600), "is not UTF-8"),
    ],
    ids=["missing", "folder", "pipe", "device", "dangling", "readable", "writable", "large", "giant", "binary"],
)
def test_apprise_files_that_are_refused(env: Env, tmp_path: Path, make: Callable[[Path], object], said: str) -> None:
    """Before a byte is believed, and without waiting for one: each with its reason and what to do."""
    path = tmp_path / "apprise.yml"
    make(path)
    with pytest.raises(ConfigError, match=said) as caught:
        apprise_text(Channel(name="x", apprise_config=str(path)), env, "config.toml:3")

    assert caught.value.next_step
    assert "config init" not in caught.value.next_step


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_link_to_somebody_elses_apprise_file(env: Env, tmp_path: Path) -> None:
    """Who owns what the link leads to decides who is told."""
    theirs = _file(tmp_path / "theirs.yml")
    os.chown(theirs, 65534, 65534)
    (tmp_path / "apprise.yml").symlink_to(theirs)
    with pytest.raises(ConfigError, match="belongs to another user"):
        apprise_text(Channel(name="x", apprise_config=str(tmp_path / "apprise.yml")), env, "here")
