"""What is there of a daemon, and what it answers."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from anyio import run

from coven_watchdog.coven.paths import HomePaths
from coven_watchdog.diagnose.bundle.case import BundleCase
from coven_watchdog.diagnose.bundle.contact import Kernel, capabilities, daemon, health, kernel
from coven_watchdog.errors import NotCollectedError
from coven_watchdog.model.words import Basis, Outcome
from diagnose.bundle.bench import case, stopped
from diagnose.cases import WELL, having, well
from raw_server import reply, sends, serving, short_directory


@pytest.fixture
def short() -> Iterator[Path]:
    """A directory whose name leaves room for a socket's path."""
    with short_directory() as path:
        yield path


def test_the_daemon(tmp_path: Path) -> None:
    """State, record, lock, peer, what the kernel shows of its process; and every `coven` of this user."""
    made = case(tmp_path)
    (made.paths.record).write_text('{"pid": 1, "token": "abcdef123456"}', encoding="utf-8")
    piece = daemon(made)
    told = json.loads("\n".join(piece.lines))
    assert told["state"] == "running"
    assert told["daemon"]["pid"] == os.getpid()
    assert told["lock_owners"][0]["pid"] == os.getpid()
    assert told["peer"]["pid"] == os.getpid()
    assert told["kernel"]["threads"]
    assert isinstance(told["processes"], list)
    assert "abcdef123456" not in told["record"]


def test_nothing(tmp_path: Path) -> None:
    """Without a daemon and a home that is what is said."""
    told = json.loads("\n".join(daemon(stopped(tmp_path)).lines))
    assert (told["record"], told["kernel"], told["peer"], told["daemon"]["pid"]) == (None, None, None, None)


def test_what_the_kernel_shows() -> None:
    """In words; of a process that is not there, nothing."""
    seen = kernel(os.getpid())
    assert seen is not None
    assert "threads" in seen.described
    assert "resident" in seen.described
    assert kernel(2**31 - 2) is None
    assert kernel(None) is None
    bare = Kernel(state="Z", threads="", resident="", waits_in="", context_switches="", descriptors=None, cpu_ticks=None)
    assert bare.described == "Z"


def test_nobody_to_ask(tmp_path: Path) -> None:
    """A daemon that was found not to be there is not asked again."""
    with pytest.raises(NotCollectedError, match="nothing to ask: there is no socket"):
        run(health, stopped(tmp_path))


def _serving(base: Path) -> BundleCase:
    made = case(base, home_case=having(well(str(base / "h")), health=replace(WELL, outcome=Outcome.OK)))
    made.paths.root.chmod(0o700)
    return made


def test_the_answer_as_it_came(short: Path) -> None:
    """All of it, also what nobody here knows; the contract says so."""
    made = _serving(short)
    with serving(made.paths.socket, sends(reply({"ok": True, "new": {"deep": [1]}}))) as server:
        piece = run(health, made)
        run(capabilities, made)

    assert json.loads("\n".join(piece.lines)) == {"ok": True, "new": {"deep": [1]}}
    assert piece.basis is Basis.CONTRACT
    assert [request.split(b" ")[1].rpartition(b"/")[2] for request in server.requests] == [b"health", b"capabilities"]


def test_an_answer_that_is_no_json(short: Path) -> None:
    """It is shown as it stands, and said to be none."""
    made = _serving(short)
    with serving(made.paths.socket, sends(reply(b"<html>\n\xff"))):
        piece = run(health, made)

    assert (list(piece.lines), piece.source.endswith("not JSON")) == (["<html>", "\ufffd"], True)


def test_an_error(short: Path) -> None:
    """Why there is no answer is said."""
    made = _serving(short)
    with (
        serving(made.paths.socket, sends(reply({"error": {"code": "x", "message": "y"}}, "500 No"))),
        pytest.raises(NotCollectedError, match="GET /health: Coven answered 500: x y"),
    ):
        run(health, made)


def test_a_record_that_cannot_be_read(tmp_path: Path) -> None:
    """A home that is no directory does no harm."""
    made = case(tmp_path)
    (tmp_path / "file").touch()
    about = replace(made.case, paths=HomePaths(tmp_path / "file"))
    assert json.loads("\n".join(daemon(replace(made, case=about)).lines))["record"] is None
