"""Text in, the places of names that say whose machine it is out, each with a placeholder that is the same all over one bundle."""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from coven_watchdog.model.words import Masked
from coven_watchdog.redact.scan import occurrences, small
from coven_watchdog.redact.spans import Span

_SHOWN = 6
_SHORTEST = 3
_ORDINARY = frozenset(
    """
    root user users home admin nobody daemon coven watchdog coven-watchdog codex claude gemini opencode aider copilot cursor
    session sessions project projects test tests work workspace src lib bin tmp var usr opt etc srv mnt app apps code dev main
    repo repos localhost host data docs build dist git github node python rust run state status health event events store log
    logs ledger socket file files path error errors true false none null unknown running exited failed created archived
    """.split()  # noqa: SIM905 - a hundred quoted words would hide what is in it
)
"""Words that a report is written with: as the name of somebody or something they say nothing, and masked they would hide much."""
_BEFORE = re.compile(r"(?<![A-Za-z0-9])|(?<=\\[abfnrtv])|(?<=%[0-9A-Fa-f]{2})|(?<=\\u[0-9A-Fa-f]{4})")
_AFTER = re.compile(r"(?![A-Za-z0-9])")
_PLAIN = re.compile(r"[a-z0-9]+")
_ESCAPES = re.compile(r"\\[abfnrtv]|%[0-9a-f]{2}|\\u[0-9a-f]{4}")
_FEW = 16


@dataclass(frozen=True, slots=True)
class Names:
    """Who and where: absolute paths of the user's home and of projects, names of user and host; "" is not known.

    `salt` is drawn for each bundle: without it nobody can try whether a placeholder stands for a name that he thinks of.
    """

    home: str = ""
    user: str = ""
    host: str = ""
    projects: tuple[str, ...] = ()
    salt: bytes = b""

    def placeholder(self, what: Masked, name: str) -> str:
        """What stands for a name, as `<project-3f2a1c>`."""
        return _placeholder(self.salt, what, name.lower())


@lru_cache(1024)
def _placeholder(salt: bytes, what: Masked, name: str) -> str:
    digest = hmac.new(salt, f"{what}\0{name}".encode("utf-8", "surrogatepass"), hashlib.sha256)
    return f"<{what}-{digest.hexdigest()[:_SHOWN]}>"


def find(text: str, names: Names) -> Iterator[Span]:
    """The places of these names."""
    low = small(text)
    table = _table(names)
    present = table.keys() & _words(low) if len(table) > _FEW else (core for core in table if core in low)
    for core in present:
        for form, what, put in table[core]:
            for at in occurrences(low, form):
                if _BEFORE.match(text, at) and _AFTER.match(text, at + len(form)):
                    yield Span(at, at + len(form), what, put)


def _words(low: str) -> set[str]:
    """Every word of a text: quicker than to look for each of many names."""
    return set(_PLAIN.findall(_ESCAPES.sub(" ", low)))


@lru_cache(4)
def _table(names: Names) -> dict[str, list[tuple[str, Masked, str]]]:
    """In small letters: a word without which no form of a name can be there, and the forms with what is put in their place."""
    table: dict[str, list[tuple[str, Masked, str]]] = {}
    for what, name, put in _known(names):
        core = max(_PLAIN.findall(small(name.rpartition("/")[2])), key=len, default="")
        table.setdefault(core, []).extend((form, what, put) for form in _written(name))

    return table


def _known(names: Names) -> Iterator[tuple[Masked, str, str]]:
    """Paths whole, then their last parts and the other names, unless these are ordinary words."""
    if names.home.strip("/"):
        yield Masked.HOME, names.home.rstrip("/"), "<home>"

    for project in names.projects:
        name = project.rstrip("/").rpartition("/")[2]
        put = names.placeholder(Masked.PROJECT, name)
        if "/" in project.strip("/"):
            yield Masked.PROJECT, project.rstrip("/"), put

        if _says_something(name):
            yield Masked.PROJECT, name, put

    short = names.host.partition(".")[0]
    for what, name in ((Masked.USER, names.user), (Masked.HOST, names.host), (Masked.HOST, short)):
        if _says_something(name):
            yield what, name, names.placeholder(what, short if what is Masked.HOST else name)


def _says_something(name: str) -> bool:
    return len(name) >= _SHORTEST and name.lower() not in _ORDINARY and not name.isdigit()


def _written(name: str) -> tuple[str, ...]:
    """A name or path in small letters: as it is, for JSON, for an address, and with `-` for `/` as some harnesses name directories."""
    forms = [name, name.replace("/", r"\/"), json.dumps(name)[1:-1], quote(name), quote(name, safe="")]
    if "/" in name:
        forms.append(name.replace("/", "-").replace(".", "-"))

    return tuple(dict.fromkeys(map(small, forms)))
