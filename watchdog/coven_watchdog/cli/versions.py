"""What `--version` prints, and what other commands say at their end when the service that runs is of another version."""

import platform
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version

from coven_watchdog import __version__
from coven_watchdog.cli.output import Output
from coven_watchdog.cli.terms import Terms
from coven_watchdog.errors import WatchdogError

_SILENT = frozenset({"check", "completion", "demo", "run", "status"})
"""Commands that say it themselves, that a program reads, or that are no matter of the service."""
_PARTS = ("anyio", "apprise", "click", "httpx", "jeepney", "msgspec", "psutil", "rich", "watchfiles")


def show(terms: Terms) -> None:
    """The version, and under -v what a bug report needs."""
    output = Output(terms)
    output.text(f"coven-watchdog {__version__}")
    if terms.verbosity > 0:
        output.text(f"Python {platform.python_version()} on {platform.platform()}")
        for part in _PARTS:
            output.text(f"{part} {_installed(part)}")


def remark(terms: Terms) -> None:
    """Say on standard error that the service is of another version than this command; nothing when it is not, or cannot be known."""
    if not terms.command or terms.command in _SILENT or terms.as_json or terms.verbosity < 0:
        return

    from coven_watchdog.cli.recorded import running_service  # noqa: PLC0415 - --help must not load the store
    from coven_watchdog.config import state_directory  # noqa: PLC0415 - as above
    from coven_watchdog.store import FILE_NAME, StoreReader  # noqa: PLC0415 - as above

    with suppress(WatchdogError), StoreReader(state_directory(terms.env) / FILE_NAME) as rows:
        service = running_service(rows)
        if service is not None and service.version != __version__:
            told = f"This is coven-watchdog {__version__}, and the service that runs is {service.version}: restart it"
            Output(terms).talk(f"{told} (coven-watchdog service restart)", bad=True)


def _installed(part: str) -> str:
    """The version of a dependency; psutil and jeepney are not needed everywhere."""
    try:
        return version(part)
    except PackageNotFoundError:
        return "not installed"
