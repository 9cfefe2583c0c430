"""docs/configuration.md says of every key what it means, its default and its range; its examples are configurations."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from coven_watchdog.config import load, written
from coven_watchdog.config.building import is_section
from coven_watchdog.config.checks import RANGES
from coven_watchdog.config.explained import EXPLAINED
from coven_watchdog.config.schema import schema
from coven_watchdog.config.shown import plain
from coven_watchdog.settings import Channel, Home, Settings

DOCS = Path(__file__).parent.parent / "docs"
TEXT = (DOCS / "configuration.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)


def _fields(kind: type[msgspec.Struct], at: str) -> Iterator[tuple[str, msgspec.structs.FieldInfo]]:
    """Every key of a table, dotted, as the rows have them."""
    for field in msgspec.structs.fields(kind):
        key = f"{at}{field.encode_name}"
        if is_section(field.type):
            yield from _fields(field.type, f"{key}.")
        else:
            yield key, field


def _default(key: str, field: msgspec.structs.FieldInfo) -> str:
    """As it would be written."""
    if field.default is msgspec.NODEFAULT or field.default is None or key in {"homes", "channels", "severity"}:
        return ""

    return f"`{json.dumps(plain(field.default))}`"


def _row(key: str, field: msgspec.structs.FieldInfo) -> str:
    bounds = ""
    if key in RANGES:
        bounds = " {} to {}.".format(*map(str if field.type is int else written, RANGES[key]))

    return f"| `{key.replace('channels[].', '').replace('homes[].', '')}` | {_default(key, field)} | {EXPLAINED[key]}{bounds} |"


def rows() -> list[str]:
    """The rows that the page must have."""
    tables = ((Settings, ""), (Home, "homes[]."), (Channel, "channels[]."))
    return [_row(key, field) for kind, at in tables for key, field in _fields(kind, at)]


@pytest.mark.parametrize("row", rows())
def test_every_key_has_its_row(row: str) -> None:
    """With its default, its meaning and its bounds, as the code has them."""
    assert row in TEXT.splitlines()


def test_there_are_no_other_rows() -> None:
    """What is no key any more has no row."""
    assert [line for line in TEXT.splitlines() if line.startswith("| `") and line not in rows()] == []


def test_the_schema_has_the_same_keys() -> None:
    """Editors and people read of the same keys."""
    channel = schema()["properties"]["channels"]["items"]["properties"]
    assert {key for key in EXPLAINED if key.startswith("channels[].")} == {f"channels[].{key}" for key in channel}


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_examples_are_configurations(example: str, tmp_path: Path) -> None:
    """Each is taken as it stands, without a fault and without a warning."""
    path = tmp_path / "config.toml"
    path.write_text(example, encoding="utf-8")
    path.chmod(0o600)
    assert load(path, {"HOME": str(tmp_path)}, resolve_urls=False).warnings == ()
