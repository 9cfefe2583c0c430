"""docs/json.md describes every JSON document: field by field, with its type, neither more nor less."""

import enum
import re
import types
import typing
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from coven_watchdog.cli.config import ConfigPath, ConfigShown
from coven_watchdog.cli.validating import Validated
from coven_watchdog.report.bundle import BundleMade
from coven_watchdog.report.check import Check
from coven_watchdog.report.digest import DigestView
from coven_watchdog.report.doctor import Doctor
from coven_watchdog.report.incidents import Incidents, IncidentShown
from coven_watchdog.report.notifications import NotifyLog, NotifyRoute, NotifyTest
from coven_watchdog.report.service import ServiceStatus
from coven_watchdog.report.setup import SetUp
from coven_watchdog.report.silences import AckShown, Silenced, Silences, Unsilenced
from coven_watchdog.report.status import Status

DOCUMENTS = (
    Status,
    Check,
    Doctor,
    BundleMade,
    Incidents,
    IncidentShown,
    AckShown,
    Silenced,
    Silences,
    Unsilenced,
    NotifyLog,
    NotifyTest,
    NotifyRoute,
    DigestView,
    SetUp,
    ServiceStatus,
    ConfigPath,
    ConfigShown,
    Validated,
)
TEXT = (Path(__file__).parent.parent / "docs" / "json.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([^`]+)` \| ([^|]+) \| (.*) \|$", re.MULTILINE)
NAMES = {datetime: "time", str: "text", bool: "true/false", int: "number", float: "number"}


def _described(schema: str) -> dict[str, str]:
    """The fields in the section of one document, with their types."""
    section = TEXT.split(f"\n`{schema}`", 1)[1].split("\n## ", 1)[0]
    return {field: kind for field, kind, _ in ROW.findall(section)}


def _fields(struct: type[msgspec.Struct], at: str = "") -> Iterator[tuple[str, str]]:
    """The fields that the code produces, with their types."""
    for field in msgspec.structs.fields(struct):
        kind, null = _without_none(field.type)
        path = f"{at}{field.encode_name}"
        yield path, f"{_name(kind)}{' or null' if null else ''}"
        below = typing.get_args(kind)[0] if typing.get_origin(kind) is tuple else kind
        if isinstance(below, type) and issubclass(below, msgspec.Struct):
            yield from _fields(below, f"{path}[]." if below is not kind else f"{path}.")


def _without_none(kind: Any) -> tuple[Any, bool]:  # noqa: ANN401 - any annotation
    if typing.get_origin(kind) not in {typing.Union, types.UnionType}:
        return kind, False

    rest = [part for part in typing.get_args(kind) if part is not types.NoneType]
    return rest[0], len(rest) < len(typing.get_args(kind))


def _name(kind: Any) -> str:  # noqa: ANN401 - any annotation
    if kind in NAMES:
        return NAMES[kind]

    if isinstance(kind, enum.EnumMeta):
        return "word"

    if typing.get_origin(kind) is tuple:
        return "list"

    return "any" if kind is Any else "object"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.__name__)
def test_the_description_is_the_code(document: type[msgspec.Struct]) -> None:
    """Every field of every document is described with its type, and nothing else is."""
    schema = next(field.default for field in msgspec.structs.fields(document) if field.name == "schema")
    assert _described(schema) == dict(_fields(document))


def test_every_document_is_described() -> None:
    """The paper has exactly these documents, and the error."""
    schemas = {next(field.default for field in msgspec.structs.fields(one) if field.name == "schema") for one in DOCUMENTS}
    assert set(re.findall(r"^`(coven-watchdog\.[a-z.]+\.v1)`", TEXT, re.MULTILINE)) == schemas | {"coven-watchdog.error.v1"}


def test_every_field_has_a_meaning() -> None:
    """No row of any table is without words."""
    assert [field for field, _, meaning in ROW.findall(TEXT) if not meaning.strip()] == []
