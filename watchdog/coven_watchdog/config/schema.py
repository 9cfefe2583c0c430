"""The settings' structs in, their JSON Schema out, for editors and validators. Its counterpart for messages is `checks`."""

from collections.abc import Mapping
from typing import Any

import msgspec

from coven_watchdog.config.building import is_section, words_of
from coven_watchdog.config.checks import RANGES, URL_KEYS
from coven_watchdog.config.durations import written
from coven_watchdog.config.explained import EXPLAINED
from coven_watchdog.config.shown import plain
from coven_watchdog.model.words import Kind, Severity
from coven_watchdog.settings import BUILT_IN_CHANNEL, Channel, DayTime, Delay, Duration, Home, QuietHours, Secret, Settings

Schema = dict[str, Any]

_DURATION = r"^\s*(\d+(\.\d+)?(ms|d|h|m|s))+\s*$"
_DAY_TIME = r"([01]\d|2[0-3]):[0-5]\d"
_LEAVES: Mapping[object, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    bool | None: {"type": "boolean"},
    Duration: {"type": "string", "pattern": _DURATION},
    Delay: {"type": "string", "pattern": rf"^\s*(off)?\s*$|{_DURATION}"},
    DayTime: {"type": "string", "pattern": rf"^({_DAY_TIME})?$"},
    QuietHours: {"type": "string", "pattern": rf"^({_DAY_TIME}-{_DAY_TIME})?$"},
    Secret | None: {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9+.-]*://"},
    Secret: {"type": "string", "pattern": "^([Hh][Tt][Tt][Pp][Ss]?://.+)?$"},
    tuple[str, ...]: {"type": "array", "items": {"type": "string"}},
}


def schema() -> Schema:
    """The JSON Schema (draft 2020-12) of the configuration file."""
    root = _section(Settings, "")
    title = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "coven-watchdog configuration"}
    return title | root


def _section(kind: type[msgspec.Struct], at: str) -> Schema:
    """A table: its keys, and no others."""
    fields = msgspec.structs.fields(kind)
    properties = {field.encode_name: _key(field, f"{at}.{field.encode_name}" if at else field.encode_name) for field in fields}
    required = [field.encode_name for field in fields if field.required]
    described = {"description": EXPLAINED[at]} if at in EXPLAINED else {}
    table: Schema = {"type": "object", "additionalProperties": False, "properties": properties}
    return described | table | ({"required": required} if required else {}) | (_one_url() if kind is Channel else {})


def _one_url() -> Schema:
    """Exactly one of the ways to give URLs; tags choose among those of an Apprise file."""
    ways = [{"required": [key]} for key in URL_KEYS]
    return {"oneOf": ways, "dependentRequired": {"tags": ["apprise_config"]}}


def _key(field: msgspec.structs.FieldInfo, at: str) -> Schema:
    """One key with its description and default."""
    if is_section(field.type):
        return _section(field.type, at)

    bounds = f" From {_bounds(field.type, at)}." if at in RANGES else ""
    described: Schema = {"description": EXPLAINED[at] + bounds}
    return described | _type(field.type, at) | _default(field, at)


def _type(kind: Any, at: str) -> Schema:  # noqa: ANN401 - any key's type
    """What a key may hold."""
    if at == "homes":
        return {"type": "array", "minItems": 1, "items": {"anyOf": [{"type": "string"}, _section(Home, "homes[]")]}}

    if at == "channels":
        return {"type": "array", "items": _section(Channel, "channels[]")}

    if at == "severity":
        return {
            "type": "object",
            "additionalProperties": _words(Severity),
            "properties": {kind: _words(Severity) for kind in Kind},
        }

    if at == "channels[].name":
        return {"type": "string", "pattern": "^[a-z0-9_-]{1,32}$"}

    if at == "channels[].min_severity":
        return {"type": "string", "enum": [word.value for word in Severity if word is not Severity.OFF]}

    return _words(kind) if words_of(kind) else _LEAVES[kind] | _range(kind, at)


def _words(kind: Any) -> Schema:  # noqa: ANN401 - any key's type
    """One of an enum's words."""
    return {"type": "string", "enum": words_of(kind)}


def _range(kind: object, at: str) -> Schema:
    """The bounds of a number; those of a span are said in its description only."""
    return dict(zip(("minimum", "maximum"), RANGES[at], strict=True)) if kind is int and at in RANGES else {}


def _default(field: msgspec.structs.FieldInfo, at: str) -> Schema:
    """What holds when the key is not given."""
    if at == "channels":
        channel = {"name": BUILT_IN_CHANNEL.name, "url": plain(BUILT_IN_CHANNEL.url), "also": list(BUILT_IN_CHANNEL.also)}
        return {"default": [channel]}

    if at == "homes":
        return {"default": ["~/.coven"]}

    if field.default is msgspec.NODEFAULT or field.default in {None, ""}:
        return {}

    return {"default": plain(field.default)}


def _bounds(kind: object, at: str) -> str:
    """A range in words, `1s to 1d`."""
    least, most = RANGES[at]
    show = str if kind is int else written
    return f"{show(least)} to {show(most)}"
