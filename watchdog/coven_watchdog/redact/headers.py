"""Text in, the places of secrets in headers and addresses out: Authorization, cookies, logins, webhooks, signed links."""

import binascii
import re
from base64 import b64decode
from collections.abc import Iterator

from coven_watchdog.model.words import Masked
from coven_watchdog.redact.spans import Span

_ESCAPED = r"\\{0,15}[\"']?"
_QUOTE = r"\\{0,15}[\"']"
_BETWEEN = rf"(?:{_ESCAPED}[ \t]{{0,4}}[:=][ \t]{{0,4}}{_ESCAPED}|{_QUOTE},[ \t]{{0,4}}{_QUOTE})"
_SCHEMES = r"(?:(?:bearer|basic|token|digest|negotiate|apikey|hmac)[ \t]{1,4})?"
_RULES: tuple[tuple[str, Masked, re.Pattern[str]], ...] = (
    (
        "authorization",
        Masked.HEADER,
        re.compile(
            rf"(?i)(?:^|(?<=\n)|(?<=[<>] ))(?:proxy-)?authorization:[ \t]{{0,4}}{_SCHEMES}(?P<secret>[^\r\n]{{1,4096}})"
        ),
    ),
    ("authorization", Masked.HEADER, re.compile(rf"(?i)\bauthorization{_BETWEEN}{_SCHEMES}(?P<secret>[^\s\"',;\\]{{6,4096}})")),
    (
        "bearer",
        Masked.HEADER,
        re.compile(r"(?i)\bbearer(?:[ \t]{1,4}|%20|\+)(?=[^\s\"']{0,64}[0-9])(?P<secret>[^\s\"',;\\]{6,4096})"),
    ),
    (
        "cookie",
        Masked.HEADER,
        re.compile(
            rf"(?i)\b(?:set-)?cookie(?:2?{_BETWEEN}|s{_ESCAPED}[ \t]{{0,4}}[:=][ \t]{{0,4}}{_QUOTE})(?P<secret>[^\r\n\"'\\]{{1,4096}})"
        ),
    ),
    ("://", Masked.URL_LOGIN, re.compile(r"\b[a-zA-Z][a-zA-Z0-9+.-]{1,20}://(?!git@)(?P<secret>[^\s/\"'<>\\]{1,512})@")),
    ("%3a%2f%2f", Masked.URL_LOGIN, re.compile(r"(?i)\b[a-z][a-z0-9+.-]{1,20}%3a%2f%2f(?P<secret>[^\s/\"'<>\\]{1,512}?)%40")),
    (
        "://",
        Masked.TOKEN,
        re.compile(
            r"(?i)\bhttps?:\\{0,4}/\\{0,4}/(?:hooks\.slack\.com|(?:\w{1,16}\.)?discord(?:app)?\.com/api|[\w-]{1,64}\.webhook\.office\.com|chat\.googleapis\.com"
            r"|hooks\.zapier\.com|hc-ping\.com|api\.telegram\.org|maker\.ifttt\.com/trigger)\\{0,4}/(?P<secret>[^\s\"'<>\\]{6,1024})"
        ),
    ),
    (
        "=",
        Masked.TOKEN,
        re.compile(
            r"(?i)(?:[?&]|&amp;|%26|%3f|\\u0026)(?:x-amz-)?(?:sig|signature|key|code|apikey|access|auth|security-token|credential)(?:=|%3d)(?P<secret>[^\s&#\"'<>\\]{6,1024})"
        ),
    ),
    ("signature=", Masked.TOKEN, re.compile(r"(?i)\bsignature=(?P<secret>[a-z0-9+/=_-]{32,1024})")),
    ("sshpass", Masked.NAMED_VALUE, re.compile(r"\bsshpass[ \t]{1,4}-p[ \t]{0,4}[\"']?(?P<secret>[^\s\"']{1,512})")),
    (
        "curl",
        Masked.URL_LOGIN,
        re.compile(r"(?i)\bcurl\b[^\n]{0,512}?[ \"'](?:-u|--user)[\"',= \\]{0,8}[^\s:\"']{1,128}:(?P<secret>[^\s\"']{1,512})"),
    ),
)
_BASIC = re.compile(r"(?i)\bbasic(?:[ \t]{1,4}|%20)([A-Za-z0-9+/_-]{6,2048}={0,2})")


def find(text: str) -> Iterator[Span]:
    """The places of what goes with a request and opens a door."""
    small = text.lower()
    for hint, what, rule in _RULES:
        if hint in small:
            yield from (Span(*match.span("secret"), what) for match in rule.finditer(text))

    if "basic" in small:
        yield from (Span(*match.span(1), Masked.HEADER) for match in _BASIC.finditer(text) if _is_login(match[1]))


def _is_login(wrapped: str) -> bool:
    """Whether this is `user:password` in base64, and not a word."""
    try:
        return ":" in b64decode(wrapped.rstrip("=") + "=" * (-len(wrapped.rstrip("=")) % 4), altchars=None).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return False
