"""Text in, the places of e-mail addresses and of what is reachable from inside a private network alone out.

Loopback stays: it is the same everywhere, and says much about what went wrong.
"""

import ipaddress
import re
from collections.abc import Iterator

from coven_watchdog.model.words import Masked
from coven_watchdog.redact.names import Names
from coven_watchdog.redact.scan import back, occurrences, small
from coven_watchdog.redact.spans import Span

_LOCAL_PART = re.compile(r"[A-Za-z0-9._%+-]{1,64}")
_BEFORE_AT = re.compile(r"[^\s/\"'<>]{1,128}")
_DOMAIN = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9-]{0,62}\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9_-])")
_SERVICES = frozenset({"git@github.com", "git@gitlab.com", "git@bitbucket.org", "git@codeberg.org", "noreply@github.com"})
_NO_DOMAINS = frozenset(
    {
        *(
            "automount",
            "deb",
            "device",
            "exe",
            "gz",
            "js",
            "json",
            "lock",
            "log",
            "mjs",
            "mount",
            "path",
            "rpm",
            "scope",
            "service",
        ),
        *(
            "slice",
            "socket",
            "sqlite",
            "swap",
            "tar",
            "target",
            "tgz",
            "timer",
            "toml",
            "ts",
            "txt",
            "whl",
            "xz",
            "yaml",
            "yml",
            "zip",
        ),
    }
)
"""Endings of units and files, which have an `@` as well."""
_SCHEME = re.compile(r"[A-Za-z0-9+.-]{2,20}")
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]{2,45}\]|[\w.~-]{1,255})(?::\d{1,5})?(?:[/?#][^\s\"'<>\\]{0,1024})?")
_USER = re.compile(r"[^\s\"'<>\\/?#@]{1,128}@")
_LABELS = re.compile(r"[A-Za-z0-9.-]{2,253}")
_ENDINGS = (".local", ".internal", ".intranet", ".lan", ".corp", ".localdomain", ".home.arpa", ".ts.net")
_NO_NAME = re.compile(r"[\w-]|\.\w|\(")
"""What follows when it was no name of a host, but of a file or of something in a program."""
_PORT = re.compile(r":\d")
_V4 = tuple(
    re.compile(rf"{begin}(?<![\w.-]{begin})(?:\.\d{{1,3}}){{{count}}}(?![\w-]|\.\d)")
    for begin, count in ((r"10", 3), (r"172", 3), (r"192\.168", 2), (r"169\.254", 2), (r"100", 3))
)
_V6 = tuple(
    re.compile(rf"{begin}(?<![\w:.]{begin})[0-9a-f]{{{more}}}:[0-9a-f:]{{2,40}}(?:%\w{{1,16}})?(?![\w:])")
    for begin, more in (("fc", 2), ("fd", 2), ("fe8", 1), ("fe9", 1), ("fea", 1), ("feb", 1))
)
_SAME_EVERYWHERE = frozenset({"localhost", "coven", "desktop"})
"""Coven's own clients ask for `http://coven/…` on its socket."""
_PRIVATE = tuple(
    ipaddress.ip_network(net) for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10")
)
_WITH_HOST = frozenset(
    {"http", "https", "ws", "wss", "ftp", "ssh", "git", "postgres", "postgresql", "mysql", "redis", "mongodb", "amqp", "mqtt"}
)


def find(text: str, names: Names) -> Iterator[Span]:
    """The places of addresses, each with its placeholder."""
    for start, end, what in (*_emails(text), *_urls(text), *_hosts(text), *_numbers(text)):
        yield Span(start, end, what, names.placeholder(what, text[start:end]))


def _emails(text: str) -> Iterator[tuple[int, int, Masked]]:
    for sign in ("@", "%40"):
        for at in occurrences(text, sign):
            domain = _DOMAIN.match(text, at + len(sign))
            start = back(text, at, _LOCAL_PART, 64) if domain else at
            if domain and _is_email(text, start, at, domain.end()):
                yield start, domain.end(), Masked.EMAIL


def _is_email(text: str, start: int, at: int, end: int) -> bool:
    """Whether this is one, and no account of a service, no file, no unit of systemd such as `user@1000.service`."""
    word = text[start:end].lower()
    return start < at and word not in _SERVICES and word.rpartition(".")[2] not in _NO_DOMAINS and not _is_login(text, at)


def _is_login(text: str, at: int) -> bool:
    """Whether what stands before an `@` is the login of an address, which is masked for itself."""
    return text.endswith("://", 0, back(text, at, _BEFORE_AT, 128))


def _urls(text: str) -> Iterator[tuple[int, int, Masked]]:
    """The host of a private address, and what it serves."""
    for at in occurrences(text, "://"):
        if text[back(text, at, _SCHEME, 20) : at].lower() in _WITH_HOST:
            user = _USER.match(text, at + 3)
            host = _HOST.match(text, user.end() if user else at + 3)
            if host and _is_private_host(host[1].lower()):
                yield *host.span(), Masked.ADDRESS


def _hosts(text: str) -> Iterator[tuple[int, int, Masked]]:
    """Names that are known inside a network alone."""
    low = small(text)
    for ending in _ENDINGS:
        for at in occurrences(low, ending):
            start, end = back(text, at, _LABELS, 253), at + len(ending)
            if _is_host(text, start, at, end):
                yield start, end, Masked.ADDRESS


def _is_host(text: str, start: int, at: int, end: int) -> bool:
    """Whether this is one, and not `channel.local` in a line of code."""
    name = text[start:at]
    if (
        not name
        or _NO_NAME.match(text, end)
        or text[start - 1 : start] in {"_", "@", "/"}
        or name.startswith(("self.", "this."))
    ):
        return False

    return text[at:end].islower() and (any(char in ".-" or char.isdigit() for char in name) or bool(_PORT.match(text, end)))


def _numbers(text: str) -> Iterator[tuple[int, int, Masked]]:
    """Addresses of private networks; those of version 6 are written with letters, mostly small ones."""
    for pattern in _V4:
        yield from ((*match.span(), Masked.ADDRESS) for match in pattern.finditer(text) if _is_private(match[0]))

    for pattern in _V6:
        yield from ((*match.span(), Masked.ADDRESS) for match in pattern.finditer(small(text)) if match[0].count(":") > 1)


def _is_private_host(host: str) -> bool:
    if host.startswith("["):
        return host[1:3] in {"fc", "fd", "fe"}

    return _is_private(host) or host.endswith(_ENDINGS) or ("." not in host and host not in _SAME_EVERYWHERE)


def _is_private(host: str) -> bool:
    try:
        address = ipaddress.IPv4Address(host)
    except ValueError:
        return False

    return any(address in net for net in _PRIVATE)
