"""systemd's journal: whether it reads what we write, and how a line says how grave it is."""

import os
from collections.abc import Mapping

STDERR = 2
CRITICAL = 2
"""syslog's number, which journald reads from `<2>` at the start of a line."""


def to_journal(env: Mapping[str, str], descriptor: int) -> bool:
    """Whether the journal reads this very stream: $JOURNAL_STREAM names its device and inode."""
    device, _, inode = env.get("JOURNAL_STREAM", "").partition(":")
    try:
        facts = os.fstat(descriptor)
    except OSError:
        return False

    return (device, inode) == (str(facts.st_dev), str(facts.st_ino))
