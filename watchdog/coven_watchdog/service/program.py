"""The interpreter that runs us in; what a service's file must start, and how lasting that is, out."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from coven_watchdog.errors import WatchdogError
from coven_watchdog.model.words import Packaging

_DISTRIBUTION = "coven-watchdog"
_MODULE = "coven_watchdog"
_CACHE_MARK = "CACHEDIR.TAG"
"""Backup programs leave out a folder with this file; uv puts one at the top of its cache."""


@dataclass(frozen=True, slots=True)
class Program:
    """What the service starts. `words`: an absolute interpreter and its arguments, up to our own first word."""

    words: tuple[str, ...]
    packaging: Packaging

    @property
    def note(self) -> str:
        """What the service depends on beside the program itself; "" where an installer looks after it."""
        if self.packaging is Packaging.EDITABLE:
            return "it runs from a clone of the repository, and changes with it"

        folder = Path(self.words[0]).parent.parent
        return f"it runs from {folder}, and ends when that is removed" if self.packaging is Packaging.VENV else ""


def program(env: Mapping[str, str]) -> Program:
    """The program that runs now, as a service starts it.

    `-P` keeps the working directory, the user's home, out of what Python imports from.

    Raises:
        WatchdogError: it is a throw-away environment.
    """
    found = packaging(Path(sys.prefix), env, virtual=sys.prefix != sys.base_prefix, editable=_editable())
    if found is Packaging.PASSING:
        message = f"this program runs from a throw-away environment, which may be gone tomorrow: {sys.prefix}"
        raise WatchdogError(
            message,
            next_step="uv tool install coven-watchdog (or: pipx install coven-watchdog), then the same command of that one",
        )

    return Program((sys.executable, "-P", "-m", _MODULE), found)


def packaging(prefix: Path, env: Mapping[str, str], *, virtual: bool, editable: bool) -> Packaging:
    """What kind of environment that is.

    Args:
        prefix: where it lies.
        env: the environment variables, for where caches are.
        virtual: it is no system's Python.
        editable: the package in it is a clone of the repository.
    """
    if virtual and _passing(prefix, env):
        return Packaging.PASSING

    if (prefix / "pipx_metadata.json").exists():
        return Packaging.PIPX

    if (prefix / "uv-receipt.toml").exists():
        return Packaging.UV_TOOL

    if editable:
        return Packaging.EDITABLE

    return Packaging.VENV if virtual else Packaging.SYSTEM


def _passing(prefix: Path, env: Mapping[str, str]) -> bool:
    """Whether it lies in a cache of uv's or pipx's, or below a folder that says it is a cache (a venv of uv's says so of itself)."""
    home = Path(env.get("HOME") or "/")
    caches = (home / ".cache", home / "Library" / "Caches", *_named(env, "XDG_CACHE_HOME"))
    pipx = (home / ".local" / "pipx", *_named(env, "PIPX_HOME"))
    places = [cache / name for cache in caches for name in ("uv", "pipx")]
    places += [*(folder / ".cache" for folder in pipx), *_named(env, "UV_CACHE_DIR")]
    real = {Path(os.path.realpath(place)) for place in places}
    return any(above in real or (above / _CACHE_MARK).exists() for above in Path(os.path.realpath(prefix)).parents)


def _named(env: Mapping[str, str], name: str) -> tuple[Path, ...]:
    """The folder in a variable, when there is one."""
    return (Path(env[name]),) if env.get(name, "").startswith("/") else ()


def _editable() -> bool:
    """Whether the package is used from where it is written (PEP 610)."""
    try:
        written = distribution(_DISTRIBUTION).read_text("direct_url.json") or ""
    except PackageNotFoundError:
        return True

    return '"editable": true' in written.replace('"editable":true', '"editable": true')
