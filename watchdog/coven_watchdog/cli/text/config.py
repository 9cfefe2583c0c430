"""`config show` and `config validate` as lines: the first is TOML again, each origin a comment behind its value."""

import json
from collections.abc import Iterator, Sequence

from coven_watchdog.cli.page import BLANK, Line, Span, columns, line
from coven_watchdog.cli.text.words import BAD, GOOD
from coven_watchdog.cli.validating import Validated
from coven_watchdog.config import Loaded, Shown
from coven_watchdog.model.words import Shade


def shown_lines(loaded: Loaded, keys: Sequence[Shown], home: str) -> list[Line]:
    """Every key, by section."""
    there = "" if loaded.exists else " (does not exist: every key has its default)"
    lines = [line(Span(f"# {loaded.path}{there}", Shade.DIM))]
    for title, rows in _sections(keys):
        lines += [BLANK, line(Span(title, Shade.STRONG))] if title else []
        lines += columns([_row(key, one, str(loaded.path), home) for key, one in rows], indent=0)

    return lines


def _sections(keys: Sequence[Shown]) -> Iterator[tuple[str, list[tuple[str, Shown]]]]:
    """(heading, rows), the keys of the top first, as TOML wants it."""
    grouped: dict[str, list[tuple[str, Shown]]] = {}
    for one in sorted(keys, key=lambda one: "." in one.key):
        section, key = _split(one.key)
        grouped.setdefault(section, []).append((key, one))

    for section, rows in grouped.items():
        yield _heading(section), rows


def _split(key: str) -> tuple[str, str]:
    """`severity.session.*` belongs to the section `severity`; `channels[0].url` to `channels[0]`."""
    section, _, rest = key.partition(".")
    return (section, rest) if rest else ("", key)


def _heading(section: str) -> str:
    """`[probe]`, `[[channels]]`."""
    name, bracket, _ = section.partition("[")
    return f"[[{name}]]" if bracket else f"[{section}]" if section else ""


def _row(key: str, one: Shown, path: str, home: str) -> tuple[Span, ...]:
    """`key = value  # origin`."""
    name = key if key.replace("_", "").isalnum() else json.dumps(key)
    origin = one.origin.replace(f"{path}:", "line ")
    origin = origin.replace(f"{home}/", "~/") if home else origin
    shade = Shade.DIM if one.origin == "default" else Shade.COMMAND
    return Span(f"{name} = {_value(one.value)}"), Span(f"# {origin}", shade)


def _value(value: object) -> str:
    """A value as TOML writes it; for texts, numbers, truth values and lists of these JSON is the same."""
    return json.dumps(value, ensure_ascii=False)


def validated_lines(result: Validated) -> list[Line]:
    """Every fault, or that there is none."""
    if result.valid:
        what = result.path if result.exists else "there is no file, and none is needed: every key has its default"
        lines = [line(GOOD, " valid: ", what)]
    else:
        lines = [line(BAD, " ", Span(one.where, Shade.STRONG), f": {one.message}") for one in result.faults]

    for name in result.unchecked:
        lines.append(line(f"  channel {name}: its URL is a credential of the service and cannot be checked from here"))

    return lines
