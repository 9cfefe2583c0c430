"""Sessions of the real Coven that are to be started and are not."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from rigs.coven import RealCoven
from rigs.inbox import Inbox
from rigs.program import Watch
from rigs.unread import Unread
from waiting import until

_SOON = '[probe]\nsession_interval = "2s"\n[sessions]\nstuck_after = "3s"\n'
_DIGEST = "sha256:" + "a" * 64
_FAMILIAR = '[[familiar]]\nid = "sage"\ndisplay_name = "Sage"\nrole = "Research"\ndescription = "Reads."\n'
_BINDING = {
    "contract": "psyche.execution_binding.v1",
    "principalRef": "principal:somebody",
    "familiarId": "sage",
    **dict.fromkeys(("familiarSnapshotDigest", "projectDigest", "requestDigest"), _DIGEST),
    "graphId": "graph",
    "nodeId": "node",
    "attemptId": "attempt",
    "policyRevision": "1",
    "expiresAt": "2099-01-01T00:00:00Z",
    "parent": None,
    "delegationDigest": None,
}


def test_a_run_whose_words_nobody_reads(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """It hangs before its harness: told with its process, and over when it goes on. A detached row beside it is left alone."""
    coven.start()
    assert coven.cli("run", "--detach", "codex", "later").code == 0
    with closing(Unread(coven.base / "unread")) as pipe:
        command: list[str | Path] = [coven.program, "run", "codex", "sleep=600"]
        run = coven.reaper.start(command, env=coven.env, cwd=coven.make_project("hangs"), output=pipe.path)
        program = watching(coven, _SOON)
        (letter,) = inbox.wait(1)
        assert (letter.kind, letter.type) == ("session.stuck", "info")
        assert "codex in hangs does not start" in letter.title
        assert f"`coven run`, process {run}, is there and has started nothing" in letter.body
        check = program.json("check", "--home", str(coven.home))
        assert [found["kind"] for found in check["homes"][0]["findings"]] == ["session.stuck"]
        pipe.read()
        assert "stuck no more" in inbox.wait(2)[1].title

    assert [row["kind"] for row in program.incidents()] == ["session.stuck"]


def test_a_launch_that_was_promised(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """A daemon that dies within the 12 ms in which such a row says created leaves it so for ever, restarts or not: told."""
    coven.home.mkdir(mode=0o700)
    (coven.home / "familiars.toml").write_text(_FAMILIAR, encoding="utf-8")
    coven.start()
    session = _promised(coven)
    coven.wait_row(session)
    with closing(sqlite3.connect(coven.home / "coven.sqlite3")) as ledger, ledger:
        ledger.execute("update sessions set status = 'created', exit_code = null where id = ?", (session,))

    coven.restart()
    assert coven.row(session)["status"] == "created"
    program = watching(coven, _SOON)
    (letter,) = inbox.wait(1)
    assert (letter.kind, letter.type) == ("session.stuck", "info")
    assert "does not give it up by itself" in letter.body
    assert f"coven sessions show {session[:8]}" in letter.body
    assert coven.cli("archive", session).code == 0
    until(lambda: [row["state"] for row in program.incidents()] == ["resolved"])


def _promised(coven: RealCoven) -> str:
    """A session by the route on which Coven promises to run it once and only once."""
    where = str(coven.project)
    body: dict[str, Any] = {"projectRoot": where, "cwd": where, "harness": "codex", "prompt": "fail=0", "title": "job"}
    adoption = {"contract": "psyche.request_adoption.v1", "key": "key", "requestDigest": _DIGEST}
    body |= {"familiarId": "sage", "executionBinding": _BINDING, "requestAdoption": adoption}
    status, answer = coven.api("POST", "/api/v1/adopted-sessions", body)
    assert status == 201, answer
    return str(answer["id"])
