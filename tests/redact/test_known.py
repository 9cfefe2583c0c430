"""Configured secrets, in every form in which they can be read back."""

import base64
import json
import urllib.parse

import pytest

from canaries import encoded
from coven_watchdog.redact import MASK, Names, Redactor
from coven_watchdog.redact.known import find, forms

SECRET = "hunter2/&x y§7"
URL = "ntfys://ada:" + "s3cret&word@ntfy.example.org/my-quiet-topic?token=" + "Ab1Cd2Ef3Gh4#fragment-x"


@pytest.mark.parametrize("form", encoded(SECRET))
def test_a_value_is_found_in_every_form(form: str) -> None:
    """Nothing of it is left that could be decoded, whatever stands around it."""
    written = encoded(SECRET)[form]
    masked = Redactor(Names(), secrets=[SECRET]).text(f"so {written}, then").text
    assert MASK in masked
    assert written not in masked


@pytest.mark.parametrize(
    "part",
    [
        URL,
        URL.partition("://")[2],
        "ada:" + "s3cret&word",
        "s3cret&word",
        "my-quiet-topic",
        "Ab1Cd2Ef3Gh4",
        "fragment-x",
        json.dumps(URL)[1:-1].replace("/", r"\/"),
        urllib.parse.quote_plus(URL),
        base64.b64encode(b"ab" + URL.encode()).decode()[8:-8],
    ],
)
def test_an_address_is_known_in_its_parts(part: str) -> None:
    """A log may show the password or the topic without the rest."""
    assert any(form in part for form in forms(URL))
    assert part not in Redactor(Names(), secrets=[URL]).text(f"failed: {part}!").text


@pytest.mark.parametrize("word", ["ntfys", "ntfy.example.org", "token", "services", "ada"])
def test_the_ordinary_parts_of_an_address_are_none(word: str) -> None:
    """The service, its host, and words of paths stand in every text."""
    assert list(find(f"see {word} there", [URL, "slack://services/x"])) == []


def test_a_token_may_stand_where_others_have_a_host() -> None:
    """As with Slack or Telegram."""
    assert {"123456789:AbC" + "dEfGhIj", "987654321"} <= forms("tgram://" + "123456789:AbC" + "dEfGhIj/987654321")
    assert "TOKEN1A2B" in forms("slack://" + "TOKEN1A2B/x")


@pytest.mark.parametrize("secret", ["", "short", "desktop://", "json://[broken"])
def test_what_is_short_or_no_address_does_no_harm(secret: str) -> None:
    """It would stand in ordinary text by chance."""
    text = "a short text on the desk: short, desktop, broken"
    assert Redactor(Names(), secrets=[secret]).text(text).text == text
