"""Sessions as they may be shown to others."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from coven_watchdog.coven.ledger import UnclearError
from coven_watchdog.diagnose.bundle.case import BundleCase, Wishes
from coven_watchdog.diagnose.bundle.sessions import output, output_wanted, session, sessions, wanted
from coven_watchdog.errors import NotCollectedError
from coven_watchdog.model.facts import SessionRow
from coven_watchdog.model.looks import HomeLook
from diagnose.bundle.bench import case, read
from ledgers import ledger

PRIVATE = ("a title", "/home/ada/shop", "label", "my prompt", "my output")


def recorded(base: Path, *, titles: bool = False, said: bool = False) -> BundleCase:
    """A case about the session `aa11`, with events of each kind."""
    made = case(base, wishes=Wishes(titles, said))
    events = (
        ("aa11", "input", '{"data": "my prompt"}'),
        ("aa11", "output", '{"data": "my output\\nmore"}'),
        ("aa11", "exit", '{"exitCode": 3, "status": "failed"}'),
    )
    ledger(
        made.paths.root,
        {"id": "aa11", "status": "failed", "exit_code": 3, "labels": '["label"]'},
        {"id": "bb22"},
        events=events,
    )
    found = read(made)
    return replace(made, ledger=found, session=found.named("aa11")[0])


def test_nothing_private_comes_along(tmp_path: Path) -> None:
    """One line a session: id, harness, status, exit code, times, events by kind; no title, label, prompt, output, project."""
    made = recorded(tmp_path)
    piece = sessions(made)
    first, second = map(json.loads, piece.lines)
    assert (first["id"], second["id"]) == ("bb22", "aa11")
    assert second["events"]["output"][:4] == [1, 27, 2, 2]
    assert (second["status"], second["exit_code"], piece.cut) == ("failed", 3, "")
    assert not any(word in line for word in PRIVATE for line in (*piece.lines, *session(made).lines))


def test_titles_where_they_are_asked_for(tmp_path: Path) -> None:
    """With labels and projects; what was said in it is something else."""
    told = json.loads(sessions(recorded(tmp_path, titles=True)).lines[1])
    assert (told["title"], told["project_root"], told["labels"]) == ("a title", "/home/ada/shop", '["label"]')


def test_the_one_in_question(tmp_path: Path) -> None:
    """Each event by number, kind, time, size; how it ended in Coven's own words."""
    made = recorded(tmp_path)
    assert wanted(made)
    told = json.loads("\n".join(session(made).lines))
    assert [(one["seq"], one["kind"], "payload" in one) for one in told["events"]] == [
        (1, "input", False),
        (2, "output", False),
        (3, "exit", True),
    ]


def test_its_output(tmp_path: Path) -> None:
    """Only where it is asked for."""
    assert not output_wanted(recorded(tmp_path))
    (tmp_path / "h" / "coven.sqlite3").unlink()
    made = recorded(tmp_path, said=True)
    assert output_wanted(made)
    assert [line for line in output(made).lines if not line.startswith("---")] == ["my prompt", "my output", "more"]


def test_a_long_line_of_output(tmp_path: Path) -> None:
    """It is cut between words."""
    made = case(tmp_path, wishes=Wishes(output=True))
    ledger(made.paths.root, {"id": "aa11"}, events=(("aa11", "output", json.dumps({"data": "word " * 5000 + "end"})),))
    found = read(made)
    text = output(replace(made, ledger=found, session=found.rows[0])).lines
    assert text[-1].endswith("word … [25003 characters, cut]")


def test_without_a_ledger(tmp_path: Path) -> None:
    """What the service last saw, and why not more; with neither, why nothing."""
    made = case(tmp_path, ledger_error=UnclearError("is larger than 64 MiB"))
    with pytest.raises(NotCollectedError, match="the ledger's file: is larger than 64 MiB, and no service has listed them"):
        sessions(made)

    row = SessionRow("aa11", "/home/ada/shop", "codex", "a title", "running", None, 1, 1)
    look = HomeLook(str(made.paths.root), "", 1, "b", live=(row,), by_status={"running": 1})
    piece = sessions(replace(made, case=replace(made.case, remembered=look)))
    assert json.loads(piece.lines[1]) == {"id": "aa11", "harness": "codex", "status": "running"}
    assert piece.missing == ("all but live sessions: the ledger's file: is larger than 64 MiB",)
    with pytest.raises(NotCollectedError, match="there is no ledger"):
        sessions(case(tmp_path))
