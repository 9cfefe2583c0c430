"""What lies in the home, what its log tells, which programs there are."""

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from coven_watchdog.coven.excerpt import Excerpt
from coven_watchdog.diagnose.bundle.home import coven_doctor, harnesses, install, listed, log
from coven_watchdog.errors import NotCollectedError
from coven_watchdog.settings import Privacy
from diagnose.bundle.bench import case, stopped


def test_the_listing(tmp_path: Path) -> None:
    """Type, mode, size, inode and times of each name; that there is no home is said."""
    made = case(tmp_path)
    (made.paths.root / "daemon.json").write_text("{}", encoding="utf-8")
    lines = listed(made).lines
    assert lines[0].startswith("type mode")
    assert lines[2].startswith("-    0")
    assert lines[2].endswith("  daemon.json")
    (made.paths.root / "daemon.json").unlink()
    made.paths.root.rmdir()
    with pytest.raises(NotCollectedError, match="there is no home"):
        listed(made)


def test_the_log(tmp_path: Path) -> None:
    """What is there; that there is none is said."""
    made = case(tmp_path)
    with pytest.raises(NotCollectedError, match=r"no daemon-recovery\.log"):
        log(made)

    made.paths.log.write_text("[2026-11-22T07:57:37Z] daemon starting pid=1 socket=/x\n", encoding="utf-8")
    piece = log(made)
    assert isinstance(piece.data, Excerpt)
    assert len(piece.lines) == 1


def test_harnesses_of_the_daemon(tmp_path: Path) -> None:
    """Where its own PATH leads; without a daemon, or unasked for, nothing."""
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    (bin_ / "codex").write_text("#!/bin/sh\n", encoding="utf-8")
    (bin_ / "codex").chmod(0o755)
    made = case(tmp_path)
    with pytest.raises(NotCollectedError, match="no daemon runs"):
        harnesses(stopped(tmp_path))

    shut = replace(made.asked, settings=msgspec.structs.replace(made.asked.settings, privacy=Privacy(read_environ=False)))
    with pytest.raises(NotCollectedError, match="read_environ is false"):
        harnesses(replace(made, asked=shut))

    told = json.loads("\n".join(harnesses(made).lines))
    assert told["path"] == os.environ["PATH"].split(":")
    assert [one["harness"] for one in told["harnesses"]][:2] == ["codex", "claude"]


def test_programs(tmp_path: Path) -> None:
    """Which `coven` is found, and what it says on a home of its own: only what is not about that home."""
    made = case(tmp_path)
    bare = replace(made, asked=replace(made.asked, env={"PATH": str(tmp_path)}))
    with pytest.raises(NotCollectedError, match="not on the PATH"):
        coven_doctor(bare)

    program = tmp_path / "coven"
    checks = [{"id": "daemon", "status": "fail"}, {"id": "harness:codex", "status": "pass"}]
    program.write_text(f"#!/bin/sh\necho '{json.dumps({'checks': checks})}'\n", encoding="utf-8")
    program.chmod(0o755)
    subprocess.run([program], check=True, capture_output=True)
    piece = coven_doctor(bare)
    assert json.loads("\n".join(piece.lines)) == {"checks": [{"id": "harness of codex", "status": "pass"}]}
    assert "stand-in" in piece.missing[0]
    assert json.loads("\n".join(install(bare).lines))["on_path"]["path"] == str(program)
    program.write_text("#!/bin/sh\necho no\n", encoding="utf-8")
    with pytest.raises(NotCollectedError, match="gave no document"):
        coven_doctor(bare)
