"""A real journald, for a machine whose first process is not systemd; one for all who need it, ended by the last of them.

Its journals lie on disk: only there are they split by user, and a user may read only his own.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rigs.shared import shared
from waiting import until

PROGRAM = Path("/lib/systemd/systemd-journald")
_RUN = Path("/run/systemd/journal")
_CONFIG = Path("/run/systemd/journald.conf.d/coven-watchdog-tests.conf")
_MACHINE = Path("/etc/machine-id")
_JOURNALS = Path("/var/log/journal")
_SETTINGS = """[Journal]
Storage=persistent
SplitMode=uid
ReadKMsg=no
Audit=no
ForwardToSyslog=no
RateLimitBurst=0
SystemMaxUse=64M
"""


@contextmanager
def journald(state: Path) -> Iterator[None]:
    """While somebody needs it.

    Args:
        state: a folder that all who share this journald agree on.
    """

    def begin() -> None:
        if not (_RUN / "stdout").exists() or not _alive(state):
            _start(state)

    with shared(state / "journald", begin, lambda: _end(state)):
        yield


def sync() -> None:
    """Have everything that was logged on disk."""
    subprocess.run(("journalctl", "--sync"), check=False, capture_output=True)


def _alive(state: Path) -> bool:
    """Whether it runs; somebody else's counts."""
    if not (state / "journald.pid").exists():
        return True

    pid = (state / "journald.pid").read_text(encoding="ascii")
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip() == PROGRAM.name[:15]
    except OSError:
        return False


def _start(state: Path) -> None:
    if not _MACHINE.exists() or not _MACHINE.read_bytes():
        subprocess.run(("systemd-machine-id-setup",), check=True, capture_output=True)

    if not _JOURNALS.exists():
        (state / "journald.made").touch()

    machine = _JOURNALS / _MACHINE.read_text(encoding="ascii").strip()
    for folder in (_RUN, _CONFIG.parent, machine):
        folder.mkdir(parents=True, exist_ok=True)

    (_RUN / "flushed").touch()  # at once to the disk
    _CONFIG.write_text(_SETTINGS, encoding="ascii")
    silent = subprocess.DEVNULL
    process = subprocess.Popen((PROGRAM,), stdin=silent, stdout=silent, stderr=silent, start_new_session=True)
    (state / "journald.pid").write_text(str(process.pid), encoding="ascii")
    until((_RUN / "stdout").exists)
    process.returncode = 0  # whoever comes last ends it, perhaps another process: not waited for here


def _end(state: Path) -> None:
    """End it, if we had started it."""
    if not (state / "journald.pid").exists():
        return

    pid = int((state / "journald.pid").read_text(encoding="ascii"))
    if _alive(state):
        os.kill(pid, 15)
        until(lambda: not _runs(pid))

    (state / "journald.pid").unlink()
    _CONFIG.unlink()
    shutil.rmtree(_RUN)
    if (state / "journald.made").exists():
        shutil.rmtree(_JOURNALS)
        (state / "journald.made").unlink()


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
