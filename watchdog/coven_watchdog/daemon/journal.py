"""Standard error: that it is there, whether systemd's journal reads it, and how a line says how grave it is."""

import os
from collections.abc import Mapping
from contextlib import suppress

STDERR = 2
CRITICAL = 2
"""syslog's number, which journald reads from `<2>` at the start of a line."""


def keep_streams() -> None:
    """Lead the standard streams that whoever started us has closed to nowhere.

    Else the next file that is opened gets such a number, and what is meant for standard error would be written into it.
    """
    for number in (0, 1, STDERR):
        with suppress(OSError):
            os.fstat(number)
            continue

        os.open(os.devnull, os.O_RDWR)


def to_journal(env: Mapping[str, str], descriptor: int) -> bool:
    """Whether the journal reads this very stream: $JOURNAL_STREAM names its device and inode."""
    device, _, inode = env.get("JOURNAL_STREAM", "").partition(":")
    try:
        facts = os.fstat(descriptor)
    except OSError:
        return False

    return (device, inode) == (str(facts.st_dev), str(facts.st_ino))
