"""The lines between the daemon and a courier: a parcel on the courier's stdin, a receipt on its stdout. One JSON object each.

The URL and its secrets travel here and nowhere else: never in arguments or the environment. No type here shows a URL by repr.
"""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from coven_watchdog.model.words import AttemptOutcome, Priority, Tone

ASK_DESKTOP = b'{"ask": "desktop"}\n'
"""Sent in place of a parcel: can anything be shown here? The answer is `{"desktop": why not, or ""}`."""


def ask_url(url: str) -> bytes:
    """Sent in place of a parcel: does Apprise take this URL? Nothing is sent to it. The answer is `{"refused": why not, or ""}`."""
    return _line({"ask": "url", "url": url})


def asked_url(line: bytes) -> str | None:
    """The URL that this line asks about; None for a parcel.

    Raises:
        ValueError: the line is no JSON.
    """
    fields = json.loads(line)
    return fields["url"] if fields.get("ask") == "url" else None


@dataclass(frozen=True, slots=True)
class Listing:
    """Sent in place of a parcel: which services does the text of this Apprise configuration file name? The answer is a `Listed`."""

    name: str
    """The file's, for its ending."""
    text: str = field(repr=False)
    tags: tuple[str, ...] = ()
    """Only services that these choose; all without."""

    def line(self) -> bytes:
        """The question as one line."""
        return _line({"ask": "listing", **asdict(self)})

    @classmethod
    def read(cls, line: bytes) -> "Listing | None":
        """The question on this line; None for anything else.

        Raises:
            ValueError: the line is no JSON.
        """
        fields = json.loads(line)
        if fields.pop("ask", "") != "listing":
            return None

        return cls(**(fields | {"tags": tuple(fields["tags"])}))


@dataclass(frozen=True, slots=True)
class Listed:
    """The services of an Apprise configuration file that were asked for."""

    urls: tuple[str, ...] = field(default=(), repr=False)
    tags: tuple[str, ...] = ()
    """All that are used in the file."""
    services: int = 0
    """How many are in the file."""
    problem: str = ""
    """Why there are no URLs, without secrets; "" if nothing is wrong with the file."""
    notes: tuple[str, ...] = ()
    """What of the file has no effect."""

    def line(self) -> bytes:
        """The answer as one line."""
        return _line(asdict(self))

    @classmethod
    def of(cls, fields: dict[str, Any]) -> "Listed":
        """The answer that these decoded fields are.

        Raises:
            ValueError, KeyError, TypeError: they are none.
        """
        return cls(**(fields | {name: tuple(fields[name]) for name in ("urls", "tags", "notes")}))


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message for one service."""

    id: str
    url: str = field(repr=False)
    title: str
    body: str
    tone: Tone
    priority: Priority
    timeout: float
    """Seconds that the service may take."""
    replaces: str = ""
    """The receipt of an earlier message, the place of which this one takes where the service can."""

    @property
    def local(self) -> bool:
        """It goes to this machine's desktop."""
        return self.url.partition("://")[0].lower() == "desktop"

    @property
    def incident(self) -> str:
        """What it is about, the same in all messages about it."""
        return self.id.partition(".")[0]

    def line(self) -> bytes:
        """The parcel as one line."""
        return _line(asdict(self))

    @classmethod
    def read(cls, line: bytes) -> "Parcel":
        """The parcel on this line.

        Raises:
            ValueError, KeyError, TypeError: it is none.
        """
        fields = json.loads(line)
        return cls(**(fields | {"tone": Tone(fields["tone"]), "priority": Priority(fields["priority"])}))


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a parcel. `error` is one line without secrets."""

    id: str
    outcome: AttemptOutcome
    error: str = ""
    receipt: str = ""
    """What the service calls the message, where that is of use later."""
    retry_after: float = 0.0
    """Seconds that the service asks to wait, 0 if it did not say."""
    unreachable: bool = False
    """There was no connection at all: it may be this machine's network that is down."""
    refused_url: bool = False
    """The channel's URL is not usable: a fault of the configuration."""

    def line(self) -> bytes:
        """The receipt as one line."""
        return _line(asdict(self))

    @classmethod
    def of(cls, fields: dict[str, Any]) -> "Receipt":
        """The receipt that these decoded fields are.

        Raises:
            ValueError, KeyError, TypeError: they are none.
        """
        return cls(**(fields | {"outcome": AttemptOutcome(fields["outcome"])}))


def _line(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields).encode() + b"\n"


def late(parcel: Parcel) -> Receipt:
    """When there was none in time."""
    return Receipt(parcel.id, AttemptOutcome.TIMED_OUT, f"no answer within {parcel.timeout:.3g} s")


def checked(receipt: Receipt, parcel: Parcel) -> Receipt:
    """The receipt, if it is that of this parcel.

    Raises:
        ValueError: it is of another one.
    """
    if receipt.id != parcel.id:
        message = "the courier speaks of another parcel"
        raise ValueError(message)

    return receipt
