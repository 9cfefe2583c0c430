"""A TOML table in, `Settings` out: each key is converted by itself, so that every fault is found, with the key it belongs to."""

from collections.abc import Mapping
from enum import EnumMeta
from typing import Any, TypeVar

import msgspec

from coven_watchdog.config.faults import Findings, did_you_mean, quoted
from coven_watchdog.settings import Channel, DayTime, Delay, Duration, Home, QuietHours, Secret, Settings, decode_hook

S = TypeVar("S", bound=msgspec.Struct)
Table = Mapping[str, Any]

_LISTS: Mapping[str, type[msgspec.Struct]] = {"channels": Channel, "homes": Home}
_EXAMPLES: Mapping[object, str] = {
    str: 'text in quotes, such as "x"',
    int: "a whole number, such as 3",
    bool: "true or false, without quotes",
    bool | None: "true or false, without quotes",
    Secret | None: 'a URL in quotes, such as "desktop://"',
    Secret: 'an address in quotes, such as "https://hc-ping.com/…"',
    Duration: 'a duration in quotes, such as "90s" or "1h30m"',
    Delay: 'a duration in quotes, such as "90s" or "1h30m", or "" for none',
    DayTime: 'a time of day in quotes, such as "08:30", or "" for none',
    QuietHours: 'a part of the day in quotes, such as "22:00-07:00", or "" for none',
    tuple[str, ...]: 'a list of texts, such as ["x", "y"]',
}
_WRITTEN: Mapping[object, str] = {
    Duration: "duration; write it like 90s, 5m or 1h30m",
    Delay: "duration; write it like 90s, 5m or 1h30m",
    DayTime: "time of day; write it like 08:30",
    QuietHours: "part of a day; write it like 22:00-07:00, with two times that differ",
}


def build(table: Table, findings: Findings) -> Settings:
    """The settings of a whole file. Faulty keys are noted in `findings` and left at their default."""
    return _struct(Settings, table, "", findings) or Settings()


def keys_of(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """The keys of a section with their types."""
    return {field.encode_name: field.type for field in msgspec.structs.fields(kind)}


def words_of(kind: Any) -> list[str]:  # noqa: ANN401 - any key's type
    """The words of an enum, or of one that may be left out; nothing for other types."""
    enums = [part for part in (kind, *getattr(kind, "__args__", ())) if isinstance(part, EnumMeta)]
    return [str(member.value) for enum in enums for member in enum]  # type: ignore[var-annotated]


def is_section(kind: object) -> bool:
    """Whether a key's type is a table with keys of its own."""
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _struct(kind: type[S], table: Table, at: str, findings: Findings) -> S | None:
    """One section. None when a key without a default is missing or faulty."""
    known = keys_of(kind)
    values: dict[str, Any] = {}
    for key, value in table.items():
        dotted = f"{at}.{key}" if at else key
        if key not in known:
            findings.add(dotted, f"unknown key{_place_of(key, at, known)}")
            continue

        built = _value(key, known[key], value, dotted, findings)
        if built is not None:
            values[key] = built

    missing = [field.name for field in msgspec.structs.fields(kind) if field.required and field.name not in table]
    for name in missing:
        findings.add(at, f"the key {name} is missing")

    complete = all(not field.required or field.name in values for field in msgspec.structs.fields(kind))
    return kind(**values) if complete else None


def _value(key: str, kind: Any, value: object, dotted: str, findings: Findings) -> Any:  # noqa: ANN401 - any key's type
    """One key's value, or None after noting what is wrong with it."""
    if dotted in _LISTS:
        return _list(_LISTS[dotted], value, dotted, findings)

    if is_section(kind) or key == "severity":
        if not isinstance(value, Mapping):
            findings.add(dotted, f"must be a section: [{dotted}] on a line of its own, its keys below")
            return None

        return _struct(kind, value, dotted, findings) if is_section(kind) else _map(kind, value, dotted, findings)

    return leaf(kind, value, dotted, findings)


def _list(kind: type[msgspec.Struct], value: object, dotted: str, findings: Findings) -> tuple[Any, ...] | None:
    """`[[channels]]`, `[[homes]]`, or homes as plain texts."""
    if not isinstance(value, list):
        wanted = f"tables: write [[{dotted}]] with two brackets" if kind is Channel else 'paths, such as ["~/.coven"]'
        findings.add(dotted, f"must be a list of {wanted}")
        return None

    if kind is Home and not value:
        findings.add(dotted, "the list is empty: nothing would be watched; leave the key out to watch the default home")

    built = []
    for index, entry in enumerate(value):
        at = f"{dotted}[{index}]"
        if isinstance(entry, Mapping):
            built.append(_struct(kind, entry, at, findings))
        elif kind is Home and isinstance(entry, str):
            built.append(Home(path=entry))
        else:
            findings.add(at, f"must be {'a path in quotes or ' if kind is Home else ''}a table")

    return tuple(one for one in built if one is not None)


def _map(kind: Any, table: Table, at: str, findings: Findings) -> dict[str, Any]:  # noqa: ANN401 - the mapping's annotation
    """`[severity]`: free keys, values of one type."""
    of = kind.__args__[1]
    built = {key: leaf(of, value, f"{at}.{key}", findings) for key, value in table.items()}
    return {key: value for key, value in built.items() if value is not None}


def leaf(kind: Any, value: object, dotted: str, findings: Findings) -> Any:  # noqa: ANN401 - any key's type
    """A single value of its type, or None after noting why it is not one."""
    try:
        return msgspec.convert(value, kind, dec_hook=decode_hook)
    except (msgspec.ValidationError, NotImplementedError) as error:
        findings.add(dotted, _complaint(kind, value, str(error)))
        return None


def _complaint(kind: Any, value: object, said: str) -> str:  # noqa: ANN401 - any key's type
    """What is wrong with a value, in the words of the file and not of the programming language."""
    words = words_of(kind)
    if words:
        return f"{quoted(value)} is none of {', '.join(words)}{did_you_mean(str(value), words)}"

    if kind in _WRITTEN and isinstance(value, str):
        return f"{quoted(value)} is no {_WRITTEN[kind]}"

    if kind in {Duration, Delay} and isinstance(value, int | float) and not isinstance(value, bool):
        return f'{value} has no unit; write it in quotes with one, such as "{value}s"'

    return f"must be {_EXAMPLES[kind]}" if kind in _EXAMPLES else said.partition(" - at ")[0]


def _place_of(key: str, at: str, known: Mapping[str, Any]) -> str:
    """Where an unknown key was probably meant to stand: another spelling here, or the same one in another section."""
    better = did_you_mean(key, known)
    if better:
        return better

    if at and key in keys_of(Settings):
        return f"; {key} belongs to the top of the file, above the first [section]"

    for section, kind in keys_of(Settings).items():
        if is_section(kind) and section != at:
            close = did_you_mean(key, keys_of(kind))
            if close:
                return f"{close.removesuffix('?')} in [{section}]?"

    return f"; known here: {', '.join(known)}"
