"""Channels that stand for the services of an Apprise file."""

from collections.abc import Callable, Mapping
from pathlib import Path

from coven_watchdog.config import Loaded, load, replaced, stanzas
from coven_watchdog.config.shown import shown
from coven_watchdog.model.words import Severity
from coven_watchdog.settings import Secret

Load = Callable[[str], Loaded]
Write = Callable[..., Path]

TEXT = """\
[[channels]]
name = "first"
url = "ntfys://topic"

[[channels]]
name = "oncall"
apprise_config = "~/apprise.yml"
tags = ["oncall", "night"]
min_severity = "critical"
titles = true

[[channels]]
name = "last"
url = "json://host"
also = ["session.*"]
"""
URLS = ("json://host/a?+X=s3cr3t", "mqtt://me:s3cr3t@host/topic")


def test_which_they_are(loaded: Load) -> None:
    """Each with its index and with the places of its file and its tags."""
    found = loaded(TEXT)
    (stanza,) = stanzas(found)
    assert (stanza.index, stanza.channel.name) == (1, "oncall")
    assert stanza.where == f"{found.path}:7: channels[1].apprise_config"
    assert stanza.where_tags == f"{found.path}:8: channels[1].tags"
    assert stanzas(loaded("")) == ()


def test_the_files_are_known(write: Write, env: Mapping[str, str]) -> None:
    """Whoever watches the configuration watches them as well; a path that cannot be one is told when it is opened."""
    path = write(TEXT + '[[channels]]\nname = "odd"\napprise_config = "relative.yml"\n')
    assert load(path, env).files == (path, Path(env["HOME"]) / "apprise.yml")
    assert load(None, env).files == (load(None, env).path,)


def test_one_channel_for_each(loaded: Load) -> None:
    """They stand where their channel stood, are named after it, and have all its other keys; the others stay as they are."""
    before = loaded(TEXT)
    after = replaced(before, {1: URLS})
    channels = after.settings.channels
    assert [channel.name for channel in channels] == ["first", "oncall/1", "oncall/2", "last"]
    assert [channel.url for channel in channels[1:3]] == [Secret(url) for url in URLS]
    assert all((one.min_severity, one.titles) == (Severity.CRITICAL, True) for one in channels[1:3])
    assert not any(one.apprise_config or one.tags for one in channels)
    assert (channels[0], channels[3]) == (before.settings.channels[0], before.settings.channels[2])
    assert (after.path, after.files) == (before.path, before.files)


def test_where_everything_came_from(loaded: Load) -> None:
    """Keys keep their lines under the new numbers; the address comes from the Apprise file, and is masked."""
    found = replaced(loaded(TEXT), {1: URLS})
    keys = {one.key: (one.value, one.origin) for one in shown(found)}
    assert keys["channels[0].url"] == ("ntfys://****", f"{found.path}:3")
    assert keys["channels[1].url"] == ("json://host/****", "file ~/apprise.yml")
    assert keys["channels[2].name"] == ("oncall/2", f"{found.path}:6")
    assert keys["channels[2].min_severity"] == ("critical", f"{found.path}:9")
    assert keys["channels[3].also"] == (["session.*"], f"{found.path}:15")
    assert keys["channels[3].min_severity"] == ("warning", "default")
    assert "s3cr3t" not in repr(keys)


def test_what_works_less_well_is_said(loaded: Load) -> None:
    """By the name of the new channel, and with what the reader noted."""
    before = loaded(TEXT)
    after = replaced(before, {1: URLS}, ["a note"])
    assert before.warnings == ()
    (note, warning) = after.warnings
    assert note == "a note"
    assert warning.startswith(f"{before.path}:7: channels[1].apprise_config: oncall/2: mqtt:// without ?qos=1")


def test_what_could_not_be_read_stays(loaded: Load) -> None:
    """A channel without an answer is left as it was written."""
    before = loaded(TEXT)
    assert replaced(before, {}).settings == before.settings
    assert dict(replaced(before, {}).origins) == dict(before.origins)
