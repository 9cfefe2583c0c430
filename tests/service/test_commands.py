"""Programs of the system, really started."""

from pathlib import Path

import pytest

from coven_watchdog.errors import WatchdogError
from coven_watchdog.service.commands import Ran, System


def test_what_it_said() -> None:
    """Exit code, both outputs, and one line of complaint; answers come in English and UTC whatever the user reads."""
    run = System({"PATH": "/usr/bin:/bin", "LC_ALL": "de_DE.UTF-8", "TZ": "Asia/Tokyo"})
    done = run(["sh", "-c", 'printf "%s %s" "$LC_ALL" "$TZ"; printf "not\n  good\\377" >&2; exit 3'])
    assert done == Ran(3, "C UTC", "not\n  good�")
    assert done.said == "not good�"
    assert Ran(1, out="only this\n").said == "only this"


def test_no_such_program(tmp_path: Path) -> None:
    """A program that is not there, and one that may not be started, is missing."""
    (tmp_path / "systemctl").write_text("")
    assert System({"PATH": str(tmp_path)})(["systemctl"]).missing
    assert System({"PATH": str(tmp_path)})(["launchctl"]).missing


def test_one_that_does_not_end() -> None:
    """It is ended after its time, and told so."""
    with pytest.raises(WatchdogError, match=r"sleep 60 did not answer within 0\.05 s"):
        System({"PATH": "/usr/bin:/bin"})(["sleep", "60"], seconds=0.05)

    with pytest.raises(WatchdogError, match=r"within 0\.05 s"):
        System({"PATH": "/usr/bin:/bin"}, longest=0.05)(["sleep", "60"])


def test_shown(capfd: pytest.CaptureFixture[str]) -> None:
    """What is shown goes where our own output goes, in the user's language."""
    run = System({"PATH": "/usr/bin:/bin", "TZ": "Asia/Tokyo"})
    assert run(["sh", "-c", 'printf "%s" "$TZ"; exit 2'], shown=True) == Ran(2)
    assert capfd.readouterr().out == "Asia/Tokyo"
