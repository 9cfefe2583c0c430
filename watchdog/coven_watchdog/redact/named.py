"""Text in, the places of values that their names give away out: `KEY=value` in every clothing, JSON within JSON, YAML, XML, flags.

The names are looked for by patterns whose repetitions are bounded; the end of a value is then found by its opening quote, with as
many backslashes before it as its nesting wants, so time is linear in the text.
"""

import re
from collections.abc import Iterator

from coven_watchdog.model.words import Masked
from coven_watchdog.redact.scan import any_of, small
from coven_watchdog.redact.spans import Span

HINTS = ("key", "auth", "cred", "pass", "pwd", "secret", "token", "connection")
"""In small letters: every telling name has one of them in it, and there it is looked at."""
_LONGEST = 4096
_AROUND, _BEFORE = 40, 200
_ESCAPED = r"\\{0,15}"
_NAME = re.compile(
    r"(?i)(?:auth(?![A-Za-z])|authentication|authorization[_-]?code|connection[_-]?string|credentials?|key|passphrase|passwd|password|pass(?![A-Za-z])"
    r"|pwd|secret|token(?!s|iz)|auth(?=[_-]?(?:key|token|secret)))[A-Za-z0-9_-]{0,32}"
)
"""A telling name from its telling part on."""
_TELLING_KEYS = (
    *("api", "access", "account", "app", "auth", "client", "consumer", "deploy", "encryption", "license", "master", "private"),
    *("secret", "service", "session", "shared", "signing", "ssh", "subscription"),
)
"""What makes a key more than one of a table, read up to it."""
_PASS = re.compile(r"[A-Za-z0-9][_-]$")
_ASSIGNED = re.compile(
    rf"{_ESCAPED}[\"'`]?\]?[ \t]{{0,4}}(?:!==?|={{1,3}}>?|:=?>?|%3[AaDd]|\\{{1,8}}u003[aAdD])[ \t]{{0,4}}(?P<list>[\[(]\s{{0,64}}(?={_ESCAPED}[\"']))?"
)
_FLAG = re.compile(r"(?<![\w-])--?[A-Za-z0-9-]{0,32}$")
_ARGUMENT = re.compile(rf"[ ]|{_ESCAPED}[\"'],[ \t]{{0,4}}(?={_ESCAPED}[\"'])")
_ELEMENT = re.compile(r"<[\w:.-]{0,32}$")
_TAG = re.compile(r"[^<>\n]{0,128}(?<!/)>(?=[^<\s])")
_PAIRED = re.compile(
    rf"(?i){_ESCAPED}[\"']?\s{{0,32}},?\s{{0,32}}{_ESCAPED}[\"']?value{_ESCAPED}[\"']?[ \t]{{0,4}}[:=][ \t]{{0,4}}"
)
"""As containers have it: `name: DB_PASSWORD`, and its value in a field of its own."""
_STATED = re.compile(r"[ \t]{1,4}(?=[\"'`][^\"'`\n]{1,256}[\"'`];)")
"""As in the configurations of some servers: `private_key "…";`."""
_COMPARED = re.compile(r"([\"'])([^\"'\n]{1,128})\1[ \t]{0,4}[=!]={1,2}[ \t]{0,4}[\w.]{0,32}$")
_SPOKEN = re.compile(r"(?i) (?:is|was) [\"'`]?(?=[^\s]{0,64}[0-9])(?=[^\s\"'`]{6})")
_WORD = re.compile(rf"[^\s\"'`]{{6,{_LONGEST}}}")
_BARE = re.compile(r"[ \t]{0,2}=[ \t]{0,2}[\"']?(?=[A-Za-z+/=_.-]{0,64}[0-9])(?=[A-Za-z0-9+/=_.-]{8})")
_NETRC = re.compile(r"(?i)\blogin[ \t]{1,4}[^\s]{1,128}[ \t]{1,4}$")
_OPENING = re.compile(r"(?:[A-Z][A-Za-z]{0,31}(?:::[a-z_]{1,16})?\([ \t]{0,4}){0,3}[bfru]{0,2}(\\{0,15}[\"'`])")
"""A quote, also within what a program shows of it: `Some("…")`, `b'…'`."""
_PLAIN = re.compile(rf"[^\s\"',;&}}\\]{{1,{_LONGEST}}}")
_TEXT = re.compile(rf"[^<\n]{{1,{_LONGEST}}}(?=</)")
_BLOCK = re.compile(r"[|>][+-]?[ \t]{0,8}\r?\n([ \t]{1,64})(?=\S)")
_NEXT = re.compile(r"\s{0,64},\s{0,64}(?=\\{0,15}[\"'])")
_EMPTY = re.compile(r"\*{1,64}|\.{3,64}|\$\{?\w{1,64}\}?|%\w{1,64}%|<[\w -]{1,64}>")
"""What says that there was a value, or where it is: also in quotes."""
_DULL = re.compile(
    r"(?:true|false|none|null|nil|undefined|optional|str|string|bytes|int|bool|yes|no|basic|bearer|digest"
    r"|required|missing|invalid|expired|unknown)[)\]>]{0,3}|\w{1,32}[<\[](?:str|bytes|String|u8|int|Any|Secret)\b.{0,64}|[a-z_][\w.:]{0,64}\([^\"']{0,64}",
    re.IGNORECASE,
)
"""A word that says something of a value, a type, or a call in a line of code."""
_DULL_NAMES = re.compile(
    r"(?i)(?:[_-](?:type|count|limit|usage|method|name|length|path|file|dir|expires?|expiry|expiration|ttl|at|status|error|mode|kind|scheme"
    r"|version|budget|index|helper|provider|required|hint)|(?<=[a-z])(?:Type|Count|Limit|Usage|Method|Length|Path|File|Status|Kind|Required)"
    r"|key[_-]?id)$"
)
_WORD_OF_KEY = re.compile(r"[A-Za-z0-9+/=_.-]{8,512}")
_BLANK = re.compile(r"[ \t]{1,4}")
_TO_BLANK = re.compile(rf"[^\s\"'\\]{{1,{_LONGEST}}}")
_SETTING = re.compile(r"[ \t]{0,8}(?:export[ \t]{1,4})?[A-Z0-9_]{0,48}")
_RUN = re.compile(r"\\{1,15}")


_SHORTEST = 4
_MOST = 64


def find(text: str) -> Iterator[Span]:
    """The places of values whose names are telling. What lies in a value is not looked at again."""
    done = 0
    for at in any_of(small(text), HINTS):
        if at >= done:
            name = _NAME.match(text, at)
            for start, end in _behind(text, name) if name else ():
                if end > start:
                    done = end
                    yield Span(start, end, Masked.NAMED_VALUE)


def _behind(text: str, name: re.Match[str]) -> Iterator[tuple[int, int]]:
    """From where to where the values of this name are."""
    before = text[max(0, name.start() - _AROUND) : name.start()]
    if not _is_telling(name[0], before):
        if name[0].lower() == "key" and not before[-1:].isalpha():
            yield from _matched(_WORD_OF_KEY, text, _BARE.match(text, name.end()))

        return

    compared = _compared(text, name) if "=" in before else None
    if compared:
        yield compared

    assigned = _ASSIGNED.match(text, name.end()) or _STATED.match(text, name.end())
    argument = None if assigned or "-" not in before or not _FLAG.search(before) else _ARGUMENT.match(text, name.end())
    if assigned or argument:
        yield from _values(text, name, assigned or argument)
    elif paired := _PAIRED.match(text, name.end()):
        yield from _values(text, name, paired)
    elif "<" in before and _ELEMENT.search(before):
        yield from _matched(_TEXT, text, _TAG.match(text, name.end()))
    elif name[0].lower() == "password" and _NETRC.search(text[max(0, name.start() - 160) : name.start()]):
        yield from _matched(_TO_BLANK, text, _BLANK.match(text, name.end()))
    else:
        yield from _matched(_WORD, text, _SPOKEN.match(text, name.end()))


def _compared(text: str, name: re.Match[str]) -> tuple[int, int] | None:
    """A value that stands before its name, as in `"…" == password`."""
    start = max(0, name.start() - _BEFORE)
    match = _COMPARED.search(text[start : name.start()])
    return (start + match.start(2), start + match.end(2)) if match else None


def _is_telling(name: str, before: str) -> bool:
    """Whether the value behind this is a secret: not every key is, nor all that has a token in its name."""
    if _DULL_NAMES.search(name):
        return False

    low = name.lower()
    if low.startswith("key"):
        stem = before[:-1] if before.endswith(("_", "-")) else before
        return stem.lower().endswith(_TELLING_KEYS)

    if name == "auth":
        return not before[-1:].isalpha()

    if low == "pass" or low.startswith(("pass_", "pass-")):
        return before.endswith(('"', "'")) or bool(_PASS.search(before))

    return True


def _matched(value: re.Pattern[str], text: str, before: re.Match[str] | None) -> Iterator[tuple[int, int]]:
    match = value.match(text, before.end()) if before else None
    if match:
        yield match.span()


def _values(text: str, name: re.Match[str], separator: re.Match[str] | None) -> Iterator[tuple[int, int]]:
    """One value, or those of a list."""
    assert separator is not None
    at, listed = separator.end(), bool(separator.groupdict().get("list"))
    for _ in range(_MOST if listed else 1):
        start, end = _bounds(text, at, name)
        if not _dull(text, start, end, name[0]):
            yield start, end

        following = _NEXT.match(text, end + 1 + _backslashes(text, end))
        if following is None:
            return

        at = following.end()


def _bounds(text: str, at: int, name: re.Match[str]) -> tuple[int, int]:
    """Where a value begins and ends: in quotes, in the block of YAML below, or up to what ends a word."""
    opening = _OPENING.match(text, at)
    if opening:
        return opening.end(), _closing(text, opening)

    block = _BLOCK.match(text, at)
    if block:
        line = text.find("\n", block.end())
        return block.end(), min(len(text) if line < 0 else line, block.end() + _LONGEST)

    plain = (_TO_BLANK if _is_setting(text, name, at) else _PLAIN).match(text, at)
    return (at, plain.end()) if plain and plain.end() - at >= _SHORTEST else (at, at)


def _closing(text: str, opening: re.Match[str]) -> int:
    """The end of a quoted value: the line's end at the latest, for it may be cut off.

    A quote of a nested text has as many backslashes as the opening one. Further in they are more, except behind a value that
    ends in backslashes itself, of which each is written as twice as many and two more.
    """
    start, depth, quote = opening.end(), len(opening[1]) - 1, opening[1][-1]
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


def _is_setting(text: str, name: re.Match[str], at: int) -> bool:
    """A line of its own such as `export DB_PASSWORD=…`, whose value ends with a blank and nothing else."""
    line = text.rfind("\n", max(0, name.start() - _MOST), name.start()) + 1
    return text[at - 1] == "=" and name[0].isupper() and bool(_SETTING.fullmatch(text, line, name.start()))


def _dull(text: str, start: int, end: int, name: str) -> bool:
    """Whether a value says nothing, or is a directory."""
    quoted = text[start - 1 : start] in {'"', "'", "`"}
    plain = not quoted and (_DULL.fullmatch(text, start, end) or text[start:end].lower() == name.lower())
    return bool(plain or (quoted and end - start == 1) or _EMPTY.fullmatch(text, start, end)) or (
        name.lower() == "pwd" and text[start : start + 1] in {"/", "~", "$"}
    )
