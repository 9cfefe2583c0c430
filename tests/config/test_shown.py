"""What `config show` shows."""

from collections.abc import Callable, Mapping

import msgspec

from coven_watchdog.config import Loaded, load
from coven_watchdog.config.shown import shown
from coven_watchdog.settings import Settings

Load = Callable[[str], Loaded]


def test_every_key_is_shown(env: Mapping[str, str]) -> None:
    """Without a file each key of the settings appears with its default as it would be written."""
    found = {one.key: (one.value, one.origin) for one in shown(load(None, env))}
    assert found["probe.health_interval"] == ("10s", "default")
    assert found["alerts.send_resolved"] == (True, "default")
    assert found["expect"] == ("auto", "default")
    assert found["homes[0].path"] == (env["HOME"] + "/.coven", "default")
    assert found["channels[0].url"] == ("desktop://", "default")
    assert found["channels[0].after"] == ("", "default")
    assert found["channels[0].kinds"] == (["*"], "default")
    assert found["channels[0].max_per_hour"] == (30, "default")
    assert found["alerts.quiet_hours"] == ("", "default")
    assert found["channels[0].also"] == (["session.finished"], "default")
    sections = {key.partition(".")[0].partition("[")[0] for key in found}
    assert sections == {field.name for field in msgspec.structs.fields(Settings)} - {"severity"}


def test_origins_and_masks(loaded: Load) -> None:
    """A value of the file has its line; an address shows no secret."""
    text = '[severity]\n"session.*" = "off"\n[[channels]]\nname = "x"\nurl = "tgram://123:abc/4711"\n'
    text += '[heartbeat]\nurl = "https://hc.example/4711"\n'
    one = loaded(text)
    found = {shown_key.key: (shown_key.value, shown_key.origin) for shown_key in shown(one)}
    assert found["severity.session.*"] == ("off", f"{one.path}:2")
    assert found["channels[0].url"] == ("tgram://****", f"{one.path}:5")
    assert found["channels[0].min_severity"] == ("warning", "default")
    assert found["heartbeat.url"] == ("https://hc.example/****", f"{one.path}:7")
    assert {key.key: key.value for key in shown(loaded("[heartbeat]"))}["heartbeat.url"] == ""


def test_homes_have_the_origin_of_their_list(loaded: Load, env: Mapping[str, str]) -> None:
    """Homes given as texts, by option or by variable have no key of their own: the list's origin is theirs."""
    one = loaded('homes = ["/a"]')
    assert {key.key: key.origin for key in shown(one)}["homes[0].path"] == f"{one.path}:1"
    by_option = load(None, env, homes=("/b",))
    assert {key.key: key.origin for key in shown(by_option)}["homes[0].path"] == "--home"
