"""A text and the URL it may quote go in, the same text without any secret of that URL comes out.

How a URL itself is shown is `config.masked`. Errors of services and plugins quote tokens in many forms: this looks for each.
"""

import re
from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import parse_qsl, quote, unquote, unquote_plus

HIDDEN = "****"
_SHORTEST = 4
_PLAIN_KEYS = frozenset(
    {
        "cto",
        "format",
        "image",
        "level",
        "method",
        "mode",
        "overflow",
        "priority",
        "qos",
        "redirect",
        "retry",
        "rto",
        "verify",
        "wait",
    }
)
"""Query keys of Apprise that never hold a secret: hiding words such as `text` or `high` would only garble the error."""
_LEFT = re.compile(r"(\b[a-zA-Z][a-zA-Z0-9+.-]*://)[^\s/@\"'<>]+@")


def without_secrets(text: str, url: str) -> str:
    """The text with every part of `url` that may be a secret replaced by `****`.

    User, password, host (with many services it is the token), each part of the path, each value of the query and of a header
    in it, as written, percent-decoded and percent-encoded, from four characters on; and the login as HTTP Basic writes it.
    """
    text = _LEFT.sub(rf"\1{HIDDEN}@", text)
    forms = {form for part in _parts(url) for form in _forms(part) if len(form) >= _SHORTEST}
    if not forms:
        return text

    longest_first = sorted(forms, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, longest_first)), HIDDEN, text, flags=re.IGNORECASE)


def _parts(url: str) -> Iterator[str]:
    """Every part of the URL between its separators, as written."""
    _, _, rest = url.partition("://")
    address, _, query = rest.partition("?")
    yield rest
    authority, _, path = address.partition("/")
    login, _, host = authority.rpartition("@")
    yield from (host, host.rpartition(":")[0], login, *login.split(":", 1), *re.split(r"[/#,]", path))
    if ":" in login:
        yield b64encode(unquote(login).encode()).decode()

    for key, value in parse_qsl(query):
        if key.lower() not in _PLAIN_KEYS:
            yield value


def _forms(part: str) -> tuple[str, ...]:
    plain = unquote(part)
    return part, plain, unquote_plus(part), quote(plain, safe=""), quote(plain)
