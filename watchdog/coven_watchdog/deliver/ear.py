"""What Apprise and its plugins log while one parcel is delivered goes in, what it means for us comes out.

Apprise's result says no more than "failed": why, for how long, and whether it is of use to try again stands in its log.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

_STATUS = re.compile(r"\berror=(\d{3})\b")
_RETRY_AFTER = re.compile(r"(?i)retry[-_ ]after\W{1,4}(\d{1,5}(?:\.\d{1,6})?)")
_WORTH_RETRYING = frozenset({408, 409, 421, 423, 425, 429})
_NO_CONNECTION = ("A Connection error occurred", "Connection error while")
_SOMEBODY_THERE = (
    "Connection refused",
    "Connection reset by peer",
    "Connection aborted",
    "Read timed out",
    "CERTIFICATE_VERIFY_FAILED",
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

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one record."""
        text = record.getMessage()
        loud = record.levelno >= logging.WARNING
        if loud:
            self.loud.append(text)

        if loud or _TOLD.match(text):
            self.all.append(text)

    def words(self) -> str:
        """What went wrong, for people: the loud lines, and the known cause among the quiet ones."""
        loud = "; ".join(dict.fromkeys(self.loud))
        cause = next((cause for cause in _CAUSES if cause not in loud and any(cause in line for line in self.all)), "")
        return f"{loud} ({cause})" if cause else loud

    def permanent(self) -> bool:
        """A redirect (they are not followed) or a client error that will be the same next time."""
        statuses = [int(number) for line in self.loud for number in _STATUS.findall(line)]
        return bool(statuses) and all(300 <= status < 500 and status not in _WORTH_RETRYING for status in statuses)  # noqa: PLR2004

    def unreachable(self) -> bool:
        """No connection came about, and nothing says that anybody was there to refuse it: it may be our own network."""
        answered = any(sign in line for line in self.all for sign in _SOMEBODY_THERE)
        return not answered and any(sign in line for line in self.loud for sign in _NO_CONNECTION)

    def retry_after(self) -> float:
        """Seconds that the service asks to wait, where a plugin shows it; Apprise itself ignores the header."""
        return max((float(seconds) for line in self.all for seconds in _RETRY_AFTER.findall(line)), default=0.0)


@contextmanager
def listening() -> Iterator[Ear]:
    """Hear what is logged under `apprise`, whichever thread says it."""
    ear, logger = Ear(), logging.getLogger("apprise")
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.addHandler(ear)
    try:
        yield ear
    finally:
        logger.removeHandler(ear)
