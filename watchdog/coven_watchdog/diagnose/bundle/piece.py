"""What one collector gives: lines of text, where they come from, and what is missing in them. JSON is written with sorted keys."""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from anyio import to_thread

from coven_watchdog.diagnose.bundle.case import BundleCase
from coven_watchdog.model.words import Basis

_STEP = 1


@dataclass(frozen=True, slots=True)
class Piece:
    """The content of one file.

    Attributes:
        lines: as they are collected, not yet redacted.
        source: where from, in words.
        basis: whether that is contract or an internal of Coven's.
        data: what the report reads of it.
        cut: what was left out because there was too much, in words, or "".
        missing: parts that could not be had, with why.
        newest_first: the last lines are the oldest; else the first are.
    """

    lines: Sequence[str]
    source: str
    basis: Basis
    data: object = None
    cut: str = ""
    missing: tuple[str, ...] = ()
    newest_first: bool = False

    @property
    def size(self) -> int:
        """Bytes of all lines."""
        return sum(map(_size, self.lines))

    def within(self, room: int) -> "Piece":
        """Its newest lines that take at most so many bytes."""
        kept, gone = fitting(self.lines if self.newest_first else reversed(self.lines), room)
        if not gone:
            return self

        cut = ", ".join(part for part in (self.cut, f"{gone} older lines") if part)
        return replace(self, lines=kept if self.newest_first else kept[::-1], cut=cut)


Gather = Callable[[BundleCase], Awaitable[Piece]]


def always(_case: BundleCase) -> bool:
    """Whatever the bundle is about."""
    return True


@dataclass(frozen=True, slots=True)
class Collector:
    """One file of the bundle.

    Attributes:
        name: what it is about, in words.
        file: the file's name.
        deadline: seconds.
        collect: gathers it; raises NotCollectedError to say why there is nothing.
        wanted: whether this bundle should have it at all.
    """

    name: str
    file: str
    deadline: float
    collect: Gather
    wanted: Callable[[BundleCase], bool] = always


def blocking(find: Callable[[BundleCase], Piece]) -> Gather:
    """A collector that may block, in a thread which is left behind when it takes too long."""

    async def gather(case: BundleCase) -> Piece:
        return await to_thread.run_sync(find, case, abandon_on_cancel=True)

    return gather


def document(value: Any, source: str, basis: Basis, **more: Any) -> Piece:  # noqa: ANN401 - whatever JSON has
    """A JSON document, one value a line."""
    return Piece(json_lines(value), source, basis, **({"data": value} | more))


def json_lines(value: Any) -> list[str]:  # noqa: ANN401 - whatever JSON has
    """Indented, keys sorted, half characters escaped."""
    return json.dumps(_built(value), indent=_STEP, sort_keys=True, ensure_ascii=False).splitlines()


def json_line(value: Any) -> str:  # noqa: ANN401 - whatever JSON has
    """One line."""
    try:
        return msgspec.json.encode(value, order="sorted").decode()
    except UnicodeEncodeError:
        return json.dumps(_built(value), sort_keys=True, separators=(",", ":"))


def _built(value: Any) -> Any:  # noqa: ANN401 - whatever JSON has
    return msgspec.to_builtins(value, str_keys=True)


def fitting(lines: Iterable[str], room: int) -> tuple[list[str], int]:
    """The first lines that take at most so many bytes, and how many were left out."""
    kept: list[str] = []
    gone = 0
    for one in lines:
        room -= _size(one)
        if room < 0:
            gone += 1
        else:
            kept.append(one)

    return kept, gone


def _size(line: str) -> int:
    """As it is written, with its end."""
    return (len(line) if line.isascii() else len(line.encode("utf-8", "replace"))) + 1


def bounded(pieces: Mapping[str, Piece], room: int) -> dict[str, Piece]:
    """All of them, the largest cut until they take at most so many bytes together."""
    found = dict(pieces)
    while (over := sum(piece.size for piece in found.values()) - room) > 0:
        name = max(found, key=lambda one: found[one].size)
        found[name] = found[name].within(max(0, found[name].size - over))

    return found


def named(values: Mapping[str, Any]) -> dict[str, Any]:
    """The mapping without what is not known."""
    return {name: value for name, value in values.items() if value is not None}
