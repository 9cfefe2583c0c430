"""What there is that may be a session's process. Real processes that stand where Coven's would."""

import os
import pty
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from coven.test_harnesses import daemon, harnesses, named, row, run
from coven.test_leases import hold
from coven_watchdog import clock
from coven_watchdog.coven import processes
from coven_watchdog.coven.traces import Known, traces
from coven_watchdog.model.facts import Identity, SessionRow
from coven_watchdog.model.processes import Traces
from coven_watchdog.model.time import MINUTE, SECOND
from waiting import until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system does not tell as much")
_NOBODY = Known()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project's directory, without a repository."""
    path = tmp_path / "shop"
    path.mkdir()
    return path


def seek(row: SessionRow, coven: Identity | None, home: Path, known: Known = _NOBODY, *, read_environ: bool = True) -> Traces:
    """What is there."""
    return traces(row, coven, home, known, read_environ=read_environ)


def test_an_empty_place(tmp_path: Path, project: Path) -> None:
    """What began long before the session, and what is known to be another's, is not its process."""
    with daemon(tmp_path, [(project, None), (project, named("b"))]) as coven:
        other, _ = harnesses(coven)
        later = row("a", project, other, born=20 * SECOND)
        assert seek(later, coven, tmp_path) == Traces(children=0, terminals=0, runs=0, leases=None)
        # Its time alone would allow all of these, and the guardian.
        now = row("a", project, other)
        assert seek(now, coven, tmp_path).children == 2
        assert seek(now, coven, tmp_path, Known(harnesses=frozenset({other}))).children == 1
        assert seek(now, coven, tmp_path, read_environ=False).children == 3


def test_its_own_name_is_a_trace(tmp_path: Path, project: Path) -> None:
    """However far from the project it works."""
    with daemon(tmp_path, [(tmp_path, named("a"))]) as coven:
        (harness,) = harnesses(coven)
        assert seek(row("a", project, harness), coven, tmp_path).children == 2


def test_a_daemon_that_is_gone_says_nothing(tmp_path: Path, project: Path) -> None:
    """Nobody can know then what it had."""
    with daemon(tmp_path, []) as coven:
        gone = row("a", project, coven)

    for life in (coven, None):
        found = seek(gone, life, tmp_path)
        assert (found.children, found.terminals) == (None, None)


def test_a_terminal_that_something_holds(tmp_path: Path, project: Path) -> None:
    """Also one on which no process of the session is left; not one on which another session's sits."""
    with daemon(tmp_path, [(tmp_path, None)]) as coven:
        (harness,) = harnesses(coven)
        mine = processes.identity(os.getpid())
        before = seek(row("a", project, harness), mine, tmp_path).terminals
        leader, follower = pty.openpty()
        with closing(os.fdopen(leader, "rb", 0)), closing(os.fdopen(follower, "rb", 0)):
            assert before is not None
            assert seek(row("a", project, harness), mine, tmp_path).terminals == before + 1
            with run(tmp_path, tmp_path, tmp_path, terminal=follower) as sitting:
                known = Known(harnesses=frozenset({sitting}))
                assert seek(row("a", project, harness), mine, tmp_path, known).terminals == before


def test_a_coven_run_in_its_project(tmp_path: Path, project: Path) -> None:
    """Whenever it began: it may have taken the session up. One that is known to run another is not counted."""
    with run(tmp_path, project, tmp_path) as runner:
        for born in (-20 * MINUTE, 20_000):
            assert seek(row("a", project, runner, born=born), None, tmp_path).runs == 1

        known = Known(runners=frozenset({runner}))
        assert seek(row("a", project, runner), None, tmp_path, known).runs == 0


def test_a_coven_run_elsewhere(tmp_path: Path, project: Path) -> None:
    """It counts when it began as the session did: its project may have been named to it. One of another home does not."""
    with run(tmp_path, tmp_path, tmp_path) as runner:
        assert seek(row("a", project, runner, born=20_000), None, tmp_path).runs == 1
        assert seek(row("a", project, runner, born=MINUTE), None, tmp_path).runs == 0
        assert seek(row("a", tmp_path, runner), None, tmp_path / "other").runs == 0
        # Where environments are not read, those of every home count: other tests may run some at this moment.
        assert seek(row("a", tmp_path, runner), None, tmp_path / "other", read_environ=False).runs


def test_leases(tmp_path: Path, project: Path) -> None:
    """Its own and those of unknown `coven run`s count until they run out; what such a one has left is told."""
    now = clock.now().wall // SECOND
    with run(tmp_path, project, tmp_path) as runner:
        session = replace(row("a", project, runner), created_at=(now - 600) * SECOND)
        git = project / ".git"
        git.mkdir()
        assert (seek(session, None, tmp_path).leases, seek(session, None, tmp_path).left_lease) == (0, False)
        for name, left in (("daemon-session-a", 60), ("session-x", 60), ("daemon-session-b", 60), ("session-old", -3600)):
            hold(git, name, expires_at=now + left)

        assert (seek(session, None, tmp_path).leases, seek(session, None, tmp_path).left_lease) == (2, False)
        known = Known(runners=frozenset({runner}))
        assert seek(session, None, tmp_path, known).leases == 1
        hold(git, "session-x", expires_at=now - 5)
        until(lambda: seek(session, None, tmp_path, known) == Traces(None, None, 0, 1, left_lease=True))


@pytest.mark.parametrize("root", ["", ".", "shop", "/\0"])
def test_a_row_without_a_real_place(tmp_path: Path, root: str) -> None:
    """A hostile row is no reason to look anywhere."""
    session = SessionRow("a", root, "codex", "", "running", None, 0, 0)
    assert seek(session, None, tmp_path) == Traces(None, None, 0, None)
