"""The unit for one user, made of the one in the repository, and judged by systemd itself."""

import shutil
import subprocess
from pathlib import Path

import pytest

from coven_watchdog.service import files
from coven_watchdog.service.templates import UNIT, template
from coven_watchdog.service.unit import unit

WORDS = ("/opt/o'brien 100%/bin/python", "-P", "-m", "coven_watchdog", "run")
ENV = {"PATH": "/a b:/c", "COVEN_HOME": '/home/ü $x "q" \\'}


def _lines(text: str) -> list[str]:
    """The directives."""
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _made(version: int = 252) -> str:
    return unit(template(UNIT), WORDS, ENV, version)


def test_this_users() -> None:
    """What is started and with which variables is this user's; each stands once, and everything else is as in the repository."""
    ours, theirs = _lines(_made()), _lines(template(UNIT))
    new = [line for line in ours if line not in theirs]
    assert [line.partition("=")[0] for line in new] == ["ExecStart", "Environment", "Environment"]
    assert new[0].endswith('"/opt/o\'brien 100%%/bin/python" "-P" "-m" "coven_watchdog" "run"')
    assert new[1:] == ['Environment="PATH=/a b:/c"', 'Environment="COVEN_HOME=/home/ü $x \\"q\\" \\\\"']
    assert len(theirs) - len(ours) == -1


def test_it_is_ours() -> None:
    """It says who wrote it and where changes belong, in place of how to install it by hand."""
    text = _made()
    assert files.is_ours(text)
    assert not files.is_edited(text)
    assert "systemctl --user edit" in text.splitlines()[0]
    assert "cp coven-watchdog.service" not in text
    assert _made() == text


def test_a_growing_delay() -> None:
    """It is known to systemd from 254 on; for older ones it stays a comment, as an unknown key is a warning at every reload."""
    assert "RestartSteps" not in " ".join(_lines(_made(253)))
    assert {"RestartSteps=8", "RestartMaxDelaySec=5min"} <= set(_lines(_made(254)))


def test_each_restriction_is_explained() -> None:
    """Right before each directive that may hurt stands what it takes away or breaks."""
    part = template(UNIT).split("# What it may do.")[1].split("# Not here on purpose")[0].strip()
    lines = part.splitlines()
    keys = [line.partition("=")[0] for line in lines]
    bare = [
        line
        for before, line, key in zip(lines, lines[1:], keys[1:], strict=False)
        if not line.startswith("#") and not before.startswith((f"{key}=", "#"))
    ]
    assert bare == []
    assert len(lines) > 20


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is needed: apt-get install systemd")
def test_systemd_has_no_complaint(tmp_path: Path) -> None:
    """`systemd-analyze verify` finds neither an unknown key nor a bad value, with hostile paths in it, too."""
    python = tmp_path / "o'brien & 100% ${x}" / "python"
    python.parent.mkdir()
    python.symlink_to("/bin/true")
    path = tmp_path / "coven-watchdog.service"
    env = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"}
    path.write_text(unit(template(UNIT), (str(python), *WORDS[1:]), ENV, 252), encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "--user", "verify", path], env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
