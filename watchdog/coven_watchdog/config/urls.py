"""A channel's URL in, what is wrong with it out, and the form in which it may be shown. No URL text is ever part of a complaint."""

import re

from coven_watchdog.config.schemes import BETTER, DESKTOP, SCHEMES, UNPROVEN, suggestion

HIDDEN = "****"
_LIMIT = 8192
_SCHEME = re.compile(r"([A-Za-z0-9][A-Za-z0-9+.-]*)://")
_HOST = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_HOSTED = frozenset(
    {"amqp", "apprise", "form", "gotify", "http", "irc", "json", "mailto", "mqtt", "xml"},
)
"""Schemes (each with its `s` twin) that name a host after `://`; with others a token or a topic may stand there."""


def fault(url: str) -> str:
    """Why this cannot be the URL of a channel, or "". Syntax and scheme only; what else Apprise may refuse is not known here."""
    match = _SCHEME.match(url)
    if match is None:
        return "is no URL: it must start with a scheme, such as desktop:// or ntfys://"

    if len(url) > _LIMIT or any(char.isspace() or not char.isprintable() for char in url):
        return "is no URL: it holds blanks or control characters, or is longer than 8192 characters"

    scheme = match[1].lower()
    if scheme not in SCHEMES:
        better = suggestion(scheme)
        return f"has the unknown scheme {scheme}://" + (f"; did you mean {better}://?" if better else "")

    if scheme != DESKTOP and not url[match.end() :].strip("/"):
        return f"names nothing after {scheme}://"

    return ""


def web_fault(url: str) -> str:
    """Why this cannot be the address of a web service, or ""."""
    scheme, _, rest = url.partition("://")
    if scheme.lower() not in {"http", "https"}:
        return "is no address of the web: it must start with https:// or http://"

    if len(url) > _LIMIT or any(char.isspace() or not char.isprintable() for char in url):
        return "is no URL: it holds blanks or control characters, or is longer than 8192 characters"

    host = _parts(rest)[0]
    return "" if _HOST.fullmatch(host) else "names no host after ://"


def warning(url: str) -> str:
    """What this URL is known to do badly although it is valid, or ""."""
    scheme = url.partition("://")[0]
    better = BETTER.get(scheme.lower())
    if better:
        return f"{scheme}:// is known to lose messages here; use {better}://"

    return doubt(url)


def doubt(url: str) -> str:
    """Why a success of this URL proves little, as `mqtt:// …`; "" where the service confirms what it takes."""
    scheme, _, rest = url.partition("://")
    why = UNPROVEN.get(scheme.lower(), "")
    if why and scheme.lower() in {"mqtt", "mqtts"} and re.search(r"(?i)[?&]qos=[12]\b", rest):
        return ""

    return f"{scheme.lower()}:// {why}" if why else ""


def masked(url: str) -> str:
    """The URL as it may be shown: the scheme, and the host where the scheme says that a host stands there."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        return HIDDEN

    scheme = scheme.lower()
    if scheme == DESKTOP:
        return f"{DESKTOP}://"

    host, login, tail = _parts(rest)
    if scheme.removesuffix("s") not in _HOSTED or "@" in tail or not _HOST.fullmatch(host):
        return f"{scheme}://{HIDDEN}"

    shown = f"{scheme}://{HIDDEN}@{host}" if login else f"{scheme}://{host}"
    return shown if tail in {"", "/"} else f"{shown}/{HIDDEN}"


def secret(url: str) -> bool:
    """Whether the mask hides anything of it: then the file that holds it must be private."""
    return HIDDEN in masked(url)


def _parts(rest: str) -> tuple[str, bool, str]:
    """Host with port, whether a login stands before it, and everything behind it."""
    end = min((at for at in map(rest.find, "/?#") if at >= 0), default=len(rest))
    login, at, host = rest[:end].rpartition("@")
    return host, bool(at and login), rest[end:]
