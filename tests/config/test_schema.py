"""The JSON Schema."""

import tomllib
from typing import Any

import jsonschema
import pytest

from coven_watchdog.config import TEMPLATE
from coven_watchdog.config.schema import schema

DESK = '[[channels]]\nname = "x"\nurl = "desktop://"\n'
VALID = [
    "",
    TEMPLATE,
    'homes = ["~/.coven", { path = "/x", expect = "running" }]',
    '[probe]\nhealth_interval = "1h30m"\nunresponsive_after = 3',
    '[severity]\n"session.*" = "off"\n"daemon.crashed" = "critical"',
    '[[channels]]\nname = "x"\nurl_env = "A"\ntitles = false\nalso = ["session.*"]',
    '[privacy]\ntitles = "all"\nread_environ = false',
    '[alerts]\nquiet_hours = "22:00-07:00"\ndigest_at = "08:30"',
    '[alerts]\nquiet_hours = ""\ndigest_at = ""',
    f'{DESK}kinds = ["session.*"]\nhomes = ["~/x"]\npriority = "urgent"\nmax_per_hour = 1\nafter = "30m"',
    f'{DESK}after = ""',
    '[[channels]]\nname = "x"\napprise_config = "~/a.yml"\ntags = ["oncall"]',
]
INVALID = [
    'naem = "x"',
    'homes = "x"',
    "homes = []",
    '[[homes]]\nname = "x"',
    '[probe]\nhealth_interval = "fast"',
    "[probe]\nhealth_interval = 3",
    "[probe]\nunresponsive_after = 0",
    '[severity]\n"x.*" = "loud"',
    '[[channels]]\nname = "x"',
    '[[channels]]\nname = "x"\nurl = "desktop://"\nurl_env = "A"',
    '[[channels]]\nname = "My Desk"\nurl = "desktop://"',
    '[[channels]]\nname = "x"\nurl = "desktop://"\nmin_severity = "off"',
    'expect = "maybe"',
    '[alerts]\nquiet_hours = "22-7"',
    '[alerts]\ndigest_at = "25:00"',
    f'{DESK}priority = "high"',
    f"{DESK}max_per_hour = 0",
    f'{DESK}after = "soon"',
    f'{DESK}tags = ["oncall"]',
    f'{DESK}apprise_config = "/a.yml"',
]


@pytest.fixture(scope="module")
def validator() -> Any:  # noqa: ANN401 - the library is not typed
    """A validator of our schema, which itself must be valid."""
    jsonschema.Draft202012Validator.check_schema(schema())
    return jsonschema.Draft202012Validator(schema())


@pytest.mark.parametrize("text", VALID)
def test_good_files_pass(validator: Any, text: str) -> None:  # noqa: ANN401 - the library is not typed
    """What `load` takes, the schema takes."""
    validator.validate(tomllib.loads(text))


@pytest.mark.parametrize("text", INVALID)
def test_bad_files_fail(validator: Any, text: str) -> None:  # noqa: ANN401 - the library is not typed
    """What `load` refuses for its type, range or shape, the schema refuses."""
    with pytest.raises(jsonschema.ValidationError):
        validator.validate(tomllib.loads(text))


def test_defaults_are_written_as_in_the_file() -> None:
    """A default can be pasted into the file: durations as text, the built-in channel as a table."""
    properties = schema()["properties"]
    assert properties["probe"]["properties"]["health_interval"]["default"] == "10s"
    assert properties["channels"]["default"] == [{"name": "desktop", "url": "desktop://", "also": ["session.finished"]}]
    assert properties["homes"]["default"] == ["~/.coven"]
    channel = properties["channels"]["items"]["properties"]
    assert (channel["after"]["default"], channel["kinds"]["default"], channel["priority"]["default"]) == ("", ["*"], "auto")
    assert channel["max_per_hour"]["description"].endswith("From 1 to 1000.")
    assert "From 2s to 1d." in properties["probe"]["properties"]["health_interval"]["description"]
