"""What the types cannot say: ranges, names, globs and addresses."""

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
        ('[probe]\nhealth_interval = "200ms"', "2: probe.health_interval", "must be at least 2s, and is 200ms"),
        ('[delivery]\ntimeout = "1d"', "2: delivery.timeout", "must be at most 10m, and is 1d"),
        ("[probe]\nunresponsive_after = 0", "2: probe.unresponsive_after", "must be at least 1, and is 0"),
        ("[alerts]\nmax_reminders = -1", "2: alerts.max_reminders", "must be at least 0, and is -1"),
        ('[severity]\n"session.failled" = "off"', "2: severity.session.failled", "did you mean session.failed?"),
        ('[severity]\n"sesion.*" = "off"', "2: severity.sesion.*", 'matches no kind: "sesion.*"; did you mean session.*?'),
        ('[severity]\n"session.ghost" = "off"', "2: severity.session.ghost", "this kind is unknown"),
        ('[[channels]]\nname = "x"', "1: channels[0]", "needs exactly one of url, url_env and url_file, and has none"),
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
