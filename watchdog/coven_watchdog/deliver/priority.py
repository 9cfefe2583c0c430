"""A channel's URL and a priority in, the URL to hand to Apprise out.

Apprise takes a service's priority from the URL alone, never from the type of a message (seen on 2.2.0), so it is set here, in
each service's own words. What the user's URL says already stands.
"""

import re
from typing import NamedTuple

from coven_watchdog.model.words import Priority


class _Levels(NamedTuple):
    """One query parameter and its value for each priority."""

    key: str
    low: str
    default: str
    urgent: str


_FIVE_STEPS = _Levels("priority", low="-1", default="0", urgent="2")
_LEVELS = {
    "bark": _Levels("level", low="passive", default="active", urgent="timeSensitive"),
    "fcm": _Levels("priority", low="low", default="normal", urgent="max"),
    "firehydrant": _Levels("priority", low="low", default="medium", urgent="high"),
    "gorush": _Levels("priority", low="normal", default="normal", urgent="high"),
    # Gotify's clients show nothing at all for 0: 3 is quiet and still seen.
    "gotify": _Levels("priority", low="3", default="5", urgent="10"),
    "growl": _FIVE_STEPS,
    "jira": _Levels("priority", low="2", default="3", urgent="5"),
    "join": _FIVE_STEPS,
    "lametric": _Levels("priority", low="info", default="warning", urgent="critical"),
    "lauther": _FIVE_STEPS,
    "ntfy": _Levels("priority", low="low", default="default", urgent="max"),
    "opsgenie": _Levels("priority", low="2", default="3", urgent="5"),
    "pagertree": _Levels("urgency", low="low", default="medium", urgent="critical"),
    "pinglet": _Levels("priority", low="silent", default="normal", urgent="urgent"),
    # Pushover's 2 rings until somebody confirms it there, for which it wants more parameters: 1 already passes quiet hours.
    "pover": _Levels("priority", low="-1", default="0", urgent="1"),
    "prowl": _FIVE_STEPS,
    "psafer": _FIVE_STEPS,
    "pushward": _Levels("level", low="passive", default="active", urgent="time-sensitive"),
    "simplepush": _Levels("priority", low="2", default="3", urgent="5"),
    "smseagle": _Levels("priority", low="0", default="0", urgent="1"),
    "spush": _Levels("priority", low="2", default="3", urgent="5"),
    "squadcast": _Levels("priority", low="P4", default="P3", urgent="P1"),
    "trigv": _Levels("urgency", low="standard", default="standard", urgent="time_sensitive"),
    "youlmk": _Levels("priority", low="low", default="normal", urgent="critical"),
}
"""By scheme, without the `s` of its TLS twin. PagerDuty is missing on purpose: there Apprise does go by the type."""

_QUIETED = {"tgram": ("preview", "no"), "whapi": ("preview", "no")}
"""Where it can be said that links shall not be unfurled."""
_AS_TEXT = frozenset({"mailto"})
"""Mail goes out as plain text: from HTML, Apprise makes a text part that lacks everything in angle brackets (seen)."""


def tuned(url: str, priority: Priority) -> str:
    """The URL with the priority in the service's words, links not unfurled, and mail as plain text. The user's own words win."""
    scheme = url.partition("://")[0].lower()
    for key, value in _wanted(scheme, priority):
        url = _with(url, key, value)

    return url


def _wanted(scheme: str, priority: Priority) -> list[tuple[str, str]]:
    names = {scheme, scheme.removesuffix("s")}
    levels = next((_LEVELS[name] for name in names if name in _LEVELS), None)
    wanted = [(levels.key, getattr(levels, priority))] if levels else []
    wanted += [_QUIETED[name] for name in names if name in _QUIETED]
    return wanted + [("format", "text") for name in names if name in _AS_TEXT]


def _with(url: str, key: str, value: str) -> str:
    address, separator, query = url.partition("?")
    if re.search(rf"(?i)(?:^|&){key}=", query):
        return url

    return f"{address}?{query}&{key}={value}" if separator and query else f"{address}?{key}={value}"
