"""The disk under the real Coven fills up: what it says of that is told, and what it does not say is said."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rigs.absent import absent
from rigs.coven import RealCoven
from rigs.inbox import Inbox
from rigs.program import Watch
from waiting import until

_OFTEN = '[probe]\nhealth_interval = "2s"\n'


@contextmanager
def _small_disk(home: Path) -> Iterator[None]:
    """The home on a disk of its own of 12 MiB."""
    home.mkdir(mode=0o700)
    options = "size=12m,mode=0700"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", home], capture_output=True, check=False, text=True
    )
    if mounted.returncode:
        absent(f"no file system can be mounted here ({mounted.stderr.strip()})", "run the tests as root")

    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", home], check=True)


def _fill(home: Path) -> Path:
    """Take all that is left of the disk."""
    filler = home / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(1024)):
            pass

    return filler


def test_the_disk_fills_up_under_a_session(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """Little room is told; the writer that fails with the disk is told with its reason and the sessions; a restart heals it."""
    with _small_disk(coven.home):
        coven.start()
        program = watching(coven, _OFTEN)
        (low,) = inbox.wait(1)
        assert (low.kind, low.type) == ("store.low_disk", "failure")
        assert "MiB free" in low.body
        coven.launch("tick=60")
        until(lambda: program.json("status")["homes"][0]["sessions"]["live"] == 1)
        filler = _fill(coven.home)
        failed = inbox.wait(2)[1]
        assert (failed.kind, failed.type) == ("event_writer.failed", "failure")
        assert "SQLITE_FULL" in failed.body
        assert "codex in shop" in failed.body
        assert "coven daemon restart (ends live sessions)" in failed.body
        filler.unlink()
        coven.restart()
        inbox.until(lambda letters: any("✔ Coven records sessions again" in one.text for one in letters))
        coven.stop()
