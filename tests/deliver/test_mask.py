"""Errors without secrets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coven_watchdog.deliver.mask import without_secrets

URL = "jsons://me:p%40ssw0rd@hooks.example.com:8443/T0KEN/B0X%20ID?+X-Api-Key=h3adersecret&key=qu3rysecret&format=text&priority=high"


@pytest.mark.parametrize(
    "secret",
    [
        "p%40ssw0rd",
        "p@ssw0rd",
        "T0KEN",
        "t0ken",
        "B0X%20ID",
        "B0X ID",
        "h3adersecret",
        "qu3rysecret",
        "hooks.example.com",
        "bWU6cEBzc3cwcmQ=",
    ],
)
def test_every_secret_part_goes(secret: str) -> None:
    """User, password, host, path, query and header values go, as written, decoded, in any case, and as a Basic login."""
    shown = without_secrets(f"Failed at <{secret}>: error=500", URL)
    assert shown == "Failed at <****>: error=500"


def test_what_says_nothing_secret_stays() -> None:
    """The words of an error stay readable: values of harmless keys, short parts and the rest of the text are kept."""
    shown = without_secrets("high text: me was refused by json, error=401", URL)
    assert shown == "high text: me was refused by json, error=401"


def test_a_login_in_a_strange_url_goes() -> None:
    """A URL that a plugin built itself loses its login too, though it is not the channel's."""
    shown = without_secrets("GET https://abc:longsecret@other.example/x", "slack://TokenAAAA/TokenBBBB")
    assert shown == "GET https://****@other.example/x"


def test_the_token_services_lose_their_host() -> None:
    """With `slack://` and its like a token stands where others have a host."""
    shown = without_secrets("POST /services/TokenAAAA/x/TokenBBBB", "slack://TokenAAAA/TokenBBBB")
    assert shown == "POST /services/****/x/****"


def test_a_url_without_secrets_changes_nothing() -> None:
    """There is nothing to hide in `desktop://`."""
    assert without_secrets("no desktop here", "desktop://") == "no desktop here"


@given(st.text("abcXYZ019-_.~", min_size=4, max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_no_path_token_survives(token: str, before: str, after: str) -> None:
    """Whatever surrounds it, a token of the path is never in the outcome, unless the mask itself were it."""
    shown = without_secrets(f"{before} {token} {after}", f"json://127.0.0.1/{token}/x")
    assert token.lower() not in shown.lower()
