"""The property list of the repository and what is this user's in; the one for this user out. Written by plistlib, never by hand."""

import plistlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from coven_watchdog.errors import WatchdogError
from coven_watchdog.service.files import mark

LABEL = "local.coven-watchdog"
LOG = "watchdog.log"
ERRORS = "errors.log"


def logs_folder(home: Path) -> Path:
    """Where the service's log is on macOS."""
    return home / "Library" / "Logs" / "coven-watchdog"


def agent(template: str, words: tuple[str, ...], env: Mapping[str, str], home: Path) -> str:
    """The property list's text.

    Args:
        template: as it stands in the repository.
        words: what it starts, up to `run`.
        env: the variables it starts it with.
        home: the user's folder.

    Raises:
        WatchdogError: a path or a variable cannot be written in XML.
    """
    logs = logs_folder(home)
    job: dict[str, Any] = plistlib.loads(template.encode()) | {
        "ProgramArguments": [*words, "--log-file", str(logs / LOG)],
        "EnvironmentVariables": dict(env),
        "WorkingDirectory": str(home),
        "StandardOutPath": str(logs / ERRORS),
        "StandardErrorPath": str(logs / ERRORS),
    }
    try:
        text = plistlib.dumps(job, sort_keys=False).decode()
    except (ValueError, UnicodeEncodeError) as error:
        message = f"a path or a variable of yours cannot be written into a service's file: {error}"
        raise WatchdogError(message, next_step="use paths without control characters and with proper UTF-8") from error

    head, rest = text.split("\n", 1)
    return f"{head}\n<!-- {mark(text)} -->\n{rest}"
