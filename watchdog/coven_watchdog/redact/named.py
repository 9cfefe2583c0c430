"""Text in, the places of values that their names give away out: `KEY=value` in every clothing, JSON within JSON, YAML, XML, flags.

The names are looked for by patterns whose repetitions are bounded; the end of a value is then found by its opening quote, with as
many backslashes before it as its nesting wants, so time is linear in the text.
"""

import re
from collections.abc import Iterator

from coven_watchdog.model.words import Masked
from coven_watchdog.redact.spans import MARKS, Span

HINTS = ("key", "auth", "cred", "pass", "pwd", "secret", "token", "connection")
"""In small letters; without one of these in a text there is nothing to find."""
TELLING = (
    r"(?:(?:api|access|account|app|auth|client|consumer|deploy|encryption|license|master|private|secret|service|session|shared"
    r"|signing|ssh|subscription)[_-]?key|connection[_-]?string|authorization[_-]?code|auth(?![A-Za-z])|authentication|credentials?"
    r"|passphrase|passwd|password|(?<=[A-Za-z0-9]_)pass(?![A-Za-z])|pwd|secret|token(?!s|iz))"
)
_LONGEST = 4096
_ESCAPED = r"\\{0,15}"
_SEPARATOR = r"(?:[:=]>?|%3[AaDd]|\\{1,8}u003[aAdD])"
_NAME = re.compile(
    rf"(?i)(?P<name>{TELLING}[A-Za-z0-9_-]{{0,32}}){_ESCAPED}[\"'`]?\]?[ \t]{{0,4}}{_SEPARATOR}[ \t]{{0,4}}(?P<list>[\[(][ \t]{{0,4}}(?={_ESCAPED}[\"\']))?"
)
_FLAG = re.compile(
    rf"(?i)(?<![\w-])--?(?P<name>[a-z0-9-]{{0,32}}{TELLING}[a-z0-9-]{{0,16}})(?:[ =]|{_ESCAPED}[\"'],[ \t]{{0,4}}(?={_ESCAPED}[\"']))"
)
_ELEMENT = re.compile(rf"(?i)<[\w:.-]{{0,32}}(?P<name>{TELLING}[\w-]{{0,16}})[^<>\n]{{0,128}}(?<!/)>(?=[^<\s])")
_LOGIN = re.compile(
    r"(?i)\blogin[ \t]{1,4}[^\s]{1,128}[ \t]{1,4}(?P<name>password)[ \t]{1,4}|\bsshpass[ \t]{1,4}-(?P<flag>p)[ \t]{0,4}"
)
_SPOKEN = re.compile(rf"(?i)(\b{TELLING} (?:is|was) [\"'`]?)(?=[^\s]{{0,64}}[0-9])[^\s\"'`]{{6,512}}")
_BARE_KEY = re.compile(r"(?i)((?<![A-Za-z])key[ \t]{0,2}=[ \t]{0,2}[\"']?)(?=[^\s\"']{0,64}[0-9])[A-Za-z0-9+/=_.-]{8,512}")
_OPENING = re.compile(r"\\{0,15}[\"'`]")
_PLAIN = re.compile(rf"[^\s\"',;&}}\\<>]{{1,{_LONGEST}}}")
_TEXT = re.compile(rf"[^<\n]{{1,{_LONGEST}}}(?=</)")
_BLOCK = re.compile(r"[|>][+-]?[ \t]{0,8}\r?\n([ \t]{1,64})(?=\S)")
_NEXT = re.compile(r"[ \t]{0,8},[ \t]{0,8}(?=\\{0,15}[\"'])")
_DULL = re.compile(
    r"(?i)(?:\**|x{3,}|\.{3,}|true|false|none|null|nil|undefined|optional|str|string|bytes|int|bool|yes|no|basic|bearer|digest"
    r"|required|missing|invalid|expired|unknown|\$\{?\w{1,64}\}?|%\w{1,64}%|<[\w -]{1,64}>|[a-z_][\w.:]{0,64}\([^\"']{0,64})"
)
"""Values that say nothing: no value, a type, a variable, a call in a line of code, or what was masked already."""
_DULL_NAMES = re.compile(
    r"(?i)(?:[_-](?:type|count|limit|usage|method|name|length|path|file|dir|expires?|expiry|expiration|ttl|at|status|error|mode|kind|scheme"
    r"|version|budget|index|helper|provider|required|hint)|(?<=[a-z])(?:Type|Count|Limit|Usage|Method|Length|Path|File|Status|Kind|Required)"
    r"|key[_-]?id)$"
)
_DIRECTORIES = re.compile(r"(?i)pwd$")
_TO_BLANK = re.compile(rf"[^\s\"'\\]{{1,{_LONGEST}}}")
_SETTING = re.compile(r"[ \t]{0,8}(?:export[ \t]{1,4})?[A-Z0-9_]{0,48}")
_RUN = re.compile(r"\\{1,15}")


_SHORTEST = 4
_MOST = 64


def find(text: str) -> Iterator[Span]:
    """The places of values whose names are telling."""
    small = text.lower()
    if not any(hint in small for hint in HINTS):
        return

    for pattern in (_NAME, _FLAG):
        yield from _after(pattern, text)

    for match in _ELEMENT.finditer(text):
        yield from _whole(_TEXT.match(text, match.end()))

    for match in _LOGIN.finditer(text):
        yield from _whole(_PLAIN.match(text, match.end()))

    for pattern in (_SPOKEN, _BARE_KEY):
        yield from (Span(match.end(1), match.end(), Masked.NAMED_VALUE) for match in pattern.finditer(text))


def _whole(match: re.Match[str] | None) -> Iterator[Span]:
    if match:
        yield Span(*match.span(), Masked.NAMED_VALUE)


def _after(pattern: re.Pattern[str], text: str) -> Iterator[Span]:
    """What stands after each telling name. What lies in a value is not looked at again."""
    done = 0
    for match in pattern.finditer(text):
        if match.start() >= done and not _DULL_NAMES.search(match["name"]):
            for span in _values(text, match):
                done = span.end
                yield span


def _values(text: str, match: re.Match[str]) -> Iterator[Span]:
    """One value, or those of a list."""
    at, listed = match.end(), bool(match.groupdict().get("list"))
    for _ in range(_MOST if listed else 1):
        start, end = _bounds(text, at, match)
        if end > start and not _dull(text, start, end, match):
            yield Span(start, end, Masked.NAMED_VALUE)

        following = _NEXT.match(text, end + 1 + _backslashes(text, end))
        if following is None:
            return

        at = following.end()


def _bounds(text: str, at: int, match: re.Match[str]) -> tuple[int, int]:
    """Where a value begins and ends: in quotes, in the block of YAML below, or up to what ends a word."""
    opening = _OPENING.match(text, at)
    if opening:
        return opening.end(), _closing(text, opening)

    block = _BLOCK.match(text, at)
    if block:
        line = text.find("\n", block.end())
        return block.end(), min(len(text) if line < 0 else line, block.end() + _LONGEST)

    plain = (_TO_BLANK if _is_setting(text, match) else _PLAIN).match(text, at)
    return (at, plain.end()) if plain and plain.end() - at >= _SHORTEST else (at, at)


def _closing(text: str, opening: re.Match[str]) -> int:
    """The end of a quoted value: the line's end at the latest, for it may be cut off.

    A quote of a nested text has as many backslashes as the opening one. Further in they are more, except behind a value that
    ends in backslashes itself, of which each is written as twice as many and two more.
    """
    start, depth, quote = opening.end(), opening.end() - opening.start() - 1, text[opening.end() - 1]
    line = text.find("\n", start, start + _LONGEST)
    limit = min(start + _LONGEST, len(text)) if line < 0 else line
    at = text.find(quote, start, limit)
    while at >= 0:
        run = at - len(text[start:at].rstrip("\\")) - start
        if run <= depth or (run - depth) % (2 * depth + 2) == 0:
            return at - min(run, depth)

        at = text.find(quote, at + 1, limit)

    return limit


def _backslashes(text: str, at: int) -> int:
    """How many stand there."""
    run = _RUN.match(text, at)
    return len(run[0]) if run else 0


def _is_setting(text: str, match: re.Match[str]) -> bool:
    """A line of its own such as `export DB_PASSWORD=…`, whose value ends with a blank and nothing else."""
    line = text.rfind("\n", max(0, match.start() - _MOST), match.start()) + 1
    return text[match.end() - 1] == "=" and bool(_SETTING.fullmatch(text, line, match.start()))


def _dull(text: str, start: int, end: int, match: re.Match[str]) -> bool:
    """Whether a value says nothing, or was masked already."""
    if _DULL.fullmatch(text, start, end) or MARKS.fullmatch(text, start, end):
        return True

    return bool(_DIRECTORIES.match(match["name"])) and text[start] in "/~$"
