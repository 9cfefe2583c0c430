"""Settings in, faults out: what the types cannot say. Ranges, names, globs, and the way a channel names its URL."""

import re
from collections.abc import Iterable, Mapping

from coven_watchdog.catalogue import matching
from coven_watchdog.config.durations import written
from coven_watchdog.config.faults import Findings, did_you_mean, quoted
from coven_watchdog.config.urls import fault, warning
from coven_watchdog.model.time import DAY, MILLISECOND, MINUTE, SECOND
from coven_watchdog.model.words import Kind, Severity
from coven_watchdog.settings import Channel, Duration, Settings

_NAME = re.compile(r"[a-z0-9_-]{1,32}")
_YEAR = 366 * DAY

RANGES: Mapping[str, tuple[int, int]] = {
    # More often, health alone would take all that the ceiling on requests refills, and no session would be seen.
    "probe.health_interval": (2 * SECOND, DAY),
    "probe.health_timeout": (100 * MILLISECOND, MINUTE),
    "probe.unresponsive_after": (1, 100),
    "probe.session_interval": (SECOND, DAY),
    "probe.stopped_grace": (0, DAY),
    "sessions.finished_after": (0, _YEAR),
    "alerts.group_wait": (0, MINUTE * 60),
    "alerts.group_interval": (0, DAY),
    "alerts.repeat_every": (MINUTE, _YEAR),
    "alerts.max_reminders": (0, 1000),
    "delivery.timeout": (SECOND, 10 * MINUTE),
    "delivery.give_up_after": (MINUTE, _YEAR),
}
"""Least and greatest value of every number, both included; spans in µs."""


def check(settings: Settings, findings: Findings) -> None:
    """Note everything that is wrong with these settings, homes excepted."""
    for key, (least, most) in RANGES.items():
        section, _, name = key.partition(".")
        _range(key, getattr(getattr(settings, section), name), least, most, findings)

    for glob in settings.severity:
        _glob(f"severity.{glob}", glob, findings)

    _names((channel.name for channel in settings.channels), "channels", findings)
    for index, channel in enumerate(settings.channels):
        _channel(f"channels[{index}]", channel, findings)

    if not settings.channels:
        findings.warn("channels", "the list is empty: nobody would be told")


def _range(key: str, value: int, least: int, most: int, findings: Findings) -> None:
    """A number outside its range."""
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
    given = [key for key in ("url", "url_env", "url_file") if getattr(channel, key)]
    if len(given) != 1:
        said = f"has {' and '.join(given)}" if given else "has none"
        findings.add(f"{at}.{given[-1]}" if given else at, f"needs exactly one of url, url_env and url_file, and {said}")

    if channel.min_severity is Severity.OFF:
        findings.add(f"{at}.min_severity", "must be info, warning or critical; to silence the channel, leave it out")

    for glob in channel.also:
        _glob(f"{at}.also", glob, findings)

    if channel.url is not None:
        check_url(f"{at}.url", channel.url.reveal(), findings)


def check_url(key: str, url: str, findings: Findings) -> None:
    """A URL that cannot be one, or that is known to lose messages."""
    wrong = fault(url)
    if wrong:
        findings.add(key, wrong, "see https://appriseit.com/services/ for the URL of each service")
    elif warning(url):
        findings.warn(key, warning(url))
