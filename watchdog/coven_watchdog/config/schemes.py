"""The URL schemes that Apprise 2.2 knows, frozen: a scheme is checked without loading Apprise. A test compares the two."""

import difflib

DESKTOP = "desktop"
"""Our own: this machine's desktop."""

NATIVE = frozenset({"http", "https"})
"""Web-hook addresses as services hand them out; Apprise recognises the service by the host."""

APPRISE = frozenset(
    """
    46elks amqp amqps apprise apprises aprs atalk azure bark barks betterstack blink1 bluesky brevo bsky bulksms bulkvs
    burstsms chanify clickatell clicksend cliq cm d7sms dapnet dbus deltachat deltachats dingtalk discord dot eight00com
    elks emby embys enigma2 enigma2s evolution evolutions exotel fcm feishu firehydrant flock flowtriq flowtriqs fluxer
    fluxers form forms freemobile gchat gio github glib gnome goalert goalerts gorush gorushs gotify gotifys groundmail
    groupme growl guilded gupshup hassio hassios httpsms humhub humhubs ifttt ilert incidentio infobip irc ircs jellyfin
    jellyfins jira join json jsons kakao kakaotalk kaleyra kavenegar kde klr kodi kodis kook kudosity kumulos lametric
    lametrics lark lauther lfg line macosx mailersend mailgun mailto mailtos mastodon mastodons matrix matrixs misskey
    misskeys mmost mmosts mobilemessage mobilemsg mqtt mqtts msg91 msgbird ncloud nclouds nctalk nctalks nexmo nostr
    notica noticas notifiarr notifico notificos notifyre ntfy ntfys o365 octopush onebot onebots onesignal opsgenie
    pagerduty pagertree parsep parseps pbul pinglet pinglets pingram pjet pjets plivo postmark pover prowl psafer
    psafers push pushdeer pushdeers pushed pushme pushplus pushward pushy qq qt reddit resend revolt ringc rocket
    rockets rsyslog ryver schan sendgrid sendpulse serwersms ses session sessions seven sfr signal signalgrid signals
    signl4 simplepush sinch slack smpp smpps smsc smseagle smseagles smsmanager smsmgr smstunnel smtp2go sns sogs
    sparkpost spike splunk spugpush spush squadcast stackfield strmlabs synology synologys syslog telesign telnyx tgram
    threema toot toots trigv trigvs tweet twilio twist twitter vapid viber victorops voipms vonage webex wechat wecom
    wecombot whapi whatsapp windows workflow workflows wpush wxpusher wxteams x xbmc xbmcs xmatters xml xmls xmpp xmpps
    youlmk zalo zcliq zohocliq zoom zulip
    """.split()  # noqa: SIM905 - 255 quoted words would hide what is in it
)

SCHEMES = APPRISE | NATIVE | {DESKTOP}
"""Every scheme that a channel may have."""

BETTER = {
    "dbus": DESKTOP,
    "gio": DESKTOP,
    "glib": DESKTOP,
    "gnome": DESKTOP,
    "kde": DESKTOP,
    "macosx": DESKTOP,
    "qt": DESKTOP,
    "windows": DESKTOP,
    "xmpp": "xmpps",
}
"""Schemes that cannot do their work here, and what does: Apprise's own desktop senders need system packages and drop the
urgency, and `xmpp` reports success although nothing was delivered (both seen on Apprise 2.2.0)."""

_MQTT = "without ?qos=1 reports success even when nothing was delivered"
_XMPP = "reports success even when the server's certificate was not trusted and nothing was sent"
_IRC = "reports success even when the channel or the person does not take the message"
_SMPP = "reports success whatever the message centre answers"
UNPROVEN = {
    "aprs": "reports success although nobody confirms anything",
    "growl": "reports success whatever Growl answers",
    "irc": _IRC,
    "ircs": _IRC,
    "mqtt": _MQTT,
    "mqtts": _MQTT,
    "rsyslog": "sends a packet that nobody confirms",
    "smpp": _SMPP,
    "smpps": _SMPP,
    "syslog": "only writes a line into this machine's log",
    "xmpp": _XMPP,
    "xmpps": _XMPP,
}
"""Schemes whose success proves little, and why (from Apprise 2.2.0's plugins; MQTT, IRC, XMPP and rsyslog seen). All others wait
for an answer, and fail without one: HTTP, mail, AMQP (confirmed by the broker), Nostr."""


def suggestion(scheme: str) -> str:
    """The known scheme that this one was probably meant to be, or ""."""
    return next(iter(difflib.get_close_matches(scheme, sorted(SCHEMES), n=1, cutoff=0.6)), "")
