"""A channel's URL in, what people call its service, and whom it can reach, out. Pure: no network, no Apprise."""

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from coven_watchdog.config.schemes import BETTER, DESKTOP, SCHEMES

_CALLED = {
    "mailto": "mail",
    "tgram": "telegram",
    "pover": "pushover",
    "pbul": "pushbullet",
    "spush": "simplepush",
    "psafer": "pushsafer",
    "mmost": "mattermost",
    "rocket": "rocketchat",
    "gchat": "google-chat",
    "nctalk": "nextcloud-talk",
    "ncloud": "nextcloud",
    "workflow": "teams",
    "wxteams": "webex",
    "ses": "mail",
    "sendgrid": "mail",
    "mailgun": "mail",
    "o365": "mail",
    "toot": "mastodon",
    "hassio": "home-assistant",
    "schan": "serverchan",
    "pjet": "pushjet",
    "json": "webhook",
    "xml": "webhook",
    "form": "webhook",
    "http": "webhook",
}
"""What stands for a scheme that is not the service's own word."""
_HOSTS = ("slack", "discord", "office", "webex", "ntfy", "mattermost", "google", "ifttt", "zulip")
"""Services that are recognised by the host of a plain web-hook address."""
_LONGEST = 24
PHONES = frozenset(
    """
    46elks elks bark barks bulksms bulkvs burstsms clickatell clicksend d7sms exotel fcm freemobile gorush gorushs gotify gotifys
    groupme infobip join kakao kakaotalk kaleyra kavenegar line mobilemessage mobilemsg msg91 msgbird nexmo ntfy ntfys octopush
    onesignal pbul pinglet pinglets plivo pover prowl psafer psafers push pushed pushdeer pushdeers pushme pushward pushy
    serwersms seven sfr signal signals signalgrid signl4 simplepush sinch smpp smpps smsc smseagle smseagles smsmanager smsmgr
    smstunnel spush telesign telnyx tgram threema twilio voipms vonage whapi whatsapp wxpusher youlmk
    """.split()  # noqa: SIM905 - eighty quoted words would hide what is in it
)
"""Schemes that make a phone ring: people sleep beside it."""
_DESKTOPS = frozenset(scheme for scheme, better in BETTER.items() if better == DESKTOP) | {DESKTOP}


def scheme_of(url: str) -> str:
    """The part before `://`, lower case."""
    return url.partition("://")[0].lower()


def is_phone(url: str) -> bool:
    """Whether messages sent there make a phone ring."""
    return scheme_of(url) in PHONES


def leaves(url: str) -> bool:
    """Whether messages sent there leave this machine, so that they reach somebody who does not look at its screen."""
    return not on_desktop(url) and scheme_of(url) != "syslog"


def on_desktop(url: str) -> bool:
    """Whether messages sent there appear on this machine's screen."""
    return scheme_of(url) in _DESKTOPS


def name_for(url: str, taken: Collection[str]) -> str:
    """A channel's name by its service, which no other has: `ntfy`, `mail`, `slack-2`."""
    name = re.sub(r"[^a-z0-9_-]", "-", _service(url))[:_LONGEST]
    names = (name if number == 1 else f"{name}-{number}" for number in range(1, len(taken) + 2))
    return next(one for one in names if one not in taken)


def _service(url: str) -> str:
    scheme = scheme_of(url)
    plain = scheme.removesuffix("s") if scheme.removesuffix("s") in SCHEMES else scheme
    if plain == "http":
        host = urlsplit(url).hostname or ""
        return next((word for word in _HOSTS if word in host), _CALLED[plain])

    return _CALLED.get(scheme) or _CALLED.get(plain, plain)
