"""A log that rotates itself."""

import logging
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from coven_watchdog.cli.logfile import LARGEST, LogFile, opened
from coven_watchdog.errors import WatchdogError


def _say(handler: logging.Handler, text: str) -> None:
    handler.emit(logging.LogRecord("x", logging.INFO, __file__, 1, text, None, None))


def test_it_rotates(tmp_path: Path) -> None:
    """A full file is kept as .1, older ones up to .3; nothing is larger than it may be, and nobody else can read any."""
    handler = LogFile(tmp_path / "w.log", 64)
    for number in range(20):
        _say(handler, f"{number:030}")

    handler.close()
    files = sorted(tmp_path.iterdir())
    assert [path.name for path in files] == ["w.log", "w.log.1", "w.log.2", "w.log.3"]
    assert files[0].read_text().splitlines()[-1] == f"{19:030}"
    assert all(path.stat().st_size <= 64 for path in files)
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_its_folder_is_made(tmp_path: Path) -> None:
    """A service manager makes no folder; what was logged before stays, and half characters do no harm."""
    for text in ("first", "h\udc80lf"):
        handler = opened(tmp_path / "Logs" / "mine" / "w.log")
        _say(handler, text)
        handler.close()

    assert (tmp_path / "Logs" / "mine" / "w.log").read_text() == "first\nh\\udc80lf\n"


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    """A log that cannot be written is a sentence with its path."""
    (tmp_path / "Logs").write_text("")
    with pytest.raises(WatchdogError, match="the log cannot be written") as raised:
        opened(tmp_path / "Logs" / "w.log")

    assert raised.value.where == str(tmp_path / "Logs" / "w.log")


@pytest.mark.parametrize(
    ("folder", "large", "emptied"), [("logs", True, True), ("logs", False, False), ("elsewhere", True, False)]
)
def test_what_stands_beside_the_log(tmp_path: Path, folder: str, large: bool, emptied: bool) -> None:  # noqa: FBT001 - a table
    """A large standard error in the log's own folder begins anew; a small one, and one elsewhere, is left alone."""
    for name in ("logs", "elsewhere"):
        (tmp_path / name).mkdir()

    errors = tmp_path / folder / "errors.log"
    errors.write_bytes(b"x" * (LARGEST + 1 if large else 10))
    code = "import sys; from pathlib import Path; from coven_watchdog.cli.logfile import opened; opened(Path(sys.argv[1]))"
    with errors.open("ab") as stderr:
        subprocess.run([sys.executable, "-c", code, tmp_path / "logs" / "w.log"], stderr=stderr, check=True)

    assert (errors.stat().st_size == 0) is emptied
