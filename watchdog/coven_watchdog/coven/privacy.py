"""A home comes in; what its owner told Coven to mask goes out: `extra_patterns` of `privacy.toml` (source of Coven, 83443a55).

They are regular expressions of Rust's `regex`, and Coven leaves out one that is none; so is left out here what RE2 does not take.
"""

import os
import stat
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from coven_watchdog.coven.opening import open_untouched
from coven_watchdog.coven.paths import HomePaths
from coven_watchdog.redact.patterns import PatternError, check

_AT_MOST = 64 * 1024
_PATTERNS = 200


def extra_patterns(paths: HomePaths) -> tuple[str, ...]:
    """The usable ones, at most two hundred; none without the file, or when it cannot be read or is no TOML. Blocking."""
    try:
        found = tomllib.loads(_text(paths.root / "privacy.toml")).get("extra_patterns")
    except (OSError, ValueError, RecursionError):
        return ()

    return tuple(_usable(found[:_PATTERNS] if isinstance(found, list) else ()))


def _text(path: Path) -> str:
    """Its beginning, when it is a plain file; cut off it is no TOML, and says nothing."""
    descriptor = open_untouched(path)
    try:
        return os.read(descriptor, _AT_MOST).decode() if stat.S_ISREG(os.fstat(descriptor).st_mode) else ""
    finally:
        os.close(descriptor)


def _usable(patterns: Sequence[object]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, str) and _works(pattern):
            yield pattern


def _works(pattern: str) -> bool:
    try:
        check(pattern)
    except PatternError:
        return False

    return True
