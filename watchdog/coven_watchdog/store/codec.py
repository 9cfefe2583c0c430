"""Dataclasses to JSON text and back. In: the model's values; out: text for a column, and the other way."""

from dataclasses import replace
from enum import StrEnum
from typing import Any, TypeVar

import msgspec

from coven_watchdog.errors import StoreError
from coven_watchdog.model.incidents import Facts, Incident, SessionBrief

T = TypeVar("T")
W = TypeVar("W", bound=StrEnum)


def encode(value: object) -> str:
    """JSON of a dataclass. Half characters (lone surrogates, from names that are no UTF-8) become question marks."""
    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError:
        return msgspec.json.encode(_scrubbed(msgspec.to_builtins(value))).decode()


def decode(text: str, wanted: type[T]) -> T:
    """The dataclass again.

    Raises:
        StoreError: the text is not JSON of that type.
    """
    try:
        return msgspec.json.decode(text, type=wanted)
    except msgspec.MsgspecError as error:
        raise _unreadable(wanted, error) from error


def word(text: str, wanted: type[W]) -> W:
    """The enum's member.

    Raises:
        StoreError: it has no such member.
    """
    try:
        return wanted(text)
    except ValueError as error:
        raise _unreadable(wanted, error) from error


def _unreadable(wanted: type, error: Exception) -> StoreError:
    """A row that another version may have written: only at a start is that a reason to set the whole database aside."""
    return StoreError(
        f"a row of the watchdog's database is no {wanted.__name__}: {error}",
        next_step="restart the service: it moves a database that it cannot read aside, and keeps it",
    )


def whole(text: str) -> str:
    """Text that SQLite takes: half characters become question marks."""
    return text.encode("utf-8", "replace").decode()


def _scrubbed(value: Any) -> Any:  # noqa: ANN401 - plain JSON values of any shape
    """The same with whole texts only."""
    if isinstance(value, str):
        return whole(value)

    if isinstance(value, dict):
        return {_scrubbed(key): _scrubbed(item) for key, item in value.items()}

    return [_scrubbed(item) for item in value] if isinstance(value, list | tuple) else value


def titled(incident: Incident) -> bool:
    """Whether a session's title, or what one printed, stands in it."""
    return bool(incident.facts.output) or any(brief.title for brief in _briefs(incident.facts))


def untitled(incident: Incident) -> Incident:
    """The incident without any session's title, and without what one printed."""
    facts = replace(incident.facts, output=())
    return replace(
        incident,
        facts=replace(facts, sessions=_plain(facts.sessions), lost=_plain(facts.lost), survivors=_plain(facts.survivors)),
    )


def _briefs(facts: Facts) -> tuple[SessionBrief, ...]:
    return (*facts.sessions, *facts.lost, *facts.survivors)


def _plain(briefs: tuple[SessionBrief, ...]) -> tuple[SessionBrief, ...]:
    return tuple(replace(brief, title="") for brief in briefs)
