"""Which `coven` there is. A program that hangs, lies or is none is survived."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from coven_watchdog.coven.install import installed, stand_in, version

SCRIPT = "#!/bin/sh\n"


def program(folder: Path, body: str) -> Path:
    """A `coven` that does that."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "coven"
    path.write_text(SCRIPT + body, encoding="utf-8")
    path.chmod(0o755)
    return path


def env(folder: Path) -> dict[str, str]:
    """An environment whose PATH begins there."""
    return {"PATH": f"{folder}:/usr/bin:/bin", "SECRET": "abc"}


@pytest.mark.parametrize(
    ("place", "method"),
    [
        ("lib/node_modules/@opencoven/cli/bin", "npm"),
        (".cargo/bin", "cargo"),
        ("opt/homebrew/bin", "brew"),
        ("coven/target/release", "source"),
        ("bin", "unknown"),
    ],
)
def test_the_one_on_the_path(tmp_path: Path, place: str, method: str) -> None:
    """Where it is, how it was installed, its hash, its version."""
    path = program(tmp_path / place, "echo 'coven v0.4.6 (engine not installed, pinned 0.8.0)'\n")
    found = installed(env(path.parent), None)
    assert found.on_path is not None
    assert (found.on_path.path, found.on_path.method) == (str(path), method)
    assert found.on_path.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (found.cli_version, found.running, found.replaced) == ("0.4.6", None, False)


def test_none(tmp_path: Path) -> None:
    """Nothing is installed."""
    found = installed({"PATH": str(tmp_path)}, None)
    assert (found.on_path, found.cli_version, found.running) == (None, "", None)


@pytest.mark.skipif(sys.platform != "linux", reason="a running file can be replaced everywhere; only Linux says so")
def test_the_one_that_runs_was_replaced(tmp_path: Path) -> None:
    """Its bytes can be read all the same."""
    path = tmp_path / "coven"
    path.write_bytes(Path("/bin/sleep").resolve().read_bytes())
    path.chmod(0o755)
    with subprocess.Popen([path, "60"]) as process:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        path.unlink()
        found = installed({"PATH": ""}, process.pid)
        process.kill()

    assert found.running is not None
    assert (found.running.sha256, found.running.path, found.replaced) == (digest, str(path), True)


def test_it_gets_a_home_of_its_own(tmp_path: Path) -> None:
    """An empty one, which is gone afterwards; of our environment it sees little."""
    path = program(tmp_path, 'echo "$COVEN_HOME|$SECRET|$(ls -A "$COVEN_HOME")"; touch "$COVEN_HOME/x"\n')
    home, secret, inside = stand_in(str(path), ("doctor",), env(tmp_path)).strip().split("|")
    assert (secret, inside) == ("", "")
    assert not os.path.lexists(home)


def test_one_that_hangs(tmp_path: Path) -> None:
    """It and what it started are ended."""
    path = program(tmp_path, f"sleep 300 & echo $! > {tmp_path}/pid; wait\n")
    assert stand_in(str(path), (), env(tmp_path), patience=0.5) == "did not answer within 0.5 s"
    pid = int((tmp_path / "pid").read_text(encoding="utf-8"))
    state = Path(f"/proc/{pid}/stat")
    assert not state.exists() or state.read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"


def test_one_that_cannot_be_run(tmp_path: Path) -> None:
    """Why is said."""
    path = tmp_path / "coven"
    path.write_bytes(b"\x7fELF garbage")
    path.chmod(0o755)
    assert stand_in(str(path), (), env(tmp_path)).startswith("cannot be run: ")


def test_a_version_that_is_none(tmp_path: Path) -> None:
    """What it says is kept."""
    assert version(str(program(tmp_path, "echo hello\n")), env(tmp_path)) == "hello\n"
