"""What may be launched; the refusals are held to the real Coven in `test_contract`."""

import json
from pathlib import Path

import pytest

from coven_watchdog.simulated.launches import InvalidError, parse_launch


def _body(root: Path, **more: object) -> bytes:
    return json.dumps({"projectRoot": str(root), "harness": "codex", "prompt": "do it"} | more).encode()


def test_a_plain_launch(tmp_path: Path) -> None:
    """Without cwd, title and mode: in the project, named by its prompt, on a terminal."""
    launch = parse_launch(_body(tmp_path))
    assert (launch.cwd, launch.prompt, launch.piped) == (tmp_path, "do it", False)
    assert (launch.row["title"], launch.row["status"], launch.row["conversation_id"]) == ("do it", "running", None)


def test_a_full_launch(tmp_path: Path) -> None:
    """All keys are taken as they are."""
    inner = tmp_path / "inner"
    inner.mkdir()
    more = {"cwd": str(inner), "title": "t", "launchMode": "nonInteractive", "conversationId": "c"}
    launch = parse_launch(_body(tmp_path, **more))
    assert (launch.cwd, launch.piped) == (inner, True)
    assert (launch.row["title"], launch.row["conversation_id"], launch.row["project_root"]) == ("t", "c", str(tmp_path))


def test_a_way_out_through_a_link(tmp_path: Path) -> None:
    """A directory that only looks as if it were inside the project is outside."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "out").symlink_to(tmp_path)
    with pytest.raises(InvalidError, match="cwd is outside the Coven project root"):
        parse_launch(_body(root, cwd=str(root / "out")))


def test_a_refusal_is_a_reply(tmp_path: Path) -> None:
    """The error carries the answer to give."""
    with pytest.raises(InvalidError) as refused:
        parse_launch(_body(tmp_path, harness="nosuch"))

    assert refused.value.reply.status == 400
    assert refused.value.reply.body["error"]["code"] == "invalid_request"
