"""A URL's scheme in, out comes how that service reads text, given that Apprise is told that it is plain text.

Seen on Apprise 2.2.0: told so, it escapes for services that take HTML (mail, Telegram, …), for Slack, and for those that it
calls Markdown services (Webex, Teams, Google Chat, GitHub, …). With others it sends text as it is, although the service reads
markup in it; and it never breaks a mention, which calls people.
"""

from coven_watchdog.model.words import Dialect

_DISCORD = frozenset({"discord", "fluxer", "guilded"})
_MARKDOWN = frozenset({"mmost", "nctalk", "zulip"})
_CALLS_PEOPLE = frozenset(
    """
    bluesky bsky cliq dingtalk evolution feishu flock gchat github groupme humhub incidentio irc kook lark line mastodon
    matrix misskey onebot qq reddit revolt rocket ryver signal slack spike stackfield synology tgram toot tweet twist twitter
    webex wecom wecombot whapi whatsapp workflow wxteams x xmpp zalo zcliq zohocliq zoom
    """.split()  # noqa: SIM905 - a paragraph of words reads better than fifty quoted ones
)


def dialect(scheme: str) -> Dialect:
    """What must be broken in a text for this service."""
    names = {scheme, scheme.removesuffix("s")}
    if names & _DISCORD:
        return Dialect.DISCORD

    if names & _MARKDOWN:
        return Dialect.MARKDOWN

    return Dialect.HTML if names & _CALLS_PEOPLE else Dialect.PLAIN
