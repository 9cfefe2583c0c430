"""What the command line says in general: the options that every command takes. Made once per call, read by everything under `cli`."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(slots=True)
class Terms:
    """Filled while the command line is read; `command` is the name of the command that is being read or runs."""

    env: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    config: Path | None = None
    verbosity: int = 0
    color: bool | None = None
    debug: bool = False
    as_json: bool = False
    command: str = ""
    patterns: list[str] = field(default_factory=list)
    """What else is masked, as soon as the configuration is known."""
    said: set[str] = field(default_factory=set)
    """The details that -v has shown already."""


def colored(env: Mapping[str, str]) -> bool | None:
    """Whether output is coloured: True (forced), False (never), None (when it goes to a terminal)."""
    if env.get("NO_COLOR"):
        return False

    if env.get("FORCE_COLOR", "0") not in {"", "0"}:
        return True

    return False if env.get("TERM") == "dumb" else None
