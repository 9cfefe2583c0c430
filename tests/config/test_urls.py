"""URLs: what is wrong with them, and how they are shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coven_watchdog.config import urls


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("desktop://", "desktop://"),
        ("DESKTOP://?urgency=low", "desktop://"),
        ("json://127.0.0.1:8080", "json://127.0.0.1:8080"),
        ("json://127.0.0.1:8080/", "json://127.0.0.1:8080/"),
        ("jsons://host/hook?+X-Token=abc", "jsons://host/****"),
        ("json://host?+X-Token=abc", "json://host/****"),
        ("json://host#abc", "json://host/****"),
        ("mailto://me:pass@gmail.com", "mailto://****@gmail.com"),
        ("mailtos://me:pa/ss@gmail.com", "mailtos://****"),
        ("mailto://me:p@ss@gmail.com", "mailto://****@gmail.com"),
        ("json://[::1]:80/x", "json://[::1]:80/****"),
        ("json://ho st/x", "json://****"),
        ("ntfys://my-topic", "ntfys://****"),
        ("tgram://123456789:AAabcdef/4711", "tgram://****"),
        ("https://discord.com/api/webhooks/1/abc", "https://discord.com/****"),
        ("no url at all", "****"),
    ],
)
def test_the_mask(url: str, shown: str) -> None:
    """The scheme always shows; the host where a host stands; a login, path, query or fragment never."""
    masked = urls.masked(url)
    assert masked.rstrip("/") == shown.rstrip("/")


@given(
    scheme=st.sampled_from(["json", "jsons", "mailto", "ntfy", "tgram", "mqtts", "https", "slack"]),
    before=st.text("ab:/?#@&=+", max_size=6),
    after=st.text("cd:/?#@&=+", max_size=6),
)
def test_what_stands_beside_the_host_never_shows(scheme: str, before: str, after: str) -> None:
    """A secret in a login, a path, a query or a fragment is masked, wherever the separators stand."""
    assert "s3cr3t" not in urls.masked(f"{scheme}://{before}:s3cr3t@host{after}")
    assert "s3cr3t" not in urls.masked(f"{scheme}://host/{before}s3cr3t{after}")
    assert "s3cr3t" not in urls.masked(f"{scheme}://host?x={before}s3cr3t{after}")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("hello", "no URL"),
        ("://x", "no URL"),
        ("json://a b", "blanks"),
        ("json://a\x07", "control"),
        ("json://" + "a" * 9000, "longer"),
        ("discrod://a/b", "did you mean discord://?"),
        ("qqqqqqqqqq://a", "unknown scheme qqqqqqqqqq://"),
        ("ntfys://", "names nothing"),
        ("json:///", "names nothing"),
    ],
)
def test_what_cannot_be_a_url(url: str, said: str) -> None:
    """Syntax and scheme are judged without Apprise, with a suggestion where one is close."""
    assert said in urls.fault(url)


@pytest.mark.parametrize(
    "url", ["desktop://", "desktop://?urgency=low", "ntfys://topic", "HTTPS://discord.com/api/webhooks/1/2"]
)
def test_what_can_be_a_url(url: str) -> None:
    """Our own scheme, Apprise's, and the web-hook addresses that services hand out."""
    assert not urls.fault(url)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mqtt://host/topic", "qos=1"),
        ("mqtts://host/topic?qos=0", "qos=1"),
        ("mqtts://host/topic?retain=no&qos=1", ""),
        ("xmpp://user:pass@host", "xmpps://"),
        ("xmpps://user:pass@host", "certificate"),
        ("ircs://host/#channel", "does not take"),
        ("rsyslog://host", "nobody confirms"),
        ("gnome://", "desktop://"),
        ("ntfys://topic", ""),
    ],
)
def test_what_loses_messages_is_said(url: str, said: str) -> None:
    """Schemes that report success for nothing, or have no urgency here, are warned about with what to use."""
    assert (said in urls.warning(url)) if said else not urls.warning(url)


@pytest.mark.parametrize(
    ("url", "is_secret"),
    [("desktop://", False), ("json://127.0.0.1:8080", False), ("json://host/x", True), ("ntfy://topic", True)],
)
def test_a_url_is_secret_when_its_mask_hides_something(url: str, is_secret: bool) -> None:  # noqa: FBT001 - a parameter of the table
    """A file with such a URL must be private."""
    assert urls.secret(url) is is_secret
