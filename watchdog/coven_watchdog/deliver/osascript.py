"""A parcel in, a notification on this Mac out, through `osascript`. The texts are arguments, never part of the script."""

import subprocess
from pathlib import Path

from coven_watchdog.deliver.parcel import Parcel
from coven_watchdog.errors import DeliveryError
from coven_watchdog.model.words import Priority

_PROGRAM = "/usr/bin/osascript"
_DEADLINE = 5.0
_QUIET = "display notification (item 2 of argv) with title (item 1 of argv)"
_LOUD = f'{_QUIET} sound name "Basso"'


def show(parcel: Parcel) -> str:
    """Show the message. macOS gives nothing back by which a later one could replace it: the receipt is "".

    Raises:
        DeliveryError: osascript is not there, failed, or hung.
    """
    display = _LOUD if parcel.priority is Priority.URGENT else _QUIET
    script = ("-e", "on run argv", "-e", display, "-e", "end run")
    try:
        subprocess.run(  # noqa: S603 - a fixed program and script; the texts are its arguments
            (_PROGRAM, *script, "--", parcel.title, parcel.body),
            check=True,
            capture_output=True,
            timeout=min(_DEADLINE, parcel.timeout),
        )
    except subprocess.CalledProcessError as error:
        message = f"no desktop here: osascript ended with {error.returncode}"
        raise DeliveryError(message) from error
    except subprocess.TimeoutExpired as error:
        message = "osascript does not answer"
        raise DeliveryError(message) from error
    except OSError as error:
        message = f"no desktop here: {error}"
        raise DeliveryError(message) from error

    return ""


def available() -> str:
    """Why nothing can be shown here now, or ""."""
    return "" if Path(_PROGRAM).exists() else "no desktop here: osascript is missing"
