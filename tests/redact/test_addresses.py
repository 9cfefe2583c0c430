"""Addresses of people, and those that are reachable from inside alone."""

import re

import pytest

from coven_watchdog.redact import Names, Redactor


def masked(text: str) -> str:
    """The text with kinds in place of placeholders."""
    return re.sub(r"-[0-9a-f]{6}>", ">", Redactor(Names()).text(text).text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("mail ada.lovelace+x@shop.example.org.", "mail <email>."),
        ("mailto:ada%40shop.example", "mailto:<email>"),
        ('"Ada" <ada@shop.example>', '"Ada" <<email>>'),
        ("http://10.0.0.5:8080/v1/models?x=1 failed", "http://<address> failed"),
        ("http://nas/films", "http://<address>"),
        ("https://git.corp.internal/ada/x.git", "https://<address>"),
        ("ssh://git@gitlab.lan:22/x", "ssh://git@<address>"),
        ("http://[fd12::1]:80/", "http://<address>"),
        ("192.168.1.4, 172.16.0.1 and 172.31.255.255", "<address>, <address> and <address>"),
        ("100.64.1.2 169.254.0.9:53", "<address> <address>:53"),
        ("fe80::1ff:fe23:4567:890a%eth0 fd00:1::2", "<address> <address>"),
        ("build-7.local printer1.lan:631 a.b.internal", "<address> <address>:631 <address>"),
        ("node.tail1234.ts.net nas.local:22", "<address> <address>:22"),
    ],
)
def test_what_is_private(text: str, shown: str) -> None:
    """The host goes, and of an address in a network of its own what stands behind it; ports and public names stay."""
    assert masked(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "http://localhost:3000/x http://127.0.0.1:8080 [::1]:80 0.0.0.0",
        "http://coven/api/v1/health",
        "https://github.com/OpenCoven/coven/issues/7 git@github.com:OpenCoven/coven.git",
        "172.15.0.1 172.32.0.1 8.8.8.8 192.0.2.1 100.63.0.1 100.128.0.1",
        "version 10.0.1, 10.15.7 and 1.10.0.0.1",
        "10.0.300.1 192.168.1",
        "chrono::naive::DateTime fc::x 12:34:56 feed:face",
        "settings.local.json self.x.local channel.local(x) Basis.INTERNAL std::internal threading.local()",
        "user@1000.service getty@tty1.service left-pad@1.3.0.tgz",
        "coven@0.4.6 user@host @decorator a@b",
        "/usr/local/bin http:// https://… file:///x://",
        "https://example.com/a/b?c=d#e",
    ],
)
def test_what_is_not(text: str) -> None:
    """Loopback, public hosts, versions, times, paths, and what looks like one in a line of code."""
    assert masked(text) == text


def test_one_address_has_one_placeholder() -> None:
    """So that a reader sees that it is the same."""
    one, other, again = Redactor(Names()).text("10.0.0.1 10.0.0.2 10.0.0.1").text.split()
    assert one == again != other
