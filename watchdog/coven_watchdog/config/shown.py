"""Loaded settings in, each key with its value and its origin out, secrets masked: what `config show` prints."""

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

import msgspec

from coven_watchdog.config.durations import written
from coven_watchdog.config.loading import Loaded
from coven_watchdog.config.urls import masked
from coven_watchdog.settings import Channel, Delay, Duration, Home, Secret

DEFAULT = "default"


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One key: dotted as in `probe.health_interval` or `channels[0].url`, its value as TOML and JSON know it, its origin."""

    key: str
    value: Any
    origin: str


def shown(loaded: Loaded) -> tuple[Shown, ...]:
    """Every key in the order of the documentation. Keys of a home or a channel that say nothing are left out."""
    return tuple(
        Shown(key=key, value=plain(value), origin=_origin(key, loaded.origins)) for key, value in _walk(loaded.settings, "")
    )


def plain(value: object) -> Any:  # noqa: ANN401 - whatever JSON has
    """A setting as text, number, truth value or list; an address as it may be shown."""
    match value:
        case Delay():
            return written(value) if value else ""
        case Duration():
            return written(value)
        case Secret():
            return masked(value.reveal()) if value.reveal() else ""
        case Enum():
            return value.value
        case str():
            return str(value)
        case tuple():
            return [plain(one) for one in value]
        case _:
            return value


def _walk(struct: msgspec.Struct, at: str) -> Iterator[tuple[str, object]]:
    """Every key below `at` with its value."""
    for field in msgspec.structs.fields(struct):
        value = getattr(struct, field.name)
        key = f"{at}.{field.encode_name}" if at else field.encode_name
        if isinstance(value, msgspec.Struct):
            yield from _walk(value, key)
        elif isinstance(value, Mapping):
            yield from ((f"{key}.{name}", one) for name, one in value.items())
        elif isinstance(value, tuple) and any(isinstance(one, Home | Channel) for one in value):
            yield from _entries(key, value)
        elif not (isinstance(struct, Home | Channel) and value in {None, "", ()}):
            yield key, value


def _entries(key: str, entries: tuple[Any, ...]) -> Iterator[tuple[str, object]]:
    """`[[homes]]` and `[[channels]]`."""
    for index, entry in enumerate(entries):
        yield from _walk(entry, f"{key}[{index}]")


def _origin(key: str, origins: Mapping[str, str]) -> str:
    """Where a key came from. An entry of a list that was given as a whole has the origin of the list."""
    if key in origins:
        return origins[key]

    around = key.rpartition(".")[0]
    listed = key.startswith("homes")
    while listed and around:
        if around in origins:
            return origins[around]

        around = around[: around.rfind("[")] if around.endswith("]") else around.rpartition(".")[0]

    return DEFAULT
