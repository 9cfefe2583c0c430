"""The incident and what else happened, as the records have it."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from coven_watchdog.diagnose.bundle.case import BundleCase, Wishes
from coven_watchdog.diagnose.bundle.story import doctor, incident, incidents, wanted
from coven_watchdog.errors import NotCollectedError
from coven_watchdog.report.incidents import IncidentDetail
from diagnose.bundle.bench import case
from report.filled import CRASH, fill
from store.builders import HOME


def told(base: Path, **changes: Any) -> BundleCase:  # noqa: ANN401 - any field
    """A case about the crash in a database with a story."""
    fill(base / "state")
    made = case(base, incident=CRASH, named=True, **changes)
    return replace(made, home=type(made.home)(home=HOME, name="", status=made.home.status, lines=(), questions=(), symptoms=()))


def test_all_of_an_incident(tmp_path: Path) -> None:
    """Timeline, witnesses, scene, receipts; no project's name."""
    made = told(tmp_path)
    assert wanted(made)
    piece = incident(made)
    document = json.loads("\n".join(piece.lines))
    assert document["witnesses"][0]["saw"] == "killed by signal 9"
    assert document["scene"]["kernel"] == "Out of memory: Killed process 4711"
    assert len(document["receipts"]) == 3
    assert len(document["scene"]["log_tail"]) == 12
    assert "project" not in document["sessions"][0]
    assert isinstance(piece.data, IncidentDetail)


def test_projects_where_they_are_asked_for(tmp_path: Path) -> None:
    """Then they are there."""
    assert "project" in json.loads("\n".join(incident(told(tmp_path, wishes=Wishes(titles=True))).lines))["sessions"][0]


def test_output_where_it_is_asked_for(tmp_path: Path) -> None:
    """What messages may show of a session's output is no part of a bundle unasked."""
    fill(tmp_path / "state")
    printed = replace(CRASH, facts=replace(CRASH.facts, output=("my output",)))
    quiet, asked = (case(tmp_path, incident=printed, wishes=Wishes(output=wish)) for wish in (False, True))
    assert "my output" not in "\n".join(incident(quiet).lines)
    assert "my output" in "\n".join(incident(asked).lines)


def test_what_else_happened(tmp_path: Path) -> None:
    """Of this home and of the watchdog itself, a line each."""
    now = replace(told(tmp_path).now, wall=CRASH.changed_at)
    lines = incidents(replace(told(tmp_path / "b"), now=now)).lines
    assert {json.loads(line)["id"] for line in lines} == {"k7fq", "r2dd", "b3xm", "c4nn"}


def test_nothing_was_recorded(tmp_path: Path) -> None:
    """It is said."""
    with pytest.raises(NotCollectedError, match="nothing was recorded yet"):
        incidents(case(tmp_path))


def test_what_doctor_says(tmp_path: Path) -> None:
    """Of this home alone."""
    made = case(tmp_path)
    assert [home["home"] for home in json.loads("\n".join(doctor(made).lines))["homes"]] == [made.home.home]
