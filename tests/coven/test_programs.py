"""Tests of `coven.programs`, on a real process with a PATH of its own."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from coven_watchdog.coven import processes
from coven_watchdog.coven.programs import BUILT_IN, programs
from coven_watchdog.model.facts import Identity
from coven_watchdog.model.programs import Program
from waiting import until


@contextmanager
def started_with(environ: dict[str, str]) -> Iterator[Identity]:
    """A process with exactly this environment."""
    with subprocess.Popen(["/bin/sleep", "60"], env=environ) as child:
        try:
            until(lambda: processes.program(child.pid) == "sleep" and processes.environ(child.pid, ("PATH",)) is not None)
            found = processes.identity(child.pid)
            assert found is not None
            yield found
        finally:
            child.kill()


def executable(directory: Path, name: str, mode: int = 0o755) -> Path:
    """A program in a directory."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / name
    path.write_text("#!/bin/sh\n", encoding="ascii")
    path.chmod(mode)
    return path


def manifest(home: Path, name: str, *adapters: dict[str, object]) -> None:
    """A manifest of one's own, as `coven adapter install` writes it."""
    (home / "adapters").mkdir(exist_ok=True)
    (home / "adapters" / name).write_text(json.dumps({"adapters": adapters}), encoding="utf-8")


def found(path: str, home: Path, own_path: str = "", used: tuple[str, ...] = ()) -> dict[str, Program]:
    """What a daemon with that PATH finds, by harness."""
    with started_with({"PATH": path}) as daemon:
        return {program.harness: program for program in programs(daemon, home, used, own_path)}


@pytest.fixture(autouse=True)
def _empty_user(tmp_path: Path) -> Iterator[None]:
    """The user's own directories are empty ones."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(tmp_path / "user"))
        yield


def test_what_is_on_its_path_is_found(tmp_path: Path) -> None:
    """An executable file in one of the directories; every built-in harness is answered for, used or not."""
    executable(tmp_path / "a", "codex", 0o644)
    executable(tmp_path / "b", "codex")
    (tmp_path / "a" / "claude").mkdir()
    told = found(f"{tmp_path}/a:{tmp_path}/b", tmp_path, used=("codex",))
    assert tuple(told) == BUILT_IN
    assert told["codex"] == Program("codex", "codex", used=True, found=True)
    assert told["claude"] == Program("claude", "claude", used=False, found=False)


def test_where_it_is_instead(tmp_path: Path) -> None:
    """On the watchdog's own PATH first, then in the directories where programs are put."""
    executable(tmp_path / "tools", "codex")
    executable(tmp_path / "user" / ".local" / "bin", "codex")
    executable(tmp_path / "user" / ".nvm" / "versions" / "node" / "v22.1.0" / "bin", "claude")
    told = found("/nowhere", tmp_path, own_path=f"relative:{tmp_path}/tools")
    assert (told["codex"].found, told["codex"].elsewhere) == (False, f"{tmp_path}/tools")
    assert told["claude"].elsewhere == f"{tmp_path}/user/.nvm/versions/node/v22.1.0/bin"
    assert found("/nowhere", tmp_path)["codex"].elsewhere == f"{tmp_path}/user/.local/bin"


def test_a_relative_part_of_a_path_leaves_it_open(tmp_path: Path) -> None:
    """Coven starts a harness in the session's directory, and it may lie there; also for an empty part (seen on 0.4.6)."""
    assert found("/nowhere:tools", tmp_path)["codex"].found is None
    assert found("/nowhere:", tmp_path)["codex"].found is None


def test_a_managed_engine_may_be_used(tmp_path: Path) -> None:
    """`coven engine install` puts it below the home; what is there is Coven's business."""
    assert found("/nowhere", tmp_path)["coven-code"].found is False
    (tmp_path / "engine").mkdir()
    assert found("/nowhere", tmp_path)["coven-code"].found is None


def test_own_manifests(tmp_path: Path) -> None:
    """Harnesses of one's own have the executable that their manifest names: a word, or a path."""
    there, gone = executable(tmp_path / "x", "mine"), tmp_path / "x" / "gone"
    manifest(
        tmp_path,
        "one.json",
        {"id": "hermes", "executable": "hermes-agent", "label": "H"},
        {"id": "a", "executable": str(there)},
    )
    manifest(tmp_path, "two.json", {"id": "b", "executable": str(gone)}, {"id": "c", "executable": "bin/c"})
    told = found(f"{tmp_path}/x", tmp_path)
    assert (told["hermes"].executable, told["hermes"].found) == ("hermes-agent", False)
    assert [told[name].found for name in "abc"] == [True, False, None]


def test_what_is_no_manifest_says_nothing(tmp_path: Path) -> None:
    """Garbage, links, directories, FIFOs and ids that no command could hold are passed over."""
    manifest(
        tmp_path,
        "ids.json",
        {"id": "-rf", "executable": "x"},
        {"id": "a b", "executable": "x"},
        {"id": "ok", "executable": "a\nb"},
    )
    adapters = tmp_path / "adapters"
    (adapters / "garbage.json").write_bytes(b"\xff{" + b"[" * 10_000)
    (adapters / "link.json").symlink_to(adapters / "ids.json")
    (adapters / "directory.json").mkdir()
    (adapters / "notes.txt").write_text('{"adapters": [{"id": "n", "executable": "n"}]}', encoding="ascii")
    os.mkfifo(adapters / "fifo.json")
    assert tuple(found("/nowhere", tmp_path)) == BUILT_IN


def test_a_path_that_cannot_be_read(tmp_path: Path) -> None:
    """Of a process without a PATH, or one that is gone, nothing is said."""
    with started_with({"LANG": "C"}) as daemon:
        assert programs(daemon, tmp_path, (), "") == ()

    with started_with({"PATH": "/bin"}) as daemon:
        assert programs(Identity(daemon.pid, daemon.started + 1), tmp_path, (), "") == ()

    assert programs(daemon, tmp_path, (), "") == ()
