"""How `run` was asked to run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The command line of `run`. `config` and `homes` as given; `environ` is the process's environment."""

    environ: Mapping[str, str] = field(repr=False)
    config: Path | None = None
    homes: tuple[str, ...] = ()
    once: bool = False
    patterns: list[str] = field(default_factory=list, repr=False)
    """Filled with `[privacy] patterns` as soon as they are known, and again when others are in force: the log masks by them."""
