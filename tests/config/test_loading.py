"""Loading: the file, the environment and --home become settings."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from coven_watchdog.config import FaultyConfigError, Loaded, load
from coven_watchdog.errors import ConfigError
from coven_watchdog.model.words import Expect, Kind, Severity, Titles
from coven_watchdog.settings import Duration, Secret

Write = Callable[..., Path]
Load = Callable[[str], Loaded]
Env = Mapping[str, str]

WHOLE = """
name = "devbox"
homes = ["~/one", { path = "~/two", name = "second", expect = "running" }]
expect = "auto"

[probe]
health_interval = "5s"
unresponsive_after = 2

[sessions]
own_terminal = true

[alerts]
max_reminders = 0

[delivery]
timeout = "1m"

[privacy]
titles = "none"

[severity]
"session.*" = "off"
"daemon.crashed" = "critical"

[[channels]]
name = "desk"
url = "desktop://"

[[channels]]
name = "phone"
url_env = "PHONE"
min_severity = "critical"
also = ["session.f*"]
titles = true
"""


def test_nothing_at_all_is_a_configuration(env: Env) -> None:
    """Without a file: the default home, the built-in desktop channel, and everything at its default."""
    loaded = load(None, env)
    assert not loaded.exists
    assert loaded.path == Path(env["HOME"]) / ".config/coven-watchdog/config.toml"
    assert [home.path for home in loaded.settings.watched] == [env["HOME"] + "/.coven"]
    assert loaded.settings.channels[0].local
    assert loaded.settings.channels[0].also == (Kind.SESSION_FINISHED,)
    assert (loaded.origins, loaded.warnings) == ({"homes": "default"}, ())


@pytest.mark.parametrize("target", ["nowhere", "config.toml"])
def test_a_link_that_leads_nowhere_is_no_default(env: Env, target: str) -> None:
    """Somebody has a configuration, and it cannot be read: to watch by the defaults would look like success."""
    folder = Path(env["HOME"], ".config/coven-watchdog")
    folder.mkdir(parents=True)
    (folder / "config.toml").symlink_to(target)
    with pytest.raises(ConfigError) as caught:
        load(None, env)

    assert caught.value.where == str(folder / "config.toml")


def test_every_key_is_read(write: Write, env: Env) -> None:
    """A file that uses every kind of key becomes settings of the right types."""
    path = write(WHOLE)
    settings = load(path, {**env, "PHONE": " ntfys://topic\n"}).settings
    assert settings.name == "devbox"
    assert [(home.path, home.name, home.expect) for home in settings.watched] == [
        (env["HOME"] + "/one", "", None),
        (env["HOME"] + "/two", "second", Expect.RUNNING),
    ]
    assert settings.probe.health_interval == Duration(5_000_000)
    assert (settings.probe.unresponsive_after, settings.sessions.own_terminal, settings.alerts.max_reminders) == (2, True, 0)
    assert settings.delivery.timeout == Duration(60_000_000)
    assert settings.privacy.titles is Titles.NONE
    assert settings.severity_of(Kind.SESSION_FAILED, Severity.WARNING) is Severity.OFF
    phone = settings.channels[1]
    assert (phone.url, phone.min_severity, phone.also, phone.titles) == (
        Secret("ntfys://topic"),
        Severity.CRITICAL,
        ("session.f*",),
        True,
    )


def test_each_value_has_its_origin(write: Write, env: Env) -> None:
    """Keys of the file have its line; an address by reference has the reference."""
    path = write(WHOLE)
    origins = load(path, {**env, "PHONE": "ntfys://topic"}).origins
    assert origins["name"] == f"{path}:2"
    assert origins["probe.unresponsive_after"] == f"{path}:8"
    assert origins["severity.session.*"] == f"{path}:23"
    assert origins["channels[0].url"] == f"{path}:28"
    assert origins["channels[1].url"] == "environment PHONE"


@pytest.mark.parametrize(("text", "line"), [('name = "x"\nname = "y"\n', 2), ("[probe\n", 1), ("x = \n", 1), ('x = """\n', 2)])
def test_what_is_no_toml_has_its_line(write: Write, env: Env, text: str, line: int) -> None:
    """A syntax error names the file and, unless the file ended too early, the line."""
    path = write(text)
    with pytest.raises(ConfigError, match="is not TOML") as caught:
        load(path, env)

    assert caught.value.where in {f"{path}:{line}", str(path)}


def test_a_named_file_must_exist(tmp_path: Path, env: Env) -> None:
    """The default file may be absent; one that was asked for may not."""
    missing = tmp_path / "none.toml"
    with pytest.raises(ConfigError, match="no such file"):
        load(missing, env)

    with pytest.raises(ConfigError, match="no such file") as caught:
        load(None, {**env, "COVEN_WATCHDOG_CONFIG": str(missing)})

    assert "config init" in caught.value.next_step


def test_looking_needs_no_addresses(write: Write, env: Env) -> None:
    """Commands that only look work where the service's environment is not."""
    path = write('[[channels]]\nname = "x"\nurl_env = "NOT_SET_HERE"\n')
    assert load(path, env, resolve_urls=False).settings.channels[0].url is None
    with pytest.raises(FaultyConfigError, match="NOT_SET_HERE is not set") as caught:
        load(path, env)

    assert caught.value.where == f"{path}:3: channels[0].url_env"


def test_doubtful_addresses_by_reference(write: Write, env: Env) -> None:
    """An address that is known to lose messages is said wherever it stands, and without being shown."""
    path = write('[[channels]]\nname = "x"\nurl_env = "BROKER"\n')
    (warning,) = load(path, {**env, "BROKER": "mqtt://host/s3cr3t"}).warnings
    assert warning.startswith(f"{path}:3: channels[0].url_env: mqtt:// without ?qos=1")
    assert "s3cr3t" not in warning
