"""TOML text in, the line of each key out. Best effort, for messages and origins only: tomllib, which reads the values, tells no lines."""

import re

_WORD = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_DOTTED = rf"{_WORD}(?:\s*\.\s*{_WORD})*"
_TABLE = re.compile(rf"\s*\[\s*({_DOTTED})\s*\]")
_ARRAY = re.compile(rf"\s*\[\[\s*({_DOTTED})\s*\]\]")
_KEY = re.compile(rf"\s*({_DOTTED})\s*=(.*)")
_PART = re.compile(_WORD)
_FENCES = ('"""', "'''")


def lines_of(text: str) -> dict[str, int]:
    """The line (from 1) of every dotted key, table (`probe`) and array entry (`channels[0]`) that can be found."""
    found: dict[str, int] = {}
    counts: dict[str, int] = {}
    table, fence = "", ""
    for number, line in enumerate(text.splitlines(), 1):
        if fence:
            fence = "" if fence in line else fence
            continue

        if match := _ARRAY.match(line):
            name = _joined(match[1])
            counts[name] = counts.get(name, -1) + 1
            table = f"{name}[{counts[name]}]"
            found.setdefault(name, number)
            found[table] = number
        elif match := _TABLE.match(line):
            table = _joined(match[1])
            found.setdefault(table, number)
        elif match := _KEY.match(line):
            key = _joined(match[1])
            found.setdefault(f"{table}.{key}" if table else key, number)
            fence = next((mark for mark in _FENCES if match[2].count(mark) == 1), "")

    return found


def _joined(dotted: str) -> str:
    """The parts of a dotted key without their quotes."""
    return ".".join(part.strip("\"'") for part in _PART.findall(dotted))
