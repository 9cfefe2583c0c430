"""Settings in, faults out: what the types cannot say. Ranges, names, globs, and the way a channel names its URL."""

import re
from collections.abc import Iterable, Mapping

from coven_watchdog.catalogue import matching
from coven_watchdog.config.durations import written
from coven_watchdog.config.faults import Findings, did_you_mean, quoted
from coven_watchdog.config.urls import fault, warning, web_fault
from coven_watchdog.model.time import DAY, MILLISECOND, MINUTE, SECOND
from coven_watchdog.model.words import Kind, Severity
from coven_watchdog.redact.patterns import PatternError
from coven_watchdog.redact.patterns import check as check_pattern
from coven_watchdog.settings import Channel, Duration, Settings

_NAME = re.compile(r"[a-z0-9_-]{1,32}")
_YEAR = 366 * DAY
_CHANNELS = "channels[]"

RANGES: Mapping[str, tuple[int, int]] = {
    # More often, health alone would take all that the ceiling on requests refills, and no session would be seen.
    "probe.health_interval": (2 * SECOND, DAY),
    "probe.health_timeout": (100 * MILLISECOND, MINUTE),
    "probe.unresponsive_after": (1, 100),
    "probe.session_interval": (SECOND, DAY),
    "probe.stopped_grace": (0, DAY),
    "sessions.finished_after": (0, _YEAR),
    "sessions.waiting_after": (SECOND, _YEAR),
    "sessions.stalled_after": (0, _YEAR),
    "sessions.ghost_after": (SECOND, _YEAR),
    "sessions.stuck_after": (SECOND, _YEAR),
    "privacy.output_lines": (0, 50),
    "alerts.group_wait": (0, MINUTE * 60),
    "alerts.group_interval": (0, DAY),
    "alerts.repeat_every": (MINUTE, _YEAR),
    "alerts.max_reminders": (0, 1000),
    "delivery.timeout": (SECOND, 10 * MINUTE),
    "delivery.give_up_after": (MINUTE, _YEAR),
    "heartbeat.every": (10 * SECOND, DAY),
    # With none an hour it would be silent; what is not wanted is not configured.
    "channels[].max_per_hour": (1, 1000),
    "channels[].after": (0, _YEAR),
}
"""Least and greatest value of every number, both included; spans in µs."""

URL_KEYS = ("url", "url_env", "url_file", "apprise_config")
"""The ways to say where a channel's messages go."""


def check(settings: Settings, findings: Findings) -> None:
    """Note everything that is wrong with these settings, homes excepted."""
    for key in RANGES:
        section, _, name = key.partition(".")
        if section != _CHANNELS:
            _range(key, key, getattr(getattr(settings, section), name), findings)

    for glob in settings.severity:
        _glob(f"severity.{glob}", glob, findings)

    _names((channel.name for channel in settings.channels), "channels", findings)
    for index, channel in enumerate(settings.channels):
        _channel(f"channels[{index}]", channel, findings)
        _patience(f"channels[{index}].after", channel, settings, findings)

    for index, pattern in enumerate(settings.privacy.patterns):
        _pattern(f"privacy.patterns[{index}]", pattern, findings)

    address = settings.heartbeat.url.reveal()
    if address and web_fault(address):
        findings.add("heartbeat.url", web_fault(address), "copy the address of the check as its service shows it")

    if not settings.channels:
        findings.warn("channels", "the list is empty: nobody would be told")


def check_homes(settings: Settings, findings: Findings) -> None:
    """Warn of a channel for homes that are not watched: no fault, for `--home` may leave out the home that it is for.

    Args:
        settings: with the homes that are watched, their paths canonical.
        findings: where it is noted.
    """
    known = sorted({text for home in settings.watched for text in (home.name, home.path) if text})
    for index, channel in enumerate(settings.channels):
        for glob in channel.homes:
            if not any(home.called(glob) for home in settings.watched):
                better = did_you_mean(glob, known)
                findings.warn(f"channels[{index}].homes", f"no watched home is called {quoted(glob)}{better}")


def _pattern(key: str, pattern: str, findings: Findings) -> None:
    """A regular expression that is none, or would mask everything."""
    try:
        check_pattern(pattern)
    except PatternError as error:
        findings.add(key, f"{quoted(pattern)} {error}")


def _range(key: str, rule: str, value: int, findings: Findings) -> None:
    """A number outside its range."""
    least, most = RANGES[rule]
    if least <= value <= most:
        return

    show = written if isinstance(value, Duration) else str
    bound = f"at least {show(least)}" if value < least else f"at most {show(most)}"
    findings.add(key, f"must be {bound}, and is {show(value)}")


def _glob(key: str, glob: str, findings: Findings) -> None:
    """A kind, or a pattern, that means nothing."""
    if not matching(glob):
        what = "pattern matches no kind" if set(glob) & set("*?[") else "kind is unknown"
        findings.add(key, f"this {what}: {quoted(glob)}{_better_kind(glob)}")


def _better_kind(glob: str) -> str:
    """The kind, or the family, that was probably meant."""
    families = sorted({kind.partition(".")[0] + ".*" for kind in Kind})
    return did_you_mean(glob, families if glob.endswith("*") else Kind)


def _names(names: Iterable[str], key: str, findings: Findings) -> None:
    """Names that are no names, and names given twice."""
    seen: set[str] = set()
    for index, name in enumerate(names):
        at = f"{key}[{index}].name"
        if not _NAME.fullmatch(name):
            findings.add(at, f"{quoted(name)} is no name: 1 to 32 of a-z, 0-9, _ and -")
        elif name in seen:
            findings.add(at, f'another entry is called "{name}" as well')

        seen.add(name)


def _channel(at: str, channel: Channel, findings: Findings) -> None:
    """One channel."""
    _destination(at, channel, findings)
    for key in ("max_per_hour", "after"):
        _range(f"{at}.{key}", f"{_CHANNELS}.{key}", getattr(channel, key), findings)

    if channel.min_severity is Severity.OFF:
        findings.add(f"{at}.min_severity", "must be info, warning or critical; to silence the channel, leave it out")

    for key in ("also", "kinds"):
        for glob in getattr(channel, key):
            _glob(f"{at}.{key}", glob, findings)

    for key, given in (("kinds", (*channel.kinds, *channel.also)), ("homes", channel.homes)):
        if not given:
            findings.add(f"{at}.{key}", "the list is empty: nothing would be told here; leave the key out to be told all")


def _destination(at: str, channel: Channel, findings: Findings) -> None:
    """Where its messages go."""
    given = [key for key in URL_KEYS if getattr(channel, key)]
    if len(given) != 1:
        said = f"has {' and '.join(given)}" if given else "has none"
        known = f"{', '.join(URL_KEYS[:-1])} and {URL_KEYS[-1]}"
        findings.add(f"{at}.{given[-1]}" if given else at, f"needs exactly one of {known}, and {said}")

    if channel.tags and not channel.apprise_config:
        findings.add(f"{at}.tags", "tags choose among the services of an Apprise file, and this channel has no apprise_config")

    if not all(map(str.strip, channel.tags)):
        findings.add(f"{at}.tags", 'a tag is a word, such as "oncall"')

    if channel.url is not None:
        check_url(f"{at}.url", channel.url.reveal(), findings)


def _patience(key: str, channel: Channel, settings: Settings, findings: Findings) -> None:
    """An escalation that would come when messages are given up already."""
    give_up = settings.delivery.give_up_after
    if channel.after > give_up:
        message = f"is {written(channel.after)}, and a message is given up after {written(give_up)}: nothing would be told here"
        findings.add(key, message, "wait for less here, or longer in [delivery] give_up_after")


def check_url(key: str, url: str, findings: Findings) -> None:
    """A URL that cannot be one, or that is known to lose messages."""
    wrong = fault(url)
    if wrong:
        findings.add(key, wrong, "see https://appriseit.com/services/ for the URL of each service")
    elif warning(url):
        findings.warn(key, warning(url))
