"""The JSON Schema."""

import tomllib
from typing import Any

import jsonschema
import msgspec
import pytest

from coven_watchdog.config import TEMPLATE, schema
from coven_watchdog.config.checks import RANGES
from coven_watchdog.config.explained import EXPLAINED
from coven_watchdog.settings import Channel, Home, Settings

VALID = [
    "",
    TEMPLATE,
    'homes = ["~/.coven", { path = "/x", expect = "running" }]',
    '[probe]\nhealth_interval = "1h30m"\nunresponsive_after = 3',
    '[severity]\n"session.*" = "off"\n"daemon.crashed" = "critical"',
    '[[channels]]\nname = "x"\nurl_env = "A"\ntitles = false\nalso = ["session.*"]',
    '[privacy]\ntitles = "all"\nread_environ = false',
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


def _keys(kind: type[msgspec.Struct], at: str) -> set[str]:
    keys = set()
    for field in msgspec.structs.fields(kind):
        key = f"{at}{field.encode_name}"
        keys.add(key)
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            keys |= _keys(field.type, f"{key}.")

    return keys


def test_every_key_is_explained() -> None:
    """The explanations name exactly the keys of the settings, and the ranges name keys that exist."""
    keys = _keys(Settings, "") | {"homes[]", "channels[]"} | _keys(Home, "homes[].") | _keys(Channel, "channels[].")
    assert set(EXPLAINED) == keys
    assert set(RANGES) <= keys


def test_defaults_are_written_as_in_the_file() -> None:
    """A default can be pasted into the file: durations as text, the built-in channel as a table."""
    properties = schema()["properties"]
    assert properties["probe"]["properties"]["health_interval"]["default"] == "10s"
    assert properties["channels"]["default"] == [{"name": "desktop", "url": "desktop://", "also": ["session.finished"]}]
    assert properties["homes"]["default"] == ["~/.coven"]
    assert "From 1s to 1d." in properties["probe"]["properties"]["health_interval"]["description"]
