"""Harnesses against the PATH of the daemon's process; a real process stands for the daemon."""

from dataclasses import replace
from pathlib import Path

import pytest

from coven.test_programs import executable, started_with
from coven_watchdog.coven.ledger import Ledger
from coven_watchdog.diagnose.case import HomeCase
from coven_watchdog.diagnose.programs import harnesses
from coven_watchdog.model.facts import Identity
from coven_watchdog.model.words import CheckStatus, Kind, Severity
from coven_watchdog.report.doctor import DoctorLine
from coven_watchdog.settings import Privacy, Settings
from diagnose.cases import LIFE, down, finding, having, said, well
from store.builders import START, brief, incident


def case(home: Path, daemon: Identity, *used: str) -> HomeCase:
    """A home whose daemon is that process; sessions use these harnesses."""
    plain = having(well(str(home)), life=replace(LIFE, identity=daemon))
    return replace(plain, ledger=Ledger({}, frozenset(used), 0), env_path=str(home / "mine"))


def examined(home: Path, path: Path, *used: str) -> DoctorLine:
    """What is said of a daemon with that PATH."""
    with started_with({"PATH": str(path), "HOME": str(home)}) as daemon:
        return harnesses(case(home, daemon, *used))[0]


def test_found(tmp_path: Path) -> None:
    """A harness on the daemon's PATH is fine, whether it is used or not."""
    executable(tmp_path / "bin", "codex")
    line = examined(tmp_path, tmp_path / "bin", "codex")
    assert (line.status, line.says) == (CheckStatus.OK, "codex on the PATH of the daemon's process")
    assert line.witnesses[0].saw == "codex (codex): on the daemon's PATH; sessions use it"


def test_only_where_you_are(tmp_path: Path) -> None:
    """One that sessions use and only the caller finds is wrong; where it is, is said."""
    executable(tmp_path / "mine", "claude")
    line = examined(tmp_path, tmp_path / "bin", "claude")
    assert (line.status, line.says) == (CheckStatus.WARNING, "claude not on the PATH of the daemon's process")
    assert line.witnesses[0].saw == f"claude (claude): not on the daemon's PATH, but in {tmp_path}/mine; sessions use it"
    assert line.cause


def test_nowhere_and_unused(tmp_path: Path) -> None:
    """That Coven could run more harnesses than are installed is nobody's fault."""
    line = examined(tmp_path, tmp_path / "bin")
    assert line.status is CheckStatus.OK
    assert line.says.startswith("none of codex, ")


def test_used_by_what_failed(tmp_path: Path) -> None:
    """A session of the last day that is in the records counts as use."""
    failed = incident(
        "9abc", kind=Kind.SESSION_LAUNCH_FAILED, facts=replace(incident().facts, sessions=(brief(),)), opened_at=START
    )
    with started_with({"PATH": str(tmp_path), "HOME": str(tmp_path)}) as daemon:
        (line,) = harnesses(replace(case(tmp_path, daemon), recent=(failed,)))

    assert line.says == "codex not on the PATH of the daemon's process"


def test_a_relative_path(tmp_path: Path) -> None:
    """A PATH that means another directory in each session says nothing."""
    with started_with({"PATH": "bin", "HOME": str(tmp_path)}) as daemon:
        (line,) = harnesses(case(tmp_path, daemon, "codex"))

    assert line.status is CheckStatus.OK
    assert line.witnesses[0].saw == "codex (codex): cannot be known; sessions use it"


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (down(), "no daemon runs whose PATH would count"),
        (
            replace(well(), settings=Settings(privacy=Privacy(read_environ=False))),
            "the daemon's PATH is not read: [privacy] read_environ is false",
        ),
        (
            having(well(), life=replace(LIFE, identity=Identity(1, 1))),
            "the system does not show the environment of the daemon's process",
        ),
    ],
)
def test_not_known(made: HomeCase, words: str) -> None:
    """Why it cannot be known is said."""
    assert said(harnesses(made)) == [("unknown", words)]


def test_what_the_rules_find_stands_first() -> None:
    """The rule has looked at it longer."""
    found = finding(well(), Kind.HARNESS_MISSING, "harness:codex", Severity.WARNING)
    assert [line.kind for line in harnesses(found)] == [Kind.HARNESS_MISSING]
