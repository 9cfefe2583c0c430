"""What the types cannot say: ranges, names, globs and addresses."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from coven_watchdog.config import FaultyConfigError, load

Write = Callable[..., Path]
Env = Mapping[str, str]
Refused = Callable[[str], FaultyConfigError]

DESK = '[[channels]]\nname = "x"\nurl = "desktop://"\n'
FILE = '[[channels]]\nname = "x"\napprise_config = "/a.yml"\n'
WAYS = "url, url_env, url_file and apprise_config"


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        ('[probe]\nhealth_interval = "200ms"', "2: probe.health_interval", "must be at least 2s, and is 200ms"),
        ('[delivery]\ntimeout = "1d"', "2: delivery.timeout", "must be at most 10m, and is 1d"),
        ("[probe]\nunresponsive_after = 0", "2: probe.unresponsive_after", "must be at least 1, and is 0"),
        ("[alerts]\nmax_reminders = -1", "2: alerts.max_reminders", "must be at least 0, and is -1"),
        ('[severity]\n"session.failled" = "off"', "2: severity.session.failled", "did you mean session.failed?"),
        ('[severity]\n"sesion.*" = "off"', "2: severity.sesion.*", 'matches no kind: "sesion.*"; did you mean session.*?'),
        ('[severity]\n"session.spirit" = "off"', "2: severity.session.spirit", "this kind is unknown"),
        ('[privacy]\npatterns = ["("]', "2: privacy.patterns[0]", '"(" is no regular expression of RE2: missing )'),
        ("[privacy]\npatterns = ['a', '(?=b)c']", "2: privacy.patterns[1]", "invalid perl operator"),
        ("[privacy]\npatterns = ['(a)\\1']", "2: privacy.patterns[0]", "invalid escape sequence"),
        ("[privacy]\npatterns = ['x*']", "2: privacy.patterns[0]", "matches the empty text"),
        (f"[privacy]\npatterns = ['{'x' * 1001}']", "2: privacy.patterns[0]", "is longer than 1000 characters"),
        ('[[channels]]\nname = "x"', "1: channels[0]", f"needs exactly one of {WAYS}, and has none"),
        ('[[channels]]\nname = "x"\nurl = "desktop://"\nurl_env = "A"', "4: channels[0].url_env", "and has url and url_env"),
        ('[[channels]]\nname = "My Desk"\nurl = "desktop://"', "2: channels[0].name", '"My Desk" is no name'),
        (
            '[[channels]]\nname = "x"\nurl = "desktop://"\n[[channels]]\nname = "x"\nurl = "desktop://"',
            "5: channels[1].name",
            'another entry is called "x"',
        ),
        ('[[channels]]\nname = "x"\nurl = "discrod://a/b"', "3: channels[0].url", "did you mean discord://?"),
        ('[[channels]]\nname = "x"\nurl = "desktop://"\nmin_severity = "off"', "4: channels[0].min_severity", "leave it out"),
        (
            '[[channels]]\nname = "x"\nurl = "desktop://"\nalso = ["sesion.finished"]',
            "4: channels[0].also",
            "session.finished?",
        ),
        (f"{FILE}url_env = 'A'", "3: channels[0].apprise_config", f"exactly one of {WAYS}, and has url_env and apprise_config"),
        (f'{DESK}tags = ["oncall"]', "4: channels[0].tags", "this channel has no apprise_config"),
        (f'{FILE}tags = ["oncall", " "]', "4: channels[0].tags", "a tag is a word"),
        (f'{DESK}kinds = ["sesion.*"]', "4: channels[0].kinds", 'matches no kind: "sesion.*"; did you mean session.*?'),
        (f'{DESK}kinds = ["daemon.crash"]', "4: channels[0].kinds", "this kind is unknown"),
        (f"{DESK}kinds = []", "4: channels[0].kinds", "nothing would be told here"),
        (f"{DESK}homes = []", "4: channels[0].homes", "nothing would be told here"),
        (f"{DESK}max_per_hour = 0", "4: channels[0].max_per_hour", "must be at least 1, and is 0"),
        (f"{DESK}max_per_hour = 1001", "4: channels[0].max_per_hour", "must be at most 1000, and is 1001"),
        (f'{DESK}after = "400d"', "4: channels[0].after", "must be at most 366d, and is 400d"),
        (
            f'{DESK}after = "25h"',
            "4: channels[0].after",
            "is 1d1h, and a message is given up after 1d: nothing would be told here",
        ),
        (
            f'[delivery]\ngive_up_after = "5m"\n{DESK}after = "5m1s"',
            "6: channels[0].after",
            "is 5m1s, and a message is given up",
        ),
    ],
)
def test_what_makes_no_sense_is_told_with_its_place(refused: Refused, text: str, where: str, said: str) -> None:
    """A value of the right type that cannot be meant names file, line, key and fault."""
    error = refused(text)
    assert error.where.endswith(f"config.toml:{where}")
    assert said in error.message
    assert error.next_step
    assert error.exit_code == 2


def test_warnings_do_not_stop(write: Write, env: Env) -> None:
    """An address known to lose messages, and an empty list of channels, are said and accepted."""
    path = write('[[channels]]\nname = "x"\nurl = "mqtt://host/topic"\n')
    assert load(path, env).warnings == (
        f"{path}:3: channels[0].url: mqtt:// without ?qos=1 reports success even when nothing was delivered",
    )
    assert "nobody would be told" in load(write("channels = []"), env).warnings[0]


@pytest.mark.parametrize(
    "keys",
    [
        'kinds = []\nalso = ["session.finished"]',
        'after = "1d"',
        'after = ""',
        'after = "0s"',
        "max_per_hour = 1",
        "max_per_hour = 1000",
    ],
)
def test_the_bounds_themselves_are_meant(write: Write, env: Env, keys: str) -> None:
    """The least and the most are allowed, and a wait as long as messages are tried."""
    assert load(write(f"{DESK}{keys}\n"), env).warnings == ()


@pytest.mark.parametrize("glob", ["*", "build", "b*", "/srv/coven", "/srv/*", "~/work/.coven", "~/*/.coven"])
def test_channels_for_homes_that_are_watched(write: Write, env: Env, glob: str) -> None:
    """They may be named, or written as their paths are, with ~ too."""
    text = f'homes = [{{ path = "/srv/coven", name = "build" }}, "~/work/.coven"]\n{DESK}homes = ["{glob}"]\n'
    loaded = load(write(text), env)
    assert loaded.warnings == ()
    assert any(home.called(loaded.settings.channels[0].homes[0]) for home in loaded.settings.watched)


@pytest.mark.parametrize(
    ("glob", "better"),
    [("biuld", "; did you mean build?"), ("~/wrok/.coven", "; did you mean {home}/work/.coven?"), ("x*", ""), ("/\\u0000", "")],
)
def test_channels_for_homes_that_are_not(write: Write, env: Env, glob: str, better: str) -> None:
    """It is said, with what was probably meant, and accepted: `--home` may have left out the home that it is for."""
    text = f'homes = [{{ path = "/srv/coven", name = "build" }}, "~/work/.coven"]\n{DESK}homes = ["{glob}"]\n'
    (warning,) = load(write(text), env).warnings
    assert ":5: channels[0].homes: no watched home is called " in warning
    assert warning.endswith(better.format(home=env["HOME"]))


def test_a_home_that_is_left_out_today(write: Write, env: Env) -> None:
    """`--home` makes it a warning, not a fault."""
    path = write(f'homes = ["/a", "/b"]\n{DESK}homes = ["/b"]\n')
    assert load(path, env).warnings == ()
    (warning,) = load(path, env, homes=("/a",)).warnings
    assert 'no watched home is called "/b"' in warning
