"""Whether the journal reads what we write."""

import os
import tempfile

from coven_watchdog.daemon.journal import to_journal


def test_this_very_stream() -> None:
    """$JOURNAL_STREAM counts for the stream whose device and inode it names: a redirected one is not the journal's."""
    with tempfile.TemporaryFile() as stream:
        facts = os.fstat(stream.fileno())
        assert to_journal({"JOURNAL_STREAM": f"{facts.st_dev}:{facts.st_ino}"}, stream.fileno())
        assert not to_journal({"JOURNAL_STREAM": f"{facts.st_dev}:{facts.st_ino + 1}"}, stream.fileno())
        assert not to_journal({}, stream.fileno())
        closed = stream.fileno()

    assert not to_journal({"JOURNAL_STREAM": f"{facts.st_dev}:{facts.st_ino}"}, closed)
