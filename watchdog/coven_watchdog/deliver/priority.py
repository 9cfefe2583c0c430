"""A channel's URL, a priority and an incident in, the URL to hand to Apprise out.

Apprise takes a service's priority from the URL alone, hardly ever from the type of a message, and does not know which messages
are about the same trouble (seen on 2.2.0): both are set here, in each service's own words. What the user's URL says stands.
"""

import re
from typing import NamedTuple

from coven_watchdog.model.words import Priority


class _Levels(NamedTuple):
    """One query parameter and its value for each priority; with "" the service decides."""

    key: str
    low: str
    default: str
    urgent: str


_FIVE_STEPS = _Levels("priority", low="-1", default="0", urgent="2")
# Apprise calls 5 an emergency and sends it as P5, which is the mildest there (seen).
_ONE_IS_WORST = _Levels("priority", low="4", default="3", urgent="1")
_SILENT = _Levels("silent", low="yes", default="", urgent="")
_LEVELS = {
    "bark": _Levels("level", low="passive", default="active", urgent="timeSensitive"),
    "exotel": _Levels("priority", low="normal", default="normal", urgent="high"),
    "fcm": _Levels("priority", low="low", default="normal", urgent="max"),
    "firehydrant": _Levels("priority", low="low", default="medium", urgent="high"),
    "gorush": _Levels("priority", low="normal", default="normal", urgent="high"),
    # Gotify's clients show nothing at all for 0: 3 is quiet and still seen.
    "gotify": _Levels("priority", low="3", default="5", urgent="10"),
    "growl": _FIVE_STEPS,
    # The account's own alert source says how urgent an alert is otherwise.
    "ilert": _Levels("priority", low="low", default="", urgent="high"),
    "jira": _ONE_IS_WORST,
    "join": _FIVE_STEPS,
    "lametric": _Levels("priority", low="info", default="warning", urgent="critical"),
    "lauther": _FIVE_STEPS,
    "nctalk": _SILENT,
    "ntfy": _Levels("priority", low="low", default="default", urgent="max"),
    "opsgenie": _ONE_IS_WORST,
    # What Apprise makes of the types itself; here for a channel whose `priority` is set.
    "pagerduty": _Levels("severity", low="info", default="warning", urgent="critical"),
    "pagertree": _Levels("urgency", low="low", default="medium", urgent="critical"),
    "pinglet": _Levels("priority", low="silent", default="normal", urgent="urgent"),
    # Pushover's 2 rings until somebody confirms it there, for which it wants more parameters: 1 already passes quiet hours.
    "pover": _Levels("priority", low="-1", default="0", urgent="1"),
    "prowl": _FIVE_STEPS,
    "psafer": _FIVE_STEPS,
    "pushward": _Levels("level", low="passive", default="active", urgent="time-sensitive"),
    "signalgrid": _Levels("critical", low="no", default="no", urgent="yes"),
    "simplepush": _Levels("priority", low="2", default="3", urgent="5"),
    "smseagle": _Levels("priority", low="0", default="0", urgent="1"),
    "spush": _Levels("priority", low="2", default="3", urgent="5"),
    "squadcast": _Levels("priority", low="P4", default="P3", urgent="P1"),
    "tgram": _SILENT,
    "trigv": _Levels("urgency", low="standard", default="standard", urgent="time_sensitive"),
    "youlmk": _Levels("priority", low="low", default="normal", urgent="critical"),
}
"""By scheme, without the `s` of its TLS twin. DAPNET is missing on purpose: its one higher priority is for emergencies."""

_QUIETED = {"tgram": ("preview", "no"), "whapi": ("preview", "no")}
"""Where it can be said that links shall not be unfurled."""
_AS_TEXT = frozenset({"mailto"})
"""Mail goes out as plain text: from HTML, Apprise makes a text part that lacks everything in angle brackets (seen)."""
_THREADED = {"splunk": "entity_id", "victorops": "entity_id"} | dict.fromkeys(
    ("firehydrant", "goalert", "ilert", "incidentio", "pagerduty", "pagertree", "signl4", "squadcast"), "dedup"
)
"""Where alerts are opened and closed: what names one. Without it Apprise goes by the title, by which a recovery closes nothing and
the next crash passes for the one before; or all of VictorOps' are one (seen)."""
_ACTIONS = dict.fromkeys(("pagerduty", "pagertree", "signl4"), "map") | dict.fromkeys(("jira", "opsgenie"), "new")
"""What a recovery does. With `map` it closes the alert. Jira and Opsgenie close only what this very process has opened, and
otherwise report success without having sent anything (seen): there it is an alert of its own."""


def tuned(url: str, priority: Priority, incident: str = "") -> str:
    """The URL in the service's words: the priority, which trouble it is about, links not unfurled, and mail as plain text.

    Args:
        url: the channel's. What it says itself is not changed.
        priority: the message's.
        incident: the id of the trouble, "" for none.
    """
    scheme = url.partition("://")[0].lower()
    for key, value in _wanted(scheme, priority, incident):
        url = _with(url, key, value)

    return url


def _wanted(scheme: str, priority: Priority, incident: str) -> list[tuple[str, str]]:
    names = {scheme, scheme.removesuffix("s")}
    levels = next((_LEVELS[name] for name in names if name in _LEVELS), None)
    wanted = [(levels.key, getattr(levels, priority))] if levels else []
    wanted += [(_THREADED[name], incident) for name in names if name in _THREADED]
    wanted += [("action", _ACTIONS[name]) for name in names if name in _ACTIONS]
    wanted += [_QUIETED[name] for name in names if name in _QUIETED]
    wanted += [("format", "text") for name in names if name in _AS_TEXT]
    return [(key, value) for key, value in wanted if value]


def _with(url: str, key: str, value: str) -> str:
    address, separator, query = url.partition("?")
    if re.search(rf"(?i)(?:^|&){key}=", query):
        return url

    return f"{address}?{query}&{key}={value}" if separator and query else f"{address}?{key}={value}"
