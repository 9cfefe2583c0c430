"""What `--version` prints."""

import platform
from importlib.metadata import PackageNotFoundError, version

from coven_watchdog import __version__
from coven_watchdog.cli.output import Output
from coven_watchdog.cli.terms import Terms

_PARTS = ("anyio", "apprise", "click", "httpx", "jeepney", "msgspec", "psutil", "rich", "watchfiles")


def show(terms: Terms) -> None:
    """The version, and under -v what a bug report needs."""
    output = Output(terms)
    output.text(f"coven-watchdog {__version__}")
    if terms.verbosity > 0:
        output.text(f"Python {platform.python_version()} on {platform.platform()}")
        for part in _PARTS:
            output.text(f"{part} {_installed(part)}")


def _installed(part: str) -> str:
    """The version of a dependency; psutil and jeepney are not needed everywhere."""
    try:
        return version(part)
    except PackageNotFoundError:
        return "not installed"
