"""How services read text."""

from typing import Any

import pytest

from coven_watchdog.deliver import dialects
from coven_watchdog.deliver.dialects import dialect
from coven_watchdog.model.words import Dialect


@pytest.mark.parametrize(
    ("scheme", "reads"),
    [
        ("discord", Dialect.DISCORD),
        ("mmost", Dialect.MARKDOWN),
        ("mmosts", Dialect.MARKDOWN),
        ("nctalks", Dialect.MARKDOWN),
        ("slack", Dialect.HTML),
        ("tgram", Dialect.HTML),
        ("rockets", Dialect.HTML),
        ("json", Dialect.PLAIN),
        ("mailtos", Dialect.PLAIN),
        ("ntfys", Dialect.PLAIN),
        ("desktop", Dialect.PLAIN),
        ("", Dialect.PLAIN),
    ],
)
def test_dialects(scheme: str, reads: Dialect) -> None:
    """Markup is ours to break only where Apprise sends text as it is to a service that reads markup in it."""
    assert dialect(scheme) is reads


def test_all_named_services_exist(services: dict[str, Any]) -> None:
    """Every scheme in the tables is one of Apprise's."""
    named = dialects._DISCORD | dialects._MARKDOWN | dialects._CALLS_PEOPLE
    assert named - set(services) == set()


@pytest.mark.parametrize("scheme", sorted(dialects._DISCORD | dialects._MARKDOWN))
def test_ours_to_break_are_sent_as_they_are(services: dict[str, Any], scheme: str) -> None:
    """Where we escape Markdown Apprise takes plain text first, so that it does not escape a second time."""
    formats = services[scheme].notify_format
    first = formats[0] if isinstance(formats, tuple) else formats
    assert first == "text"
