"""A configuration file's text and what is to be added in, the text with it out. Every line that was there stays, comments too.

No TOML writer is needed for that: what is new is whole lines, put where TOML lets them stand, and the result is read again and
compared with what it must mean. What cannot be added so (a list of channels on one line) is refused, with what to write by hand.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from coven_watchdog.config.lines import lines_of
from coven_watchdog.errors import ConfigError
from coven_watchdog.settings import Secret

HEAD = "# coven-watchdog: every key is optional. All of them, and what is in force: coven-watchdog config show\n"
"""How a file begins that is written anew. With two channels and quiet hours it has 15 lines."""
NOBODY = "channels = []"
"""Tell nobody: all is recorded only."""
_NOBODY = re.compile(r"(?m)^[ \t]*channels[ \t]*=[ \t]*\[[ \t]*\](?=[ \t]*(?:#.*)?$)")


@dataclass(frozen=True, slots=True)
class Entry:
    """A channel to be written: its name, its address, and the kinds that are told there besides."""

    name: str
    url: Secret
    also: tuple[str, ...] = ()


def added(text: str, entries: Sequence[Entry], quiet_hours: str, where: str) -> str:
    """The text with these channels behind the others, and with quiet hours ("": as they are).

    Args:
        text: valid TOML; "" for a new file.
        entries: the channels to add.
        quiet_hours: what to set them to.
        where: the file, for errors.

    Raises:
        ConfigError: it cannot be added without changing a line that is there.
    """
    before = tomllib.loads(text)
    after = _with_quiet_hours(_without_empty_list(text) if entries else text, quiet_hours)
    after = "".join([after, *(_gap(after) + _block(entry) for entry in entries)])
    if _means(after) != _wanted(before, entries, quiet_hours):
        raise _by_hand(where, entries)

    return after


def _means(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _wanted(before: dict[str, Any], entries: Sequence[Entry], quiet_hours: str) -> dict[str, Any]:
    """What the file must say in the end."""
    wanted = dict(before)
    if entries:
        wanted["channels"] = [*before.get("channels", []), *map(_table, entries)]

    if quiet_hours:
        wanted["alerts"] = {**before.get("alerts", {}), "quiet_hours": quiet_hours}

    return wanted


def _table(entry: Entry) -> dict[str, Any]:
    table: dict[str, Any] = {"name": entry.name, "url": entry.url.reveal()}
    return table | {"also": list(entry.also)} if entry.also else table


def _block(entry: Entry) -> str:
    """`[[channels]]` with its keys. TOML writes such texts and lists as JSON does."""
    rows = "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in _table(entry).items())
    return f"[[channels]]\n{rows}"


def _gap(text: str) -> str:
    """What parts the next section from the text before it."""
    return "\n" if not text or text.endswith("\n") else "\n\n"


def _without_empty_list(text: str) -> str:
    """`channels = []` made a comment: a list that is closed cannot grow."""
    return _NOBODY.sub(lambda match: f"# {match[0].strip()}", text)


def _with_quiet_hours(text: str, quiet_hours: str) -> str:
    """The key beneath `[alerts]`, or in a section of its own in front of the channels that follow."""
    row = f'quiet_hours = "{quiet_hours}"\n'
    header = lines_of(text).get("alerts")
    if not quiet_hours:
        return text

    if header is None:
        return f"{text}{_gap(text)}[alerts]\n{row}"

    return "".join(_inserted(text, header, row))


def _inserted(text: str, header: int, row: str) -> Iterator[str]:
    """The lines with one more behind the line of that number."""
    for number, one in enumerate(text.splitlines(keepends=True), 1):
        yield one
        if number == header:
            yield row if one.endswith("\n") else f"\n{row}"


def _by_hand(where: str, entries: Sequence[Entry]) -> ConfigError:
    """What cannot be done for them. The addresses are not shown: they are secrets."""
    message = "it is written so that nothing can be added without changing your lines; nothing was changed"
    example = f'[[channels]] with name = "{entries[0].name}" and its url' if entries else "quiet_hours below an [alerts] line"
    return ConfigError(message, where=where, next_step=f"add it by hand: {example}")
