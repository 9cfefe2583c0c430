"""Pieces come in as they were collected; files go out as they may leave, with what was taken out of each, and where."""

import hashlib
import socket
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from coven_watchdog import clock
from coven_watchdog.config import apprise_text, needs_service, resolve
from coven_watchdog.diagnose.bundle.case import BundleCase
from coven_watchdog.diagnose.bundle.piece import Piece
from coven_watchdog.errors import ConfigError
from coven_watchdog.model.words import Basis
from coven_watchdog.redact import MARKS, Names, Redactor
from coven_watchdog.report.bundle import RedactionView
from coven_watchdog.settings import Channel

_MACHINE = Path("/etc/machine-id")
_PROJECTS = 2_000
_TELLING = 8
_CONTEXT = 48


@dataclass(frozen=True, slots=True)
class File:
    """One file of the bundle, ready to leave. `counts`: what was taken out, by kind."""

    name: str
    content: bytes
    source: str
    basis: Basis
    counts: Mapping[str, int]
    cut: str = ""
    missing: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Its content."""
        return self.content.decode()


def redactor(case: BundleCase, pieces: Mapping[str, Piece]) -> Redactor:
    """For this bundle: its salt comes from what is in it and from this machine, so that the same bundle has the same placeholders."""
    names = Names(
        home=case.asked.place.user_home,
        user=case.env.get("USER") or case.env.get("LOGNAME") or Path(case.asked.place.user_home).name,
        host=socket.gethostname(),
        projects=() if case.wishes.titles else _projects(case),
        salt=_salt(pieces),
    )
    return Redactor(names, (*case.asked.settings.privacy.patterns, *case.patterns), configured(case))


def _projects(case: BundleCase) -> tuple[str, ...]:
    """Every directory in which a session worked, and what this machine is called in messages."""
    rows = case.ledger.rows if case.ledger else ()
    briefs = [
        brief
        for incident in (*case.case.recent, *([case.incident] if case.incident else []))
        for brief in (*incident.facts.sessions, *incident.facts.lost, *incident.facts.survivors)
    ]
    look = case.case.remembered
    roots = [row.private.get("project_root", "") for row in rows] + [brief.project_root for brief in briefs]
    roots += [row.project_root for row in look.live] if look else []
    return tuple(dict.fromkeys(root for root in (*roots, case.asked.settings.name) if root))[:_PROJECTS]


def _salt(pieces: Mapping[str, Piece]) -> bytes:
    digest = hashlib.sha256()
    try:
        digest.update(_MACHINE.read_bytes())
    except OSError:
        digest.update(clock.boot_id().encode())

    for name in sorted(pieces):
        digest.update("\n".join((name, *pieces[name].lines)).encode("utf-8", "surrogatepass"))

    return digest.digest()


def configured(case: BundleCase) -> frozenset[str]:
    """Every configured secret: the addresses of the channels and of the heartbeat, and the parts of them that give access."""
    settings = case.asked.settings
    addresses = [
        settings.heartbeat.url.reveal(),
        *(one for channel in settings.channels for one in _addresses(channel, case.env)),
    ]
    return frozenset(part for address in addresses for part in _parts(address))


def _addresses(channel: Channel, env: Mapping[str, str]) -> Iterator[str]:
    """What a channel's address is, wherever it is kept; what cannot be read is not in the bundle either."""
    with suppress(ConfigError):
        if channel.apprise_config and not needs_service(channel, env):
            yield from (word for word in apprise_text(channel, env, "").split() if "://" in word)
        elif channel.url is not None or not needs_service(channel, env):
            url = resolve(channel, env, "").url
            yield from [url.reveal()] if url is not None else []


def _parts(address: str) -> Iterator[str]:
    """The whole, and each part that no word of a language is."""
    scheme, _, rest = address.partition("://")
    if scheme == "desktop" or not rest:
        return

    yield address
    for separator in "/?#&@:=":
        rest = rest.replace(separator, " ")

    yield from (
        word for word in rest.split() if len(word) >= _TELLING and any(char.isdigit() for char in word) and "." not in word
    )


def redacted(name: str, piece: Piece, masks: Redactor) -> File:
    """One file as it may leave."""
    text = "".join(f"{line}\n" for line in _printable(piece.lines))
    done = masks.text(text)
    missing = tuple(masks.text(part).text for part in piece.missing)
    return File(name, done.text.encode("utf-8", "replace"), piece.source, piece.basis, done.counts, piece.cut, missing)


def _printable(lines: Iterable[str]) -> Iterator[str]:
    """A line is a line, whatever stands in it."""
    for line in lines:
        yield line if line.isprintable() else line.replace("\r", " ").replace("\n", " ").replace("\0", " ")


def in_context(file: File) -> Iterator[RedactionView]:
    """Each place where something was taken out."""
    for number, line in enumerate(file.text.splitlines(), 1):
        for match in MARKS.finditer(line):
            before = line[max(0, match.start() - _CONTEXT) : match.start()].lstrip()
            after = line[match.end() : match.end() + _CONTEXT].rstrip()
            yield RedactionView(file=file.name, line=number, context=f"{before}{match[0]}{after}")
