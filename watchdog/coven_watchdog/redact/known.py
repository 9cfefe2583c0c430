"""Secret values that are known come in; the forms in which they may be written go out.

An address is known in its parts as well: a log may show the password of one without the rest.
"""

import json
import re
from base64 import b64encode
from collections.abc import Collection, Iterator
from functools import lru_cache
from urllib.parse import quote, quote_plus, unquote, urlsplit

from coven_watchdog.model.words import Masked
from coven_watchdog.redact.spans import Span

_SHORTEST = 6
"""What is shorter stands in ordinary text by chance."""
_PART = 8
_ORDINARY = frozenset({"services", "webhooks", "incoming", "workflows", "triggers", "redirect", "priority"})


def forms(secret: str) -> frozenset[str]:
    """Every text in which this value, or for an address a part of it, could be read back."""
    plain = {part for value in _values(secret) for part in (value, unquote(value)) if len(part) >= _SHORTEST}
    return frozenset(form for value in plain for form in _written(value) if len(form) >= _SHORTEST)


def _values(secret: str) -> Iterator[str]:
    """The value itself, and of an address what is secret in it."""
    yield secret
    if "://" not in secret:
        return

    _, _, rest = secret.partition("://")
    yield rest
    # The parser wants a scheme that it knows the rules of.
    try:
        parts = urlsplit(f"https://{rest}")
    except ValueError:
        return

    login, _, host = parts.netloc.rpartition("@")
    yield from (login, login.partition(":")[2])
    words = [*re.split(r"[/;,]", parts.path), *(pair.partition("=")[2] for pair in parts.query.split("&")), parts.fragment]
    yield from (word for word in words if len(word) >= _PART and word.lower() not in _ORDINARY)
    if "." not in host and len(host) >= _PART and any(map(str.isdigit, host)):
        yield host


def _written(value: str) -> Iterator[str]:
    """As it is, escaped once to thrice for JSON, for an address, in base64 wherever it may begin."""
    yield value
    escaped = value
    for _ in range(3):
        for ascii_only in (True, False):
            yield json.dumps(escaped, ensure_ascii=ascii_only)[1:-1]

        escaped = json.dumps(escaped)[1:-1]

    yield value.replace("/", r"\/")
    yield from (quote(value, safe=""), quote(value), quote_plus(value), quote(quote(value, safe=""), safe=""))
    raw = value.encode("utf-8", "surrogatepass")
    yield from (raw.hex(), raw.hex().upper())
    for offset in range(3):
        # The characters at both ends also depend on what stands beside the value.
        wrapped = b64encode(b"\0" * offset + raw).decode().rstrip("=")
        core = wrapped[-(-offset * 8 // 6) : len(wrapped) - (1 if (len(raw) + offset) % 3 else 0)]
        yield from (core, core.replace("+", "-").replace("/", "_"))


@lru_cache(8)
def _every_form(secrets: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted({form for secret in secrets for form in forms(secret)}, key=lambda form: (-len(form), form)))


def find(text: str, secrets: Collection[str]) -> Iterator[Span]:
    """The places of these values, in whatever form."""
    for form in _every_form(frozenset(secrets)) if secrets else ():
        at = text.find(form)
        while at >= 0:
            yield Span(at, at + len(form), Masked.CONFIGURED)
            at = text.find(form, at + len(form))
