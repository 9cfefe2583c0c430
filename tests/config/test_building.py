"""What is no key, and what is no value of its type."""

from collections.abc import Callable

import pytest

from coven_watchdog.config import FaultyConfigError

Refused = Callable[[str], FaultyConfigError]

DESK = '[[channels]]\nname = "x"\nurl = "desktop://"\n'


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        ('naem = "x"', "1: naem", "unknown key; did you mean name?"),
        ("[prob]\nx = 1", "1: prob", "unknown key; did you mean probe?"),
        ('[probe]\nhelth_interval = "5s"', "2: probe.helth_interval", "did you mean health_interval?"),
        ('health_interval = "5s"', "1: health_interval", "did you mean health_interval in [probe]?"),
        ('[probe]\nname = "x"', "2: probe.name", "name belongs to the top of the file, above the first [section]"),
        ("[alerts]\nzzzzzzzzz = 1", "2: alerts.zzzzzzzzz", "unknown key; known here: group_wait"),
        ('[heartbeat]\nurl = "hc-ping.com/x"', "2: heartbeat.url", "must start with https:// or http://"),
        ('[heartbeat]\nurl = "https:///x"', "2: heartbeat.url", "names no host"),
        ('[heartbeat]\nurl = "https://h.org/a b"', "2: heartbeat.url", "blanks"),
        ("[heartbeat]\nurl = 3", "2: heartbeat.url", "must be an address in quotes"),
        ('[heartbeat]\nevery = "1s"', "2: heartbeat.every", "must be at least 10s"),
        ("[alerts]\ndigest_at = 1", "2: alerts.digest_at", 'must be a time of day in quotes, such as "08:30"'),
        ('[alerts]\ndigest_at = "8:30"', "2: alerts.digest_at", '"8:30" is no time of day; write it like 08:30'),
        ("[alerts]\ndigest_at = 08:30:00", "2: alerts.digest_at", "must be a time of day in quotes"),
        ('[alerts]\nquiet_hours = "22-7"', "2: alerts.quiet_hours", '"22-7" is no part of a day; write it like 22:00-07:00'),
        ('[alerts]\nquiet_hours = "07:00-07:00"', "2: alerts.quiet_hours", "with two times that differ"),
        ('[alerts]\nquiet_hours = ["22:00", "07:00"]', "2: alerts.quiet_hours", "must be a part of the day in quotes"),
        ('expect = "runing"', "1: expect", '"runing" is none of auto, running; did you mean running?'),
        (
            "[probe]\nhealth_interval = 5",
            "2: probe.health_interval",
            '5 has no unit; write it in quotes with one, such as "5s"',
        ),
        ('[probe]\nhealth_interval = "fast"', "2: probe.health_interval", '"fast" is no duration; write it like 90s'),
        ("[probe]\nhealth_interval = true", "2: probe.health_interval", "must be a duration in quotes"),
        ("[probe]\nunresponsive_after = true", "2: probe.unresponsive_after", "must be a whole number"),
        ('[alerts]\nsend_resolved = "yes"', "2: alerts.send_resolved", "must be true or false, without quotes"),
        ("probe = 3", "1: probe", "must be a section: [probe]"),
        ("severity = 3", "1: severity", "must be a section: [severity]"),
        ('[severity]\n"session.*" = "warn"', "2: severity.session.*", "did you mean warning?"),
        ("homes = []", "1: homes", "the list is empty"),
        ("homes = [3]", "1: homes[0]", "must be a path in quotes or a table"),
        ('homes = "~/.coven"', "1: homes", "must be a list"),
        ('[[homes]]\nname = "x"', "1: homes[0]", "the key path is missing"),
        ('[[homes]]\npath = "/a"\nexpect = "x"', "3: homes[0].expect", "none of auto, running"),
        ('[channels]\nname = "x"', "1: channels", "must be a list of tables: write [[channels]] with two brackets"),
        ("channels = [3]", "1: channels[0]", "must be a table"),
        ('[[channels]]\nurl = "desktop://"', "1: channels[0]", "the key name is missing"),
        ('[[channels]]\nname = "x"\nurl = 3', "3: channels[0].url", "must be a URL in quotes"),
        (f'{DESK}kind = ["*"]', "4: channels[0].kind", "unknown key; did you mean kinds?"),
        (f'{DESK}kinds = "*"', "4: channels[0].kinds", 'must be a list of texts, such as ["x", "y"]'),
        (f"{DESK}homes = [1]", "4: channels[0].homes", "must be a list of texts"),
        (f'{DESK}priority = "high"', "4: channels[0].priority", '"high" is none of auto, low, default, urgent'),
        (f'{DESK}max_per_hour = "30"', "4: channels[0].max_per_hour", "must be a whole number"),
        (f'{DESK}after = "soon"', "4: channels[0].after", '"soon" is no duration; write it like 90s'),
        (f"{DESK}after = 30", "4: channels[0].after", '30 has no unit; write it in quotes with one, such as "30s"'),
        (f"{DESK}after = true", "4: channels[0].after", 'or "" for none'),
        (f"{DESK}tags = [true]", "4: channels[0].tags", "must be a list of texts"),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(refused: Refused, text: str, where: str, said: str) -> None:
    """A key or value that cannot be names file, line, key and fault, and what was probably meant."""
    error = refused(text)
    assert error.where.endswith(f"config.toml:{where}")
    assert said in error.message
    assert error.next_step
    assert error.exit_code == 2
