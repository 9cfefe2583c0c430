"""Tests of `coven.harnesses`, on real processes that stand where Coven's would."""

import json
import os
import pty
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from coven_answers import KNOWN
from coven_watchdog import clock
from coven_watchdog.coven import processes
from coven_watchdog.coven.harnesses import HarnessMatch, match, starters
from coven_watchdog.model.facts import Identity, SessionRow
from coven_watchdog.model.time import MILLISECOND, SECOND
from coven_watchdog.model.words import Owner
from programs import NOBODY, as_nobody, needs_root, program
from raw_server import short_directory
from waiting import until

HARNESS = 'subprocess.Popen(["sleep", "60"])\nrest()'
BORN_BEFORE = 20 * MILLISECOND

Child = tuple[Path, str | None]
"""Where a harness works, and the id that its environment names."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project's directory."""
    path = tmp_path / "shop"
    path.mkdir()
    return path


@contextmanager
def daemon(directory: Path, children: Sequence[Child], environ: Mapping[str, str] | None = None) -> Iterator[Identity]:
    """A process named `coven` with these harnesses, in this order, and a guardian, which works where the daemon does."""
    code = f"""
for cwd, name in {[(str(cwd), name) for cwd, name in children]!r}:
    env = dict(os.environ) | ({{"COVEN_MAINTENANCE_PARTICIPANT": name}} if name else {{}})
    subprocess.Popen(["sleep", "60"], cwd=cwd, env=env)
def guard():
    if not os.fork():
        open("/proc/self/comm", "w").write("coven-unix-api")
        time.sleep(60)
threading.Thread(target=guard).start()
rest()
"""
    with program(["coven", "daemon"], code, directory, environ=environ) as process:
        until(lambda: len(processes.children(process.pid)) == len(children) + 1)
        until(lambda: all(processes.environ(child.pid, ()) is not None for child in processes.children(process.pid)))
        found = processes.identity(process.pid)
        assert found is not None
        yield found


def harnesses(parent: Identity) -> list[Identity]:
    """Its children but for the guardian, in the order of their start."""
    return [child for child in processes.children(parent.pid) if processes.program(child.pid) == "sleep"]


def named(session: str) -> str:
    """What Coven puts into the environment of a session's harness."""
    return json.dumps({"id": f"daemon-session-{session}", "generation": "g"})


def row(session: str, project: Path | str, process: Identity, *, born: int = -BORN_BEFORE) -> SessionRow:
    """A running session born so many µs after the start of that process."""
    started = processes.started_wall(process)
    assert started is not None
    return replace(KNOWN, id=session, project_root=str(project), created_at=started + born)


def found(session: str, harness: Identity) -> HarnessMatch:
    """The match of a daemon's session."""
    return HarnessMatch(session, harness, Owner.DAEMON, terminal=False, runner=None)


def test_a_name_in_the_environment_decides(tmp_path: Path, project: Path) -> None:
    """Also among many in one place at one time."""
    with daemon(tmp_path, [(project, named("b")), (project, named("a")), (project, named("c"))]) as coven:
        b, a, c = harnesses(coven)
        rows = [row(session, project, a) for session in ("a", "b", "none", "c")]
        assert match(rows, coven, tmp_path, read_environ=True) == (found("a", a), found("b", b), found("c", c))
        assert match(rows, coven, tmp_path, read_environ=False) == ()


def test_without_a_name_place_and_time_decide(tmp_path: Path, project: Path) -> None:
    """Projects without git have none; a harness may work below the project."""
    (project / "sub").mkdir()
    with daemon(tmp_path, [(project / "sub", None), (tmp_path, None)]) as coven:
        harness, _ = harnesses(coven)
        for read_environ in (True, False):
            assert match([row("a", project, harness)], coven, tmp_path, read_environ=read_environ) == (found("a", harness),)


@pytest.mark.parametrize("born", [-2 * SECOND - 50 * MILLISECOND, 150 * MILLISECOND])
def test_a_row_of_another_time_has_no_harness(tmp_path: Path, project: Path, born: int) -> None:
    """Its own has ended, or is yet to start."""
    with daemon(tmp_path, [(project, None)]) as coven:
        (harness,) = harnesses(coven)
        assert match([row("a", project, harness, born=born)], coven, tmp_path, read_environ=True) == ()


def test_a_guardian_is_no_harness(tmp_path: Path, project: Path) -> None:
    """It is forked when a piped session starts, and may stand in the project as well."""
    with daemon(tmp_path, [(tmp_path, None)]) as coven:
        (harness,) = harnesses(coven)
        for read_environ in (True, False):
            rows = [row("a", tmp_path, harness)]
            assert match(rows, coven, tmp_path, read_environ=read_environ) == (found("a", harness),)

    del project


def test_what_fits_two_is_left_out(tmp_path: Path, project: Path) -> None:
    """A wrong match would pin one session's end on another."""
    with daemon(tmp_path, [(project, None), (project, None)]) as coven:
        first, _ = harnesses(coven)
        assert match([row("a", project, first)], coven, tmp_path, read_environ=True) == ()

    with daemon(tmp_path, [(project, None)]) as coven:
        (only,) = harnesses(coven)
        rows = [row("a", project, only), row("b", project, only)]
        assert match(rows, coven, tmp_path, read_environ=True) == ()


def test_the_nearer_row_wins_over_one_born_long_before(tmp_path: Path, project: Path) -> None:
    """20 ms are the rule, 2 s the exception; what is taken is not given twice."""
    with daemon(tmp_path, [(project, None)]) as coven:
        (only,) = harnesses(coven)
        rows = [row("near", project, only), row("far", project, only, born=-SECOND)]
        assert match(rows, coven, tmp_path, read_environ=True) == (found("near", only),)


def test_a_harness_that_names_another_session_is_not_taken(tmp_path: Path, project: Path) -> None:
    """It belongs to a row that is not asked about; so does one whose name makes no sense."""
    for name in (named("other"), "no json", '{"id": "session-of-a-run"}'):
        with daemon(tmp_path, [(project, name)]) as coven:
            (harness,) = harnesses(coven)
            assert match([row("a", project, harness)], coven, tmp_path, read_environ=True) == ()


def test_a_child_whose_environment_is_not_there_yet_is_left_for_later(tmp_path: Path, project: Path) -> None:
    """In the middle of its exec it may still turn out to be another session's."""
    code = f"subprocess.Popen(['/bin/sleep', '60'], cwd={str(project)!r}, env={{}})\nrest()"
    with program(["coven", "daemon"], code, tmp_path) as process:
        coven = processes.identity(process.pid)
        assert coven is not None
        (harness,) = until(lambda: harnesses(coven))
        rows = [row("a", project, harness)]
        assert match(rows, coven, tmp_path, read_environ=True) == ()
        assert match(rows, coven, tmp_path, read_environ=False) == (found("a", harness),)


def test_one_that_cannot_be_read_yet_keeps_its_place(tmp_path: Path, project: Path) -> None:
    """Else the row that may be its own would go to the only other process around."""
    start = f"subprocess.Popen(['/bin/sleep', '60'], cwd={str(project)!r}, env="
    with program(["coven", "daemon"], f"{start}{{}})\n{start}dict(os.environ))\nrest()", tmp_path) as process:
        coven = processes.identity(process.pid)
        assert coven is not None
        until(lambda: len(harnesses(coven)) == 2 and processes.environ(harnesses(coven)[1].pid, ()) is not None)
        assert match([row("a", project, harnesses(coven)[0])], coven, tmp_path, read_environ=True) == ()


def test_a_name_that_the_daemon_handed_down_says_nothing(tmp_path: Path, project: Path) -> None:
    """A daemon started by an agent inside a session has that session's name itself."""
    inherited = {"COVEN_MAINTENANCE_PARTICIPANT": named("outer")}
    with daemon(tmp_path, [(project, None)], inherited) as coven:
        (harness,) = harnesses(coven)
        rows = [row("outer", "/elsewhere", harness), row("a", project, harness)]
        assert match(rows, coven, tmp_path, read_environ=True) == (found("a", harness),)


def test_the_first_of_two_with_one_name_is_the_harness(tmp_path: Path, project: Path) -> None:
    """A later one is something it started, that was then adopted."""
    with daemon(tmp_path, [(project, named("a")), (project, named("a"))]) as coven:
        first, second = sorted(harnesses(coven), key=lambda child: (child.started, child.pid))
        assert match([row("a", project, second)], coven, tmp_path, read_environ=True) == (found("a", first),)


def test_only_running_rows_of_coven_itself_have_a_harness(tmp_path: Path, project: Path) -> None:
    """Ended, detached and external ones do not."""
    with daemon(tmp_path, [(project, named("a"))]) as coven:
        (harness,) = harnesses(coven)
        plain = row("a", project, harness)
        others = [replace(plain, status=status) for status in ("completed", "created", "idle", "odd")] + [
            replace(plain, external=True)
        ]
        for other in others:
            assert match([other], coven, tmp_path, read_environ=True) == ()


@pytest.mark.parametrize("root", ["", ".", "shop", "\0", "/nowhere", "//"])
def test_a_row_without_a_real_place_matches_nothing(tmp_path: Path, project: Path, root: str) -> None:
    """A hostile or synthetic row must not catch every process."""
    with daemon(tmp_path, [(project, None)]) as coven:
        (harness,) = harnesses(coven)
        assert match([row("a", root, harness)], coven, tmp_path, read_environ=True) == ()


def test_a_daemon_that_is_gone_has_no_harnesses(tmp_path: Path, project: Path) -> None:
    """Nor has another process of its pid."""
    with daemon(tmp_path, [(project, named("a"))]) as coven:
        rows = [row("a", project, harnesses(coven)[0])]
        assert match(rows, Identity(coven.pid, coven.started + 1), tmp_path, read_environ=True) == ()
        assert match(rows, None, tmp_path, read_environ=True) == ()
        assert match([], coven, tmp_path, read_environ=True) == ()


# `coven run`


@contextmanager
def run(
    directory: Path, project: Path, home: Path | str | None, *, terminal: int | None = None, code: str = HARNESS
) -> Iterator[Identity]:
    """A `coven run` at work."""
    environ = {} if home is None else {"COVEN_HOME": str(home)}
    with program(["coven", "run", "codex"], code, directory, cwd=project, environ=environ, terminal=terminal) as process:
        found = processes.identity(process.pid)
        assert found is not None
        yield found


def of_run(session: str, runner: Identity, *, terminal: bool = False) -> HarnessMatch:
    """The match of its session: its one child is the harness."""
    (harness,) = processes.children(runner.pid)
    return HarnessMatch(session, harness, Owner.COVEN_RUN, terminal, runner)


def test_the_harness_of_a_coven_run_is_its_child(tmp_path: Path, project: Path) -> None:
    """The runner is there just before its row."""
    with run(tmp_path, project, tmp_path) as runner:
        for read_environ in (True, False):
            rows = [row("a", project, runner, born=20 * MILLISECOND)]
            assert match(rows, None, tmp_path, read_environ=read_environ) == (of_run("a", runner),)


def test_a_coven_run_in_a_terminal_is_known_as_such(tmp_path: Path, project: Path) -> None:
    """Somebody sees how it ends."""
    leader, follower = pty.openpty()
    try:
        with run(tmp_path, project, tmp_path, terminal=follower) as runner:
            rows = [row("a", project, runner, born=20 * MILLISECOND)]
            assert match(rows, None, tmp_path, read_environ=True) == (of_run("a", runner, terminal=True),)
    finally:
        os.close(leader)
        os.close(follower)


@pytest.mark.parametrize("born", [-150 * MILLISECOND, 5 * SECOND + 50 * MILLISECOND])
def test_a_coven_run_of_another_time_is_another(tmp_path: Path, project: Path, born: int) -> None:
    """It starts at most 5 s before its row, and not after it."""
    with run(tmp_path, project, tmp_path) as runner:
        assert match([row("a", project, runner, born=born)], None, tmp_path, read_environ=True) == ()


def test_a_coven_run_of_another_home_is_not_taken(tmp_path: Path, project: Path) -> None:
    """COVEN_HOME says whose it is; without a look at it nothing does."""
    with run(tmp_path, project, tmp_path / "other") as runner:
        rows = [row("a", project, runner, born=20 * MILLISECOND)]
        assert match(rows, None, tmp_path, read_environ=True) == ()
        assert match(rows, None, tmp_path, read_environ=False) == (of_run("a", runner),)


def test_a_relative_home_is_relative_to_the_runner(tmp_path: Path, project: Path) -> None:
    """As Coven sees it; a name that is no path is nobody's."""
    for home, matches in (("../h", 1), ("h", 0), ("~nobody-of-that-name/h", 0)):
        with run(tmp_path, project, home) as runner:
            rows = [row("a", project, runner, born=20 * MILLISECOND)]
            assert len(match(rows, None, tmp_path / "h", read_environ=True)) == matches


def test_without_coven_home_it_is_the_default_home(tmp_path: Path, project: Path) -> None:
    """`~/.coven` of this user."""
    default = Path(os.path.realpath(Path.home()), ".coven")
    with run(tmp_path, project, None) as runner:
        rows = [row("a", project, runner, born=20 * MILLISECOND)]
        assert match(rows, None, tmp_path, read_environ=True) == ()
        assert match(rows, None, default, read_environ=True) == (of_run("a", runner),)


def test_the_place_of_a_run_is_its_project(tmp_path: Path, project: Path) -> None:
    """Of two rows of one time, the one above does not dispute it; alone, it may have it."""
    with run(tmp_path, project, tmp_path) as runner:
        above, own = row("above", tmp_path, runner, born=20 * MILLISECOND), row("own", project, runner, born=20 * MILLISECOND)
        assert match([above, own], None, tmp_path, read_environ=True) == (of_run("own", runner),)
        assert match([above], None, tmp_path, read_environ=True) == (of_run("above", runner),)


def test_two_runs_one_after_the_other_are_told_apart(tmp_path: Path, project: Path) -> None:
    """The first is within 5 s of both rows; the narrow window decides."""
    with run(tmp_path, project, tmp_path) as first:
        started = processes.started_wall(first) or 0
        until(lambda: clock.now().wall > started + 450 * MILLISECOND)
        with run(tmp_path, project, tmp_path) as second:
            rows = [row("b", project, second, born=20 * MILLISECOND), row("a", project, first, born=20 * MILLISECOND)]
            assert match(rows, None, tmp_path, read_environ=True) == (of_run("b", second), of_run("a", first))


def test_a_run_without_a_harness_is_no_match(tmp_path: Path, project: Path) -> None:
    """Before it has started one, or after it ended; or when it has two, and nobody knows which."""
    for code in ("rest()", f'subprocess.Popen(["sleep", "60"])\n{HARNESS}'):
        with run(tmp_path, project, tmp_path, code=code) as runner:
            rows = [row("a", project, runner, born=20 * MILLISECOND)]
            assert match(rows, None, tmp_path, read_environ=True) == ()


def test_who_is_to_start_a_session(tmp_path: Path, project: Path) -> None:
    """The run that made the row, as long as it has started nothing; not that of a row which has begun, nor of one from outside."""
    with run(tmp_path, project, tmp_path, code="rest()") as runner:
        made = replace(row("a", project, runner, born=20 * MILLISECOND), status="created")
        for read_environ in (True, False):
            assert starters([made], tmp_path, read_environ=read_environ) == {"a": runner}

        assert starters([made], tmp_path / "other", read_environ=True) == {}
        noted = replace(made, id="noted", created_at=made.created_at + SECOND * 60)
        assert starters([made, noted], tmp_path, read_environ=True) == {"a": runner}
        for other in (replace(made, status="running"), replace(made, external=True), replace(made, project_root="/elsewhere")):
            assert starters([other], tmp_path, read_environ=True) == {}

        assert starters([made, replace(made, id="b", status="running")], tmp_path, read_environ=True) == {}

    with run(tmp_path, project, tmp_path) as runner:
        made = replace(row("a", project, runner, born=20 * MILLISECOND), status="created")
        assert starters([made], tmp_path, read_environ=True) == {}


def test_a_fork_of_a_run_is_no_harness(tmp_path: Path, project: Path) -> None:
    """Before its exec a harness looks like its runner."""
    code = f"if not os.fork():\n    time.sleep(60)\n{HARNESS}"
    with run(tmp_path, project, tmp_path, code=code) as runner:
        until(lambda: len(processes.children(runner.pid)) == 2)
        (harness,) = harnesses(runner)
        rows = [row("a", project, runner, born=20 * MILLISECOND)]
        assert [one.identity for one in match(rows, None, tmp_path, read_environ=True)] == [harness]


def test_daemon_and_run_are_matched_together(tmp_path: Path, project: Path) -> None:
    """Each row once, in the order of the rows."""
    with daemon(tmp_path, [(project, named("a"))]) as coven, run(tmp_path, project, tmp_path) as runner:
        (harness,) = harnesses(coven)
        rows = [row("r", project, runner, born=20 * MILLISECOND), row("a", project, harness)]
        assert match(rows, coven, tmp_path, read_environ=True) == (of_run("r", runner), found("a", harness))


@needs_root
@pytest.mark.parametrize("read_environ", [True, False])
def test_a_coven_run_that_does_not_let_us_look_is_left_out(read_environ: bool) -> None:  # noqa: FBT001
    """One that has changed its user hides place and environment even from that user: no guess is made."""
    with short_directory() as directory:
        code = f"os.setgid({NOBODY})\nos.setuid({NOBODY})\n{HARNESS}"
        with run(directory, directory, directory, code=code) as runner, as_nobody():
            assert processes.is_run(runner.pid)
            rows = [row("a", directory, runner, born=20 * MILLISECOND)]
            assert match(rows, None, directory, read_environ=read_environ) == ()
