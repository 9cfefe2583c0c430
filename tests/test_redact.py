"""Secret-shaped text never comes through, what is no secret stays readable, and no text takes long."""

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bounded import PROFILE
from coven_watchdog.redact import MASK, redact, visible

assert PROFILE

A = "Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8Qr9St0Uv1Wx2Yz3Ab4Cd5Ef6Gh7Ij8Kl9"
LOWER = "0123456789abcdef" * 4

CANARIES = {
    "openai": f"sk-{A[:20]}",
    "anthropic": f"sk-ant-api03-{A}_-{A}",
    "stripe": f"sk_live_{A[:24]}",
    "stripe publishable": f"pk_test_{A[:24]}",
    "stripe webhook": f"whsec_{A[:32]}",
    "github": f"ghp_{A[:36]}",
    "github app": f"ghs_{A[:36]}",
    "github fine-grained": f"github_pat_{A[:22]}_{A}",
    "gitlab": f"glpat-{A[:20]}",
    "gitlab runner": f"glrt-{A[:20]}",
    "slack": f"xoxb-123456789012-{A[:24]}",
    "slack app": f"xapp-1-{A[:24]}",
    "aws": "AKIAIOSFODNN7EXAMPLE",
    "google": f"AIza{A[:35]}",
    "google oauth": f"ya29.{A}",
    "hugging face": f"hf_{A[:34]}",
    "npm": f"npm_{A[:36]}",
    "pypi": f"pypi-{A}",
    "digitalocean": f"dop_v1_{LOWER}",
    "sendgrid": f"SG.{A[:22]}.{A[:43]}",
    "groq": f"gsk_{A[:52]}",
    "xai": f"xai-{A}",
    "replicate": f"r8_{A[:37]}",
    "nvidia": f"nvapi-{A}",
    "perplexity": f"pplx-{A[:48]}",
    "linear": f"lin_api_{A[:40]}",
    "notion": f"ntn_{A[:40]}",
    "vault": f"hvs.{A}",
    "age": f"AGE-SECRET-KEY-1{A.upper()[:58]}",
    "ntfy": f"tk_{A[:29].lower()}",
    "telegram": f"123456789:{A[:35]}",
    "jwt": f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.{A[:43]}",
    "private key": f"-----BEGIN OPENSSH PRIVATE KEY-----\n{A}\n{A}\n-----END OPENSSH PRIVATE KEY-----",
    "encrypted key": f"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: A\n\n{A}\n-----END RSA PRIVATE KEY-----",
    "a key that is cut off": f"-----BEGIN PRIVATE KEY-----\n{A}",
}
NAMED = {
    "assignment": "API_KEY=%s",
    "assignment with spaces": "client_secret = %s",
    "export": "export OPENAI_API_KEY='%s'",
    "yaml": "password: %s",
    "json": '{"accessToken": "%s", "next": 1}',
    "json in json": r"{\"token\": \"%s\", \"next\": 1}",
    "ruby": "secret_key => '%s'",
    "flag": "--api-key %s --verbose",
    "flag with =": "--auth-token=%s",
    "header": "Authorization: Bearer %s",
    "basic header": "authorization: Basic %s",
    "header of its own": "X-Auth-Token: %s",
    "curl": "curl -H 'Authorization: token %s' https://api.example.com",
    "cookie": "Cookie: theme=dark; session=%s; other=1",
    "set-cookie": "set-cookie: sid=%s; HttpOnly",
    "url login": "https://user:%s@example.com/path",
    "database url": "postgres://admin:%s@db:5432/app",
    "query": "GET /hook?token=%s&x=1",
    "signature": "https://example.com/f?sig=%s&x=1",
    "slack hook": "https://hooks.slack.com/services/T0/B0/%s",
    "discord hook": "https://discord.com/api/webhooks/123/%s",
    "bare key": "key=%s",
    "spoken": "the password is %s, please",
    "bearer": "sent bearer %s to it",
}
PLAIN = "hunter2Hunter2"


@pytest.mark.parametrize("name", CANARIES)
@pytest.mark.parametrize(
    "around", ["%s", "use %s now", "x\n%s\ny", '"%s"', "(%s)", "https://example.com/%s/x", "a=%s;b", "“%s”"]
)
def test_no_shape_comes_through(name: str, around: str) -> None:
    """Wherever it stands, nothing that could be used is left of it."""
    secret = CANARIES[name]
    masked = redact(around.replace("%s", secret))
    assert MASK in masked
    assert not any(secret[at : at + 12] in masked for at in range(len(secret) - 12) if secret[at : at + 5] != "-----")


def test_a_token_that_is_longer_than_any_known_goes_whole() -> None:
    """What follows the known length is a part of it."""
    assert redact(f"use ghp_{'Ab1' * 500} now") == f"use {MASK} now"


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize("secret", [PLAIN, "p4ssw0rd%21", A[:40], LOWER])
def test_what_a_name_gives_away_is_masked(name: str, secret: str) -> None:
    """Even an ordinary word is masked when its name says what it is; the name stays, to say what is missing."""
    masked = redact(NAMED[name] % secret.replace("%", ""))
    assert secret.replace("%", "") not in masked
    assert MASK in masked


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('password="correct horse battery" next=1', f'password="{MASK}" next=1'),
        ("password='it is \"quoted\"' next", f"password='{MASK}' next"),
        ("https://user:p@ss@host/path", f"https://{MASK}@host/path"),
        ("Cookie: a=b; session=xyz\nHost: x", f"Cookie: {MASK}\nHost: x"),
        ("token: abcdef, next", f"token: {MASK}, next"),
        ('{"secret": "abc", "id": 7}', f'{{"secret": "{MASK}", "id": 7}}'),
        ("Authorization: Basic dXNlcjpwYXNz", f"Authorization: Basic {MASK}"),
    ],
)
def test_the_rest_stays_readable(text: str, shown: str) -> None:
    """The whole secret goes, quotes and neighbours stay."""
    assert redact(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "3f0c9a12-77aa-4b1e-9c2d-0123456789ab failed with exit code 1",
        "commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
        "codex in shop 41 min (3f0c9a12)",
        "daemon starting pid=4711 socket=/home/ada/.coven/coven.sock",
        "[2026-11-22T07:57:37.309922038Z] startup_checkpoint phase=daemon-store-end elapsed_ms=12",
        "token expired: retry later",
        "the password is wrong",
        "password is required",
        "author: Linus Torvalds",
        "tokenizer: bert-base-uncased",
        "max_tokens: 4096",
        "foreign key: users",
        "GET /sessions?limit=100&cursor=abc",
        "https://example.com/a/b?c=d#e",
        "user@example.com",
        "a risk-averse task-runner with disk-usage",
        "12:34:56 12345678:90",
        "keyboard=us",
        "-----BEGIN CERTIFICATE-----",
        "error.code = session_not_found",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    """Ids, hashes, versions, times, error codes and ordinary sentences are not masked."""
    assert redact(text) == text


WORDS = st.sampled_from(
    [*CANARIES.values(), *(form % PLAIN for form in NAMED.values()), "plain", "a=b", "\n", " ", '"', "'", "\\", "://", "@", "-"]
)


@given(st.lists(WORDS, max_size=8).map(" ".join))
def test_masking_twice_adds_nothing(text: str) -> None:
    """What is masked stays as it is."""
    once = redact(text)
    assert redact(once) == once


@given(st.sampled_from(sorted(CANARIES)), st.text(max_size=30), st.text(max_size=30))
def test_no_shape_comes_through_whatever_stands_around_it(name: str, before: str, after: str) -> None:
    """Unless letters or digits run into it, in which case it is no token."""
    assume(not any(char.isascii() and (char.isalnum() or char in "_-") for char in before[-1:] + after[:1]))
    assert CANARIES[name] not in redact(before + CANARIES[name] + after)


@given(st.text(max_size=300))
def test_text_without_a_hint_is_left_alone(text: str) -> None:
    """Anything may come, and nothing is added where nothing is masked."""
    masked = redact(text)
    assert masked == text or MASK in masked


@given(st.text(min_size=8, max_size=40, alphabet=st.characters(codec="ascii", categories=["L", "N"])))
def test_json_stays_json(secret: str) -> None:
    """A masked value in JSON is still a value."""
    assert json.loads(redact(json.dumps({"api_key": secret, "id": "x"}))) == {"api_key": MASK, "id": "x"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mb\x1b]0;t\x07c", "abc"),
        ("one\r\n two\u2028three\x00", "one two three"),
        ("s\u200bk-\u202eabc\ufeff", "sk-abc"),
        ("été 漢字", "été 漢字"),
    ],
)
def test_what_nobody_sees_hides_nothing(text: str, shown: str) -> None:
    """What is visible is one line; a secret with invisible characters in it is one again."""
    assert visible(text) == shown
    key = CANARIES["openai"]
    assert redact(visible("\u200b".join(key))) == MASK


HOSTILE = [
    *("a", "a-", "A1-", " ", "\\", '"', "'", "-", "--", "--a ", "--a--b", "=", ":", "@", ".", "a.", "\n"),
    *("token", "token ", "token: ", "token=\\", 'token="', "api_key\\\\\\", "password is ", "secret-secret_", "auth"),
    *("authorization: ", "authorization:", "bearer ", "cookie:", "key=", "key=a", "?key=", "://", "a://", "a://b@", "http://"),
    *("ey", "-ey", "ey.", "eyAAAAAAAA.ey", "-eyAAAAAAAA.ey", "sk-", "ssh-", "gh", "SG.", "SG.aaaaaaaaaaaaaaaa.", "hvs."),
    *("-----BEGIN PRIVATE KEY-----", "-----BEGIN ", "-----END", "0123456789:", "AKIA", "https://discord.com/api/"),
]


@pytest.mark.timeout(30)
@pytest.mark.parametrize("unit", HOSTILE)
def test_no_text_takes_long(unit: str) -> None:
    """200 kB of what a pattern begins with, or of white space after it, is done at once: time is linear."""
    length = 200_000
    redact((unit * (length // len(unit) + 1))[:length])
    redact(unit + " " * (length // 4) + unit + "a" * (length // 4))
