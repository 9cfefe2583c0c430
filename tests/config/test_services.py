"""What a channel's address says of its service."""

import re

import pytest

from coven_watchdog.config.schemes import SCHEMES
from coven_watchdog.config.services import PHONES, is_phone, leaves, name_for, on_desktop


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("ntfys://ntfy.sh/t", "ntfy"),
        ("ntfy://host/t", "ntfy"),
        ("mailtos://me:x@example.org", "mail"),
        ("tgram://123/456", "telegram"),
        ("pover://a@b", "pushover"),
        ("jsons://host/", "webhook"),
        ("https://hooks.slack.com/services/a/b/c", "slack"),
        ("https://example.org/x", "webhook"),
        ("http://[::1]/x", "webhook"),
        ("DISCORD://a/b", "discord"),
    ],
)
def test_names(url: str, name: str) -> None:
    """A channel is called as people call the service."""
    assert name_for(url, ()) == name


def test_names_differ() -> None:
    """The second of a service has a number."""
    assert name_for("ntfy://a/b", {"ntfy"}) == "ntfy-2"
    assert name_for("ntfy://a/b", {"ntfy", "ntfy-2", "x"}) == "ntfy-3"


def test_every_scheme_has_a_name() -> None:
    """Whatever Apprise knows gives a name that a configuration may have."""
    assert all(re.fullmatch(r"[a-z0-9_-]{1,32}", name_for(f"{scheme}://x", {"x"})) for scheme in SCHEMES)


def test_phones_are_schemes() -> None:
    """Only what Apprise knows is among the phones."""
    assert PHONES <= SCHEMES
    assert is_phone("ntfys://ntfy.sh/t")
    assert not is_phone("mailto://a@b")


def test_who_is_reached() -> None:
    """A desktop and this machine's log reach nobody elsewhere; XMPP does, though another scheme is better."""
    assert not any(map(leaves, ("desktop://", "gnome://", "dbus://x", "syslog://")))
    assert all(map(leaves, ("ntfy://a/b", "xmpp://a@b", "rsyslog://host")))
    assert on_desktop("kde://")
    assert not on_desktop("xmpp://a@b")
