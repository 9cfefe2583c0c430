"""Whether the journal reads what we write."""

import os
import subprocess
import sys
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


def test_a_closed_stream_is_nobody_elses_number() -> None:
    """What is opened later does not become standard error when that was closed."""
    code = "import os, sys; from coven_watchdog.daemon.journal import keep_streams; keep_streams(); sys.exit(os.open('/', os.O_RDONLY) > 2)"
    done = subprocess.run(["sh", "-c", 'exec "$0" -c "$1" <&- >&- 2>&-', sys.executable, code], check=False, timeout=60)
    assert done.returncode == 1
