"""A pid comes in; what the kernel's log says of its end goes out, where that may be read: an OOM kill, a fault."""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

_KMSG = Path("/dev/kmsg")
_AT_MOST = 4096
_RECORD = 8192
_JOURNALCTL_LINES = 500


def last_words(pid: int, seconds: float) -> str:
    """The kernel's last line about that process, "" when there is none or it is not for us. Blocking, at most so long."""
    lines = _from_kmsg()
    return about(pid, _from_journal(seconds) if lines is None else lines)


def about(pid: int, lines: Sequence[str]) -> str:
    """The last of these lines that tells of an OOM kill or a fault of exactly that process. Names of programs are hostile text."""
    telling = re.compile(rf"Killed process {pid} |\[{pid}\]: segfault at |traps: .*\[{pid}\] (?!.*\[\d+\] )")
    return next((line for line in reversed(lines) if telling.search(line)), "")


def _from_kmsg(buffer: Path = _KMSG) -> list[str] | None:
    """The messages in the kernel's ring buffer; None when it is not for us."""
    try:
        descriptor = os.open(buffer, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None

    try:
        return _records(descriptor)
    finally:
        os.close(descriptor)


def _records(descriptor: int) -> list[str] | None:
    """One read gives one record, `prefix;message`; EAGAIN after the last, EPIPE where old ones were overwritten meanwhile."""
    lines: list[str] = []
    while True:
        try:
            record = os.read(descriptor, _RECORD)
        except BrokenPipeError:
            continue
        except BlockingIOError:
            return lines
        except OSError:
            return None

        lines.append(record.partition(b";")[2].decode("utf-8", "replace"))
        del lines[:-_AT_MOST]


def _from_journal(seconds: float, path: str | None = None) -> list[str]:
    """What `journalctl` (on that PATH, or on ours) has of the kernel's last messages."""
    program = shutil.which("journalctl", path=path)
    if program is None:
        return []

    command = [program, "-k", "-b", "-q", "--no-pager", "-o", "cat", "-n", str(_JOURNALCTL_LINES)]
    try:
        # Our environment, which may hold a channel's URL, is none of its business.
        done = subprocess.run(  # noqa: S603 - fixed words
            command, env={}, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return []

    return done.stdout.decode("utf-8", "replace").splitlines()
