"""Priorities in each service's own words."""

from typing import Any

import apprise
import pytest

from coven_watchdog.deliver import priority
from coven_watchdog.deliver.priority import tuned
from coven_watchdog.model.words import Priority


@pytest.mark.parametrize(
    ("url", "urgent"),
    [
        ("ntfy://topic", "ntfy://topic?priority=max"),
        ("ntfys://host/topic?", "ntfys://host/topic?priority=max"),
        ("gotifys://host/token/?tags=a", "gotifys://host/token/?tags=a&priority=10"),
        ("pover://user@token", "pover://user@token?priority=1"),
        ("tgram://bot/chat", "tgram://bot/chat?preview=no"),
        ("opsgenie://key", "opsgenie://key?priority=1&action=new"),
        ("pagerduty://key@api", "pagerduty://key@api?severity=critical&dedup=k7fq&action=map"),
        ("splunk://key@api", "splunk://key@api?entity_id=k7fq"),
        ("mailto://me@example.com", "mailto://me@example.com?format=text"),
        ("json://host/path?+X-Key=1", "json://host/path?+X-Key=1"),
        ("discord://id/token", "discord://id/token"),
        ("desktop://", "desktop://"),
    ],
)
def test_urgent_in_their_words(url: str, urgent: str) -> None:
    """What a service calls urgent stands in its query; services without a word for it keep their URL."""
    assert tuned(url, Priority.URGENT, "k7fq") == urgent


@pytest.mark.parametrize("wanted", list(Priority))
@pytest.mark.parametrize("url", ["ntfy://topic?priority=low", "ntfy://topic/?tags=x&Priority=min", "pover://u@t?priority=2"])
def test_the_users_word_stands(url: str, wanted: Priority) -> None:
    """A priority that the URL already has is not touched."""
    assert tuned(url, wanted) == url


def test_a_likeness_is_not_the_key() -> None:
    """Only the key itself counts as set, not a value or another key that ends with it."""
    assert tuned("ntfy://topic?x=priority=&mypriority=1", Priority.LOW).endswith("&priority=low")


@pytest.mark.parametrize("name", sorted(priority._LEVELS))
@pytest.mark.parametrize("wanted", list(Priority))
def test_apprise_knows_every_word(services: dict[str, Any], name: str, wanted: Priority) -> None:
    """Each parameter and value in the table is one that the installed Apprise takes for that service."""
    levels = priority._LEVELS[name]
    argument = services[name].template_args[levels.key]
    values = ["yes", "no"] if argument["type"] == "bool" else list(argument["values"])
    assert getattr(levels, wanted) in {"", *map(str, values)}


@pytest.mark.parametrize("name", sorted(priority._THREADED | priority._ACTIONS))
def test_apprise_knows_alerts(services: dict[str, Any], name: str) -> None:
    """Where alerts are opened and closed, Apprise takes the name of one, and the action that is asked for."""
    arguments = services[name].template_args
    assert priority._THREADED.get(name, "action") in arguments
    assert priority._ACTIONS.get(name, "map") in arguments["action"]["values"]


def test_a_message_about_nothing() -> None:
    """Without an incident no alert is named."""
    assert tuned("squadcast://key", Priority.LOW) == "squadcast://key?priority=P4"


@pytest.mark.parametrize("name", sorted(priority._QUIETED))
def test_apprise_can_be_told_not_to_unfurl(services: dict[str, Any], name: str) -> None:
    """The parameter that keeps links folded exists."""
    assert priority._QUIETED[name][0] in services[name].template_args


@pytest.mark.usefixtures("services")
@pytest.mark.parametrize(
    ("url", "attribute", "words"),
    [
        (f"pover://{'u' * 30}@{'t' * 30}", "priority", (-1, 0, 1)),
        (f"prowl://{'k' * 40}", "priority", (-1, 0, 2)),
        (f"opsgenie://{'k' * 36}", "priority", (4, 3, 1)),
        ("bark://host/key", "level", ("passive", "active", "timeSensitive")),
        ("spush://abcdefgh", "priority", (2, 3, 5)),
        ("gorush://host/token", "priority", ("normal", "normal", "high")),
    ],
)
def test_apprise_understands_it(url: str, attribute: str, words: tuple[object, ...]) -> None:
    """What Apprise makes of the URL is the priority that was meant, not a neighbour that begins alike."""
    plugins = [apprise.Apprise.instantiate(tuned(url, wanted)) for wanted in (Priority.LOW, Priority.DEFAULT, Priority.URGENT)]
    assert tuple(getattr(plugin, attribute) for plugin in plugins) == words
