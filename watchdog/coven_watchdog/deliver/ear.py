"""What Apprise's plugins log and what HTTP services answer while one parcel is delivered goes in, what it means for us comes out.

Apprise's result says no more than "failed". Why, and whether it is of use to try again, stands in its log; for how long, in
the answers (see `exchanges`), which also speak where a plugin says nothing of use.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

from coven_watchdog.deliver.exchanges import Exchange, noted

_STATUS = re.compile(r"\berror=(\d{3})\b")
_NO_SUCCESS = 300
_WORTH_RETRYING = frozenset({408, 409, 421, 423, 425, 429})
_MAIL_REPLY = re.compile(
    r"(?:Socket Exception: (?:\{'[^']*': )?\(|SMTP recipient \S+ was refused: )(\d{3}),? b(?:'([^']*)'|\"([^\"]*)\")"
)
"""A mail server's answer, which Apprise only whispers."""
_MAIL_PERMANENT = 500
_IRC_REASON = re.compile(r"IRC Exception: (?!\[)(.+)")
_NO_CONNECTION = (
    "Name or service not known",
    "Temporary failure in name resolution",
    "No address associated with hostname",
    "nodename nor servname provided",
    "No route to host",
    "Host is down",
    "Network is unreachable",
    "Network is down",
    "timed out",
)
_SOMEBODY_THERE = (
    "Connection refused",
    "Connection reset by peer",
    "Connection aborted",
    "Connection lost",
    "Read timed out",
    "handshake operation timed out",
    "SSL",
    "extension not supported by server",
)
"""Signs that the network works although the service does not."""
_CAUSES = (
    "Connection refused",
    "Connection reset by peer",
    "Name or service not known",
    "Temporary failure in name resolution",
    "nodename nor servname provided",
    "No route to host",
    "Network is unreachable",
    "CERTIFICATE_VERIFY_FAILED",
    "extension not supported by server",
    "Authentication",
    "timed out",
)
"""Looked for in what plugins only whisper at debug level: the part of a connection error that helps people."""
_TOLD = re.compile(r"(?i)[^:\r\n]{0,60}\b(?:exception|failed|response|errno)\b")
"""How a whisper about what happened begins (all of Apprise 2.2.0's do, `Socket Exception: …`, `Response Details: …`)."""


class Ear(logging.Handler):
    """Keeps what Apprise and its plugins say of what happened to one parcel.

    Plugins whisper the message itself too (`JSON Payload: …`): that is text of others, and must not pass for an answer.
    """

    def __init__(self) -> None:
        super().__init__()
        self.loud: list[str] = []
        self.all: list[str] = []
        self.exchanges: list[Exchange] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one record."""
        text = record.getMessage()
        loud = record.levelno >= logging.WARNING
        if loud:
            self.loud.append(text)

        if loud or _TOLD.match(text):
            self.all.append(text)

    def words(self) -> str:
        """What went wrong, for people: the loud lines, and the answer or the known cause among the quiet ones."""
        loud = "; ".join(dict.fromkeys(self.loud))
        cause = self._answer() or next((cause for cause in _CAUSES if any(cause in line for line in self._signs)), "")
        return f"{loud} ({cause})" if cause and cause not in loud else loud

    def permanent(self) -> bool:
        """A refusal that will be the same next time: by mail a 5xx, by HTTP a 4xx or a redirect (they are not followed)."""
        mail = [reply >= _MAIL_PERMANENT for reply, _ in self._mail_replies()]
        web = [_NO_SUCCESS <= status < 500 and status not in _WORTH_RETRYING for status in self._statuses()]  # noqa: PLR2004
        return all((*mail, *web)) and bool(mail or web)

    def unreachable(self) -> bool:
        """No connection came about, and nothing says that anybody was there to refuse it: it may be our own network."""
        answered = self._mail_replies() or any(exchange.status for exchange in self.exchanges)
        there = answered or any(sign in line for line in self._signs for sign in _SOMEBODY_THERE)
        return not there and any(sign in line for line in self._signs for sign in _NO_CONNECTION)

    def retry_after(self) -> float:
        """Seconds that the service asks to wait, where it says so; at most an hour."""
        return max((exchange.retry_after for exchange in self.exchanges), default=0.0)

    @property
    def _signs(self) -> list[str]:
        """Everything that may tell the cause. Not to be shown as it is."""
        return self.all + [exchange.error for exchange in self.exchanges if exchange.error]

    def _statuses(self) -> list[int]:
        """The statuses that the plugins blame; where they name none, all that were no success."""
        blamed = [int(number) for line in self.loud for number in _STATUS.findall(line)]
        return blamed or [exchange.status for exchange in self.exchanges if exchange.status >= _NO_SUCCESS]

    def _mail_replies(self) -> list[tuple[int, str]]:
        """What a mail server answered in place of 2xx."""
        found = [match for match in map(_MAIL_REPLY.match, self.all) if match]
        return [(int(match[1]), match[2] or match[3] or "") for match in found]

    def _answer(self) -> str:
        """What a mail or chat server says itself."""
        mail = [f"{code} {words}" for code, words in self._mail_replies()]
        chat = [match[1] for match in map(_IRC_REASON.match, self.all) if match]
        return next(iter(mail + chat), "")


@contextmanager
def listening() -> Iterator[Ear]:
    """Hear what is logged under `apprise` and asked by HTTP, whichever thread does."""
    ear, logger = Ear(), logging.getLogger("apprise")
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.addHandler(ear)
    try:
        with noted() as ear.exchanges:
            yield ear
    finally:
        logger.removeHandler(ear)
