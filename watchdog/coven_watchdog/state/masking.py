"""An observation in, the same one without what the user's own patterns match out: before anything is remembered of it.

Secret-shaped text was masked where it was read. What is looked for by its value stays: ids, kinds, statuses, homes, times.
"""

from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache
from typing import Any, TypeVar

from coven_watchdog.model.facts import Observation
from coven_watchdog.redact import patterns as expressions

_FREE = frozenset(
    {
        *(
            "detail",
            "error",
            "kernel",
            "last_error",
            "lines",
            "log_tail",
            "note",
            "project_root",
            "record",
            "remedy",
            "saw",
            "strange",
        ),
        *("title", "trouble"),
    }
)
"""The fields that hold words of others, which are shown and never compared."""
Seen = TypeVar("Seen", bound=Observation)


def masked(observation: Seen, patterns: Sequence[str]) -> Seen:
    """The observation as it may be kept."""
    found: Seen = _masked(observation, tuple(patterns)) if patterns else observation
    return found


def _masked(value: Any, patterns: tuple[str, ...]) -> Any:  # noqa: ANN401 - whatever an observation holds
    """The same object where nothing is masked."""
    if isinstance(value, tuple):
        found = tuple(_masked(one, patterns) for one in value)
        return found if any(new is not old for new, old in zip(found, value, strict=True)) else value

    if not is_dataclass(value) or isinstance(value, type):
        return value

    changes = {}
    for field in fields(value):
        old = getattr(value, field.name)
        new = _text(old, patterns) if field.name in _FREE else _masked(old, patterns)
        if new is not old:
            changes[field.name] = new

    return replace(value, **changes) if changes else value


def _text(value: Any, patterns: tuple[str, ...]) -> Any:  # noqa: ANN401 - a text, several, or something deeper
    if isinstance(value, str):
        found = _mask(value, patterns)
        return found if found != value else value

    if isinstance(value, tuple):
        texts = tuple(_text(one, patterns) for one in value)
        return texts if any(new is not old for new, old in zip(texts, value, strict=True)) else value

    return _masked(value, patterns)


@lru_cache(4096)
def _mask(text: str, patterns: tuple[str, ...]) -> str:
    """The same rows come in every few seconds."""
    return expressions.masked(text, patterns)
