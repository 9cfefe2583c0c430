"""What goes with a request and opens a door."""

import base64

import pytest

from coven_watchdog.redact import MASK, redact

WRAPPED = base64.b64encode(b"ada:hunter2").decode()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"Authorization: Basic {WRAPPED}", f"Authorization: Basic {MASK}"),
        (f"sent basic {WRAPPED} to it", f"sent basic {MASK} to it"),
        (f"basic%20{WRAPPED.rstrip('=')} x", f"basic%20{MASK} x"),
        ('> Authorization: Digest username="ada", response="1f"\n> Host: x', f"> Authorization: Digest {MASK}\n> Host: x"),
        ('["Authorization", "Bearer abcdefgh"]', f'["Authorization", "Bearer {MASK}"]'),
        ("Cookie: a=b; session=xyz\nHost: x", f"Cookie: {MASK}\nHost: x"),
        (r'"{\"cookie\":\"a=b; c=d\",\"x\":1}"', rf'"{{\"cookie\":\"{MASK}\",\"x\":1}}"'),
        ("https://user:p@ss@host/path", f"https://{MASK}@host/path"),
        ("https://token@host/path", f"https://{MASK}@host/path"),
        ("https://api.telegram.org/bot1:x/send", f"https://api.telegram.org/{MASK}"),
        ("https://x.webhook.office.com/webhookb2/1-2", f"https://x.webhook.office.com/{MASK}"),
        (r"https:\/\/hooks.slack.com\/services\/T0", r"https:\/\/hooks.slack.com\/services\/T0"),
        ("/a?x=1&amp;code=abcdefg&y", f"/a?x=1&amp;code={MASK}&y"),
        ("Signature=" + "0a" * 20, f"Signature={MASK}"),
        ('curl -s "-u" "ada:x y" z', f'curl -s "-u" "ada:{MASK} y" z'),
        ("Bearer abcdefg1 x", f"Bearer {MASK} x"),
    ],
)
def test_what_goes_and_what_stays(text: str, shown: str) -> None:
    """The scheme, the host and the neighbours say what is missing."""
    assert redact(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "basic information, Basic VGhpcyBpcyB0ZXh0 and basic 0123456789ab",
        "bearer tokens are refused",
        "the authorization: none",
        "a cookie jar",
        "GET /sessions?limit=100&cursor=abc&code=1",
        "https://discord.com/api/ docs",
        "https://example.com:443/a@b",
        "curl -u ada https://example.com",
    ],
)
def test_what_is_none_stays(text: str) -> None:
    """Words, empty values, and addresses without a login."""
    assert redact(text) == text
