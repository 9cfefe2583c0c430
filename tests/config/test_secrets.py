"""Addresses by reference."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from coven_watchdog.config.secrets import needs_service, origin, resolve
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
