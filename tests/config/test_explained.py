"""Every key has a sentence."""

import msgspec

from coven_watchdog.config.checks import RANGES
from coven_watchdog.config.explained import EXPLAINED
from coven_watchdog.settings import Channel, Home, Settings


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
