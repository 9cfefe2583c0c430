"""Text in, the places of e-mail addresses and of what is reachable from inside a private network alone out.

Loopback stays: it is the same everywhere, and says much about what went wrong.
"""

import ipaddress
import re
from collections.abc import Iterator

from coven_watchdog.model.words import Masked
from coven_watchdog.redact.names import Names
from coven_watchdog.redact.spans import Span

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})"
_EMAIL = re.compile(
    rf"(?<![A-Za-z0-9._%+-])[A-Za-z0-9][A-Za-z0-9._%+-]{{0,63}}(?:@|%40)(?:{_LABEL}\.){{1,8}}[A-Za-z]{{2,24}}(?![A-Za-z0-9_-])"
)
_EMAIL_LOCAL = 64
_GIT = frozenset({"git@github.com", "git@gitlab.com", "git@bitbucket.org", "git@codeberg.org", "noreply@github.com"})
_V4 = re.compile(r"(?<![\w.-])(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|\.\d)")
_V6 = re.compile(r"(?i)(?<![\w:.])(?:f[cd][0-9a-f]{2}|fe[89ab][0-9a-f]):[0-9a-f:]{2,40}(?:%\w{1,16})?(?![\w:])")
_ENDING = r"(?:local|internal|intranet|lan|corp|localdomain|home\.arpa|ts\.net)"
_HOST = re.compile(rf"(?i)(?<![\w.@-])(?:{_LABEL}\.){{1,8}}{_ENDING}(?![\w-]|\.\w|\()")
_URL = re.compile(
    r"(?i)\b([a-z][a-z0-9+.-]{1,20}://)([^\s\"'<>\\/?#:@\[\]]{1,255}|\[[0-9a-f:.]{2,45}\])((?::\d{1,5})?(?:[/?#][^\s\"'<>\\]{0,1024})?)"
)
_PUBLIC_WORDS = frozenset({"localhost", "desktop"})
_PRIVATE = tuple(
    ipaddress.ip_network(net) for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10")
)
_NETWORK = frozenset(
    {"http", "https", "ws", "wss", "ftp", "ssh", "git", "postgres", "postgresql", "mysql", "redis", "mongodb", "amqp", "mqtt"}
)


def find(text: str, names: Names) -> Iterator[Span]:
    """The places of addresses, each with its placeholder."""
    if "@" in text or "%40" in text:
        yield from _emails(text, names)

    if "://" in text:
        yield from _urls(text, names)

    if "." in text:
        yield from (_placed(match, names) for match in _V4.finditer(text) if _is_private(match[0]))
        yield from (_placed(match, names) for match in _HOST.finditer(text))

    if ":" in text:
        yield from (_placed(match, names) for match in _V6.finditer(text) if match[0].count(":") > 1)


def _placed(match: re.Match[str], names: Names) -> Span:
    return Span(*match.span(), Masked.ADDRESS, names.placeholder(Masked.ADDRESS, match[0]))


def _emails(text: str, names: Names) -> Iterator[Span]:
    for match in _EMAIL.finditer(text):
        if match[0].lower() not in _GIT:
            yield Span(*match.span(), Masked.EMAIL, names.placeholder(Masked.EMAIL, match[0]))


def _urls(text: str, names: Names) -> Iterator[Span]:
    """The host of a private address, and what it serves."""
    for match in _URL.finditer(text):
        scheme, host = match[1].lower()[:-3], match[2].lower()
        if scheme in _NETWORK and _is_private_host(host):
            yield Span(match.start(2), match.end(), Masked.ADDRESS, names.placeholder(Masked.ADDRESS, host))


def _is_private_host(host: str) -> bool:
    if host.startswith("["):
        return bool(_V6.fullmatch(host[1:-1]))

    return _is_private(host) or bool(_HOST.fullmatch(host)) or ("." not in host and host not in _PUBLIC_WORDS)


def _is_private(host: str) -> bool:
    try:
        address = ipaddress.IPv4Address(host)
    except ValueError:
        return False

    return any(address in net for net in _PRIVATE)
