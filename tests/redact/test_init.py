"""Secret-shaped text never comes through, what is no secret stays readable, and no text takes long."""

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bounded import PROFILE
from canaries import AROUND, CANARIES, HEX, NAMED, A
from coven_watchdog.redact import MASK, Names, Redactor, cleared, redact

assert PROFILE

PLAIN = "hunter2Hunter2"


@pytest.mark.parametrize("name", CANARIES)
def test_no_shape_comes_through(name: str) -> None:
    """Wherever it stands, nothing that could be used is left of it, also where it is an escape that it stands behind."""
    secret = CANARIES[name]
    parts = [secret[at : at + 12] for at in range(len(secret) - 12) if secret[at : at + 5] != "-----"]
    for where, written in AROUND.items():
        masked = redact(written(secret))
        assert MASK in masked, where
        assert not [part for part in parts if part in masked], where


def test_a_token_that_is_longer_than_any_known_goes_whole() -> None:
    """What follows the known length is a part of it."""
    assert redact(f"use ghp_{'Ab1' * 500} now") == f"use {MASK} now"


@pytest.mark.parametrize("name", NAMED)
def test_what_a_name_gives_away_is_masked(name: str) -> None:
    """Even an ordinary word is masked when its name says what it is; the name stays, to say what is missing."""
    for secret in (PLAIN, "p4ssw0rd%21", A[:40], HEX):
        masked = redact(NAMED[name] % secret)
        assert secret not in masked
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
    """What is masked stays as it is, and what was a line is one."""
    once = redact(text)
    assert redact(once) == once
    assert once.count("\n") == text.count("\n")


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


HOSTILE = [
    *(
        "a",
        "a-",
        "A1-",
        " ",
        "\\",
        '"',
        "'",
        "-",
        "--",
        "--a ",
        "--a--b",
        "=",
        ":",
        "@",
        ".",
        "a.",
        "\n",
        "\0",
        "İ",
        "\x1b[",
        "\x1b]",
    ),
    *(
        "token",
        "token ",
        "token: ",
        "token=\\",
        'token="',
        "api_key\\\\\\",
        "password is ",
        "secret-secret_",
        "auth",
        'token:["a",',
    ),
    *("authorization: ", "authorization:", "bearer ", "cookie:", "key=", "key=a", "?key=", "://", "a://", "a://b@", "http://"),
    *("ey", "-ey", "ey.", "eyAAAAAAAA.ey", "-eyAAAAAAAA.ey", "sk-", "ssh-", "gh", "SG.", "SG.aaaaaaaaaaaaaaaa.", "hvs."),
    *(
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN ",
        "-----END",
        "0123456789:",
        "AKIA",
        "https://discord.com/api/",
        "basic abcdef",
    ),
    *(
        "a@b.",
        "a@b.cc ",
        "10.",
        "10.0.0.1 ",
        "fe80:",
        ".local",
        "a.local ",
        "http://nas/x ",
        "curl -u ",
        "<token>",
        "<token",
        "ada",
    ),
    *(
        "login a password ",
        "token: |\n  ",
        '"\\"token\\":\\"',
        "xsk-aaaaaaaaaaaaaaaa",
        "%3a%2f%2f",
        "/home/ada",
        "ACME-1",
        "&sig=",
    ),
]


@pytest.mark.timeout(30)
@pytest.mark.parametrize("unit", HOSTILE)
def test_no_text_takes_long(unit: str) -> None:
    """30 kB of what a pattern begins with, or of white space after it, is done at once: time is linear."""
    length = 30_000
    masks = Redactor(
        Names("/home/ada", "ada", "box7", ("/srv/shop",), b"x"), [r"ACME-\d+", "(a+)+$"], ["ntfys://ada:hunter2/topic-x9"]
    )
    for text in ((unit * (length // len(unit) + 1))[:length], unit + " " * (length // 4) + unit + "a" * (length // 4)):
        assert redact(masks.text(text).text).count("\n") == text.count("\n")
        cleared(text[:2000])
