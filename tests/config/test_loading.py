"""Loading: the file, the environment and --home become settings."""

import os
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


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        ('naem = "x"', "1: naem", "unknown key; did you mean name?"),
        ("[prob]\nx = 1", "1: prob", "unknown key; did you mean probe?"),
        ('[probe]\nhelth_interval = "5s"', "2: probe.helth_interval", "did you mean health_interval?"),
        ('health_interval = "5s"', "1: health_interval", "did you mean health_interval in [probe]?"),
        ('[probe]\nname = "x"', "2: probe.name", "name belongs to the top of the file, above the first [section]"),
        ("[alerts]\nzzzzzzzzz = 1", "2: alerts.zzzzzzzzz", "unknown key; known here: group_wait"),
        ('[heartbeat]\nurl = ""', "1: heartbeat", "unknown key"),
        ("[alerts]\ndigest_at = 1", "2: alerts.digest_at", "unknown key"),
        ('expect = "runing"', "1: expect", '"runing" is none of auto, running; did you mean running?'),
        (
            "[probe]\nhealth_interval = 5",
            "2: probe.health_interval",
            '5 has no unit; write it in quotes with one, such as "5s"',
        ),
        ('[probe]\nhealth_interval = "fast"', "2: probe.health_interval", '"fast" is no duration; write it like 90s'),
        ("[probe]\nhealth_interval = true", "2: probe.health_interval", "must be a duration in quotes"),
        ('[probe]\nhealth_interval = "200ms"', "2: probe.health_interval", "must be at least 1s, and is 200ms"),
        ('[delivery]\ntimeout = "1d"', "2: delivery.timeout", "must be at most 10m, and is 1d"),
        ("[probe]\nunresponsive_after = 0", "2: probe.unresponsive_after", "must be at least 1, and is 0"),
        ("[probe]\nunresponsive_after = true", "2: probe.unresponsive_after", "must be a whole number"),
        ("[alerts]\nmax_reminders = -1", "2: alerts.max_reminders", "must be at least 0, and is -1"),
        ('[alerts]\nsend_resolved = "yes"', "2: alerts.send_resolved", "must be true or false, without quotes"),
        ("probe = 3", "1: probe", "must be a section: [probe]"),
        ("severity = 3", "1: severity", "must be a section: [severity]"),
        ('[severity]\n"session.failled" = "off"', "2: severity.session.failled", "did you mean session.failed?"),
        ('[severity]\n"sesion.*" = "off"', "2: severity.sesion.*", 'matches no kind: "sesion.*"; did you mean session.*?'),
        ('[severity]\n"session.ghost" = "off"', "2: severity.session.ghost", "this kind is unknown"),
        ('[severity]\n"session.*" = "warn"', "2: severity.session.*", "did you mean warning?"),
        ("homes = []", "1: homes", "the list is empty"),
        ('homes = ["rel/ative"]', "1: homes[0]", "relative"),
        ('homes = [""]', "1: homes[0]", "relative or empty"),
        ("homes = [3]", "1: homes[0]", "must be a path in quotes or a table"),
        ('homes = "~/.coven"', "1: homes", "must be a list"),
        ('[[homes]]\nname = "x"', "1: homes[0]", "the key path is missing"),
        ('[[homes]]\npath = "/a"\nexpect = "x"', "3: homes[0].expect", "none of auto, running"),
        ('homes = ["/a", "/a/../a"]', "1: homes[1]", "/a is the same directory as /a"),
        ('homes = ["/a\\u0000b"]', "1: homes[0]", "zero byte"),
        ('[channels]\nname = "x"', "1: channels", "must be a list of tables: write [[channels]] with two brackets"),
        ("channels = [3]", "1: channels[0]", "must be a table"),
        ('[[channels]]\nurl = "desktop://"', "1: channels[0]", "the key name is missing"),
        ('[[channels]]\nname = "x"', "1: channels[0]", "needs exactly one of url, url_env and url_file, and has none"),
        ('[[channels]]\nname = "x"\nurl = "desktop://"\nurl_env = "A"', "4: channels[0].url_env", "and has url and url_env"),
        ('[[channels]]\nname = "My Desk"\nurl = "desktop://"', "2: channels[0].name", '"My Desk" is no name'),
        (
            '[[channels]]\nname = "x"\nurl = "desktop://"\n[[channels]]\nname = "x"\nurl = "desktop://"',
            "5: channels[1].name",
            'another entry is called "x"',
        ),
        ('[[channels]]\nname = "x"\nurl = "discrod://a/b"', "3: channels[0].url", "did you mean discord://?"),
        ('[[channels]]\nname = "x"\nurl = 3', "3: channels[0].url", "must be a URL in quotes"),
        ('[[channels]]\nname = "x"\nurl = "desktop://"\nmin_severity = "off"', "4: channels[0].min_severity", "leave it out"),
        (
            '[[channels]]\nname = "x"\nurl = "desktop://"\nalso = ["sesion.finished"]',
            "4: channels[0].also",
            "session.finished?",
        ),
        ('[[channels]]\nname = "x"\nurl = "desktop://"\nkinds = ["*"]', "4: channels[0].kinds", "unknown key"),
    ],
)
def test_every_fault_is_told_with_its_place(write: Write, env: Env, text: str, where: str, said: str) -> None:
    """A faulty file names file, line, key and fault, and what was probably meant."""
    path = write(text)
    with pytest.raises(FaultyConfigError) as caught:
        load(path, env)

    assert caught.value.where == f"{path}:{where}"
    assert said in caught.value.message
    assert caught.value.next_step
    assert caught.value.exit_code == 2


def test_all_faults_at_once(write: Write, env: Env) -> None:
    """A file with several faults names them all, in the order in which they were found."""
    path = write('naem = "x"\n[probe]\nhealth_interval = 5\nunresponsive_after = 0\n')
    with pytest.raises(FaultyConfigError) as caught:
        load(path, env)

    assert [fault.where.removeprefix(f"{path}:") for fault in caught.value.faults] == [
        "1: naem",
        "3: probe.health_interval",
        "4: probe.unresponsive_after",
    ]


def test_a_misplaced_address_is_not_quoted(write: Write, env: Env) -> None:
    """An error never repeats a URL, wherever its writer put it."""
    path = write('expect = "ntfys://s3cr3t-topic"')
    with pytest.raises(FaultyConfigError) as caught:
        load(path, env)

    assert "s3cr3t" not in caught.value.message + caught.value.where + caught.value.next_step


@pytest.mark.parametrize(("text", "line"), [('name = "x"\nname = "y"\n', 2), ("[probe\n", 1), ("x = \n", 1), ('x = """\n', 2)])
def test_what_is_no_toml_has_its_line(write: Write, env: Env, text: str, line: int) -> None:
    """A syntax error names the file and, unless the file ended too early, the line."""
    path = write(text)
    with pytest.raises(ConfigError, match="is not TOML") as caught:
        load(path, env)

    assert caught.value.where in {f"{path}:{line}", str(path)}


def test_what_is_no_text_has_its_line(write: Write, env: Env) -> None:
    """A file that is not UTF-8 names the line of the first bad byte."""
    path = write("")
    path.write_bytes(b'name = "x"\nexpect = "\xff"\n')
    with pytest.raises(ConfigError, match="UTF-8") as caught:
        load(path, env)

    assert caught.value.where == f"{path}:2"


def test_a_named_file_must_exist(tmp_path: Path, env: Env) -> None:
    """The default file may be absent; one that was asked for may not."""
    missing = tmp_path / "none.toml"
    with pytest.raises(ConfigError, match="no such file"):
        load(missing, env)

    with pytest.raises(ConfigError, match="no such file") as caught:
        load(None, {**env, "COVEN_WATCHDOG_CONFIG": str(missing)})

    assert "config init" in caught.value.next_step


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

    with pytest.raises(ConfigError, match="larger than 1 MiB"):
        load(write("#" * (1 << 20)), env)

    with pytest.raises(ConfigError, match="cannot read"):
        load(write("") / "below", env)


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


def test_warnings_do_not_stop(write: Write, env: Env) -> None:
    """An address known to lose messages, and an empty list of channels, are said and accepted."""
    path = write('[[channels]]\nname = "x"\nurl = "mqtt://host/topic"\n')
    assert load(path, env).warnings == (
        f"{path}:3: channels[0].url: mqtt:// without ?qos=1 reports success even when nothing was delivered",
    )
    assert "nobody would be told" in load(write("channels = []"), env).warnings[0]


def test_looking_needs_no_addresses(write: Write, env: Env) -> None:
    """Commands that only look work where the service's environment is not."""
    path = write('[[channels]]\nname = "x"\nurl_env = "NOT_SET_HERE"\n')
    assert load(path, env, resolve_urls=False).settings.channels[0].url is None
    with pytest.raises(FaultyConfigError, match="NOT_SET_HERE is not set") as caught:
        load(path, env)

    assert caught.value.where == f"{path}:3: channels[0].url_env"
