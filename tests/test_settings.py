"""The configuration as structs: defaults, durations, secrets, and what it answers."""

import msgspec
import pytest

from coven_watchdog.catalogue import matching
from coven_watchdog.model.time import DAY, HOUR, MILLISECOND, MINUTE, SECOND
from coven_watchdog.model.words import Expect, Kind, Severity, Titles
from coven_watchdog.settings import (
    BUILT_IN_CHANNEL,
    Alerts,
    Channel,
    DayTime,
    Delay,
    Delivery,
    Duration,
    Home,
    Privacy,
    Probe,
    QuietHours,
    Secret,
    Sessions,
    Settings,
    decode_hook,
)

HOME = "/home/ada/.coven"


def read(text: str) -> Settings:
    """Settings from TOML."""
    return msgspec.toml.decode(text, type=Settings, dec_hook=decode_hook)


def test_defaults() -> None:
    """What holds without a file."""
    empty = read("")
    assert empty == Settings()
    assert (empty.probe.health_interval, empty.probe.health_timeout, empty.probe.unresponsive_after) == (10 * SECOND, SECOND, 3)
    assert (empty.probe.session_interval, empty.probe.stopped_grace) == (15 * SECOND, 15 * SECOND)
    assert (empty.sessions.finished_after, empty.sessions.own_terminal) == (3 * MINUTE, False)
    assert empty.sessions.ghost_after == 2 * MINUTE
    assert (empty.sessions.waiting_after, empty.sessions.stalled_after) == (3 * MINUTE, 30 * MINUTE)
    assert read('[sessions]\nstalled_after = "off"').sessions.stalled_after == 0
    assert (empty.alerts.group_wait, empty.alerts.group_interval) == (2 * SECOND, MINUTE)
    assert (empty.alerts.repeat_every, empty.alerts.max_reminders, empty.alerts.send_resolved) == (4 * HOUR, 6, True)
    assert (empty.delivery.timeout, empty.delivery.give_up_after, empty.delivery.preload) == (20 * SECOND, DAY, False)
    assert (empty.privacy.titles, empty.privacy.read_environ) == (Titles.DESKTOP, True)
    assert (empty.expect, empty.channels, empty.watched, empty.name) == (Expect.AUTO, (BUILT_IN_CHANNEL,), (), "")


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ("90s", 90 * SECOND),
        ("5m", 5 * MINUTE),
        ("1h30m", 90 * MINUTE),
        ("500ms", 500 * MILLISECOND),
        ("2d", 2 * DAY),
        ("1.5s", 1500 * MILLISECOND),
        (" 1m ", MINUTE),
        ("0s", 0),
        ("1d2h3m4s5ms", DAY + 2 * HOUR + 3 * MINUTE + 4 * SECOND + 5 * MILLISECOND),
    ],
)
def test_durations(text: str, micros: int) -> None:
    """Written with units, any number of them."""
    assert Duration.parse(text) == micros
    assert read(f'[probe]\nhealth_interval = "{text}"').probe.health_interval == micros


@pytest.mark.parametrize("text", ["", "90", "s", "-5s", "1 h", "1w", "5S", "1.s", "1h 30m", "xs", "1e3s"])
def test_what_is_no_duration(text: str) -> None:
    """The error shows what one looks like."""
    with pytest.raises(ValueError, match="write it like 90s, 5m or 1h30m"):
        Duration.parse(text)


def test_a_number_is_no_duration() -> None:
    """A unit is missing, and the error says so with its place."""
    with pytest.raises(msgspec.ValidationError, match=r"90 has no unit; write it like 90s.*probe.health_interval"):
        read("[probe]\nhealth_interval = 90")


def test_seconds() -> None:
    """For time-outs."""
    assert Duration(1_500_000).seconds == 1.5


def test_a_delay_may_be_left_out() -> None:
    """Nothing is none; anything else is a duration."""
    assert Delay.parse("") == Delay.parse(" ") == 0
    assert read("[[channels]]\nname='x'\nurl='json://h'\nafter='30m'").channels[0].after == 1_800_000_000
    with pytest.raises(msgspec.ValidationError, match=r"30 has no unit; write it like 90s.*channels\[0\].after"):
        read("[[channels]]\nname='x'\nurl='json://h'\nafter=30")


@pytest.mark.parametrize(("text", "minute"), [("00:00", 0), ("08:30", 510), ("23:59", 1439)])
def test_times_of_day(text: str, minute: int) -> None:
    """Written with two digits each, counted from midnight."""
    assert DayTime.parse(text).minute == minute
    assert read(f'[alerts]\ndigest_at = "{text}"').alerts.digest_at == text


@pytest.mark.parametrize("text", ["24:00", "8:30", "08:60", "0830", "08:30:00", "8am", " 08:30", "-1:00"])
def test_what_is_no_time_of_day(text: str) -> None:
    """The error shows what one looks like."""
    with pytest.raises(ValueError, match="write it like 08:30"):
        DayTime.parse(text)


def test_quiet_hours() -> None:
    """They begin and end on the minute, also over midnight; without them there is nothing."""
    hours = read('[alerts]\nquiet_hours = "22:00-07:00"').alerts.quiet_hours
    assert (hours.since, hours.until) == ("22:00", "07:00")
    assert (hours.since.minute, hours.until.minute) == (1320, 420)
    assert not QuietHours.parse("")


@pytest.mark.parametrize("text", ["22:00", "22:00-", "-07:00", "22-7", "07:00-07:00", "22:00 - 07:00", "22:00-24:00", "night"])
def test_what_are_no_quiet_hours(text: str) -> None:
    """The error shows what they look like; no time at all is no part of a day."""
    with pytest.raises(ValueError, match="write it like 22:00-07:00"):
        QuietHours.parse(text)


def test_what_a_home_is_called() -> None:
    """By its path, by its name if it has one, and by a glob of either."""
    home = Home(path="/srv/coven", name="build")
    assert [glob for glob in ("*", "/srv/*", "/srv/coven", "build", "b*", "", "coven") if home.called(glob)] == [
        "*",
        "/srv/*",
        "/srv/coven",
        "build",
        "b*",
    ]
    assert not Home(path="/srv/coven").called("")


def test_unknown_keys_are_errors() -> None:
    """Everywhere, so that a typing error does not go unseen; keys that come later are unknown until then."""
    for text in (
        "nmae = 'x'",
        "[probe]\nhealth = '1s'",
        "[[channels]]\nname='x'\nurl='json://x'\nkind=['*']",
        "[alerts]\nquiet_hour='22:00-07:00'",
        "[sessions]\nspirit_after='1s'",
    ):
        with pytest.raises(msgspec.ValidationError, match="unknown field"):
            read(text)


def test_a_secret_does_not_show() -> None:
    """Neither in a repr nor in an error; it can be compared and revealed on purpose."""
    secret = Secret("json://user:pass@host")
    assert (
        "pass"
        not in f"{secret!r} {secret} {Channel(name='x', url=secret)!r} {Settings(channels=(Channel(name='x', url=secret),))!r}"
    )
    assert secret.reveal() == "json://user:pass@host"
    assert secret == Secret("json://user:pass@host")
    assert secret != Secret("other")
    assert secret != "json://user:pass@host"
    assert len({secret, Secret("json://user:pass@host")}) == 1
    assert read("[[channels]]\nname='x'\nurl='json://h'").channels[0].url == Secret("json://h")


def test_the_hook_knows_only_our_types() -> None:
    """Others are left to msgspec, by its own protocol."""
    with pytest.raises(NotImplementedError):
        decode_hook(Secret, 5)

    with pytest.raises(NotImplementedError):
        decode_hook(int, "5")


def test_homes() -> None:
    """Written as paths or as tables; what each expects."""
    settings = read(f"expect = 'running'\nhomes = ['{HOME}', {{path = '/srv/coven', name = 'srv', expect = 'auto'}}]")
    assert settings.watched == (Home(path=HOME), Home(path="/srv/coven", name="srv", expect=Expect.AUTO))
    assert settings.home("/srv/coven").name == "srv"
    assert settings.home("/gone") == Home(path="/gone")
    assert [settings.expect_of(home.path) for home in settings.watched] == [Expect.RUNNING, Expect.AUTO]


def test_severities() -> None:
    """An exact name wins over a glob, a longer glob over a shorter, and without any the default holds."""
    settings = read("[severity]\n'*' = 'info'\n'session.*' = 'critical'\n'session.failed' = 'off'")
    asked = {kind: settings.severity_of(kind, Severity.WARNING) for kind in matching("session.*")}
    assert asked[Kind.SESSION_FAILED] is Severity.OFF
    assert asked[Kind.SESSION_CRASHED] is Severity.CRITICAL
    assert settings.severity_of(Kind.DAEMON_CRASHED, Severity.CRITICAL) is Severity.INFO
    assert Settings().severity_of(Kind.DAEMON_CRASHED, Severity.CRITICAL) is Severity.CRITICAL


@pytest.mark.parametrize(
    ("privacy", "own", "desktop", "remote"),
    [
        (Titles.DESKTOP, None, True, False),
        (Titles.ALL, None, True, True),
        (Titles.NONE, None, False, False),
        (Titles.NONE, True, True, True),
        (Titles.ALL, False, False, False),
    ],
)
def test_titles(privacy: Titles, *, own: bool | None, desktop: bool, remote: bool) -> None:
    """The channel's own word, else `[privacy]`; by default only this machine's desktop shows them."""
    settings = Settings(privacy=Privacy(titles=privacy))
    shown = [settings.shows_titles(Channel(name="x", url=Secret(url), titles=own)) for url in ("desktop://", "ntfy://x")]
    assert shown == [desktop, remote]


def test_schemes() -> None:
    """The service is the part before ://, in any case; a channel without its URL has none and is not local."""
    assert Channel(name="x", url=Secret("DESKTOP://")).local
    assert Channel(name="x", url=Secret("ntfys://a:b@c")).scheme == "ntfys"
    assert Channel(name="x", url_env="URL").scheme == ""
    assert not Channel(name="x").local


def test_the_built_in_channel() -> None:
    """The desktop, warnings and worse, and what finished."""
    assert (BUILT_IN_CHANNEL.local, BUILT_IN_CHANNEL.min_severity, BUILT_IN_CHANNEL.also) == (
        *(True, Severity.WARNING),
        ("session.finished",),
    )


def test_settings_are_values() -> None:
    """Equal when they say the same, and whoever has them can rely on them: no part of them can be changed."""
    assert Settings(probe=Probe(), sessions=Sessions(), alerts=Alerts()) == Settings()
    parts = (Settings(), Home(path=HOME), Probe(), Sessions(), Alerts(), Delivery(), Privacy(), Channel(name="x"))
    for part in parts:
        with pytest.raises(AttributeError, match="immutable"):
            setattr(part, part.__struct_fields__[0], "other")
