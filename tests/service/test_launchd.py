"""The service under launchd: what is asked of it and what is written, with a launchctl that is a little script. No Mac was asked."""

import os
from pathlib import Path

import pytest

from coven_watchdog.errors import NoManagerError, WatchdogError
from coven_watchdog.model.words import Change, ServiceCondition
from coven_watchdog.service.agent import LABEL
from coven_watchdog.service.commands import System
from coven_watchdog.service.launchd import Launchd
from coven_watchdog.service.surroundings import Surroundings
from plists import faults
from service.conftest import Programs, python

DOMAIN = f"gui/{os.geteuid()}"
JOB = f"{DOMAIN}/{LABEL}"
RUNNING = f"""{JOB} = {{
\tactive count = 1
\tstate = running
\tpid = 4711
\truns = 3
\tlast exit code = (never exited)
\tendpoints = {{
\t\tstate = other
\t}}
}}
"""
STOPPED = f"{JOB} = {{\n\tstate = not running\n\truns = 1\n\tlast exit code = 0\n}}\n"
ABSENT = (f"print {JOB}", 113, "Could not find service")


def _made(programs: Programs, home: Path, *answers: tuple[str, int, str]) -> Launchd:
    programs.add("launchctl", *answers)
    surroundings = Surroundings(programs.env(home))
    return Launchd(surroundings, python, System(surroundings.env), 0.3)


def _then(programs: Programs, verb: str, line: str) -> None:
    """From when `verb` is called on, the first answer is `line`."""
    script = (programs.folder / "launchctl").read_text()
    change = f'case "$*" in {verb}*) echo "{line}" >"$here/launchctl.answers";; esac\nwhile IFS='
    (programs.folder / "launchctl").write_text(script.replace("while IFS=", change, 1))


def _asked(programs: Programs) -> list[str]:
    """What was asked for, without the questions."""
    calls = [call.removeprefix("launchctl ") for call in programs.calls]
    return [call for call in calls if not call.startswith("print")]


def test_install(programs: Programs, home: Path) -> None:
    """The property list is written and passes the strict judge, the folder of its log is made, nothing is started; twice is unchanged."""
    service = _made(programs, home, ABSENT)
    done = service.install()
    assert (done.path, done.change) == (home / "Library/LaunchAgents" / f"{LABEL}.plist", Change.INSTALLED)
    assert faults(done.path.read_bytes()) == []
    assert (home / "Library/Logs/coven-watchdog").is_dir()
    assert _asked(programs) == [f"enable {JOB}"]
    assert service.install().change is Change.UNCHANGED
    found = service.installed()
    assert found is not None
    assert (found.ours, found.edited, found.current, found.drop_ins) == (True, False, True, ())


def test_a_foreign_agent(programs: Programs, home: Path) -> None:
    """One that somebody else wrote stays."""
    service = _made(programs, home, ABSENT)
    service.path.parent.mkdir(parents=True)
    service.path.write_text("<plist/>")
    for refused in (service.install, service.uninstall):
        with pytest.raises(WatchdogError, match="was not written by this command"):
            refused()

    assert service.path.read_text() == "<plist/>"


def test_start_loads(programs: Programs, home: Path) -> None:
    """A job that is not loaded is loaded, which starts it; that it does not come up is told."""
    service = _made(programs, home, ABSENT, ("bootstrap*", 5, "Bootstrap failed: 5: Input/output error"))
    with pytest.raises(WatchdogError, match="not installed"):
        service.start()

    service.install()
    with pytest.raises(WatchdogError, match=r"launchctl bootstrap: Bootstrap failed: 5"):
        service.start()

    assert _asked(programs)[-1] == f"bootstrap {DOMAIN} {service.path}"


def test_it_comes_up_or_does_not(programs: Programs, home: Path) -> None:
    """A start waits until launchd calls it running; one that does not come up, or does not end, is told with where to look."""
    service = _made(programs, home, ABSENT, ("never", 0, RUNNING))
    service.install()
    with pytest.raises(WatchdogError, match="did not come up") as raised:
        service.start()

    assert raised.value.next_step == "coven-watchdog service logs"
    _then(programs, "bootstrap", f"print {JOB}|0|launchctl.1")
    service.start()
    with pytest.raises(WatchdogError, match="did not end"):
        service.restart()

    assert service.drop_ins == ()


def test_start_of_a_loaded_one(programs: Programs, home: Path) -> None:
    """One that is loaded is only started."""
    service = _made(programs, home, (f"print {JOB}", 0, RUNNING))
    service.install()
    service.start()
    assert _asked(programs)[-1] == f"kickstart {JOB}"


def test_stop_and_uninstall(programs: Programs, home: Path) -> None:
    """Both unload it, and wait until launchd has forgotten it; a stopped one has nothing to unload."""
    service = _made(programs, home, (f"print {JOB}", 0, RUNNING))
    service.install()
    _then(programs, "bootout", f"print {JOB}|113|launchctl.0")
    service.stop()
    assert _asked(programs)[-1] == f"bootout {JOB}"
    assert service.state().condition is ServiceCondition.STOPPED
    before = len(_asked(programs))
    assert service.uninstall()
    assert not service.uninstall()
    assert len(_asked(programs)) == before
    assert service.state().condition is ServiceCondition.NOT_INSTALLED


@pytest.mark.parametrize(
    ("printed", "condition", "trouble"),
    [
        (RUNNING, ServiceCondition.RUNNING, ""),
        (STOPPED, ServiceCondition.STOPPED, ""),
        (STOPPED.replace("code = 0", "code = 2"), ServiceCondition.FAILED, "exit-code 2"),
        (STOPPED.replace("code = 0", "code = 78: EX_CONFIG"), ServiceCondition.FAILED, "exit-code 78"),
        (
            STOPPED.replace("\tlast exit code = 0", "\tlast terminating signal = Killed: 9"),
            ServiceCondition.FAILED,
            "signal Killed: 9",
        ),
        (STOPPED.replace("not running", "spawn scheduled"), ServiceCondition.WAITING, ""),
    ],
)
def test_state(programs: Programs, home: Path, printed: str, condition: ServiceCondition, trouble: str) -> None:
    """What `launchctl print` says of the job itself, not of what it lists below."""
    state = _made(programs, home, (f"print {JOB}", 0, printed)).state()
    assert (state.condition, state.trouble) == (condition, trouble)
    assert state.pid == (4711 if condition is ServiceCondition.RUNNING else None)
    assert state.restarts == (2 if condition is ServiceCondition.RUNNING else 0)


@pytest.mark.parametrize(
    ("said", "enabled"), [("", True), (f'\t"{LABEL}" => disabled\n', False), (f'\t"{LABEL}" => enabled\n', True)]
)
def test_enabled(programs: Programs, home: Path, said: str, enabled: bool) -> None:  # noqa: FBT001 - a table
    """It loads at each login unless somebody disabled it."""
    service = _made(programs, home, ABSENT, (f"print-disabled {DOMAIN}", 0, said))
    service.install()
    assert service.state().enabled is enabled


def test_nobody_answers(programs: Programs, home: Path) -> None:
    """Without a desktop session, and without launchctl, it says so; nothing is written."""
    with pytest.raises(NoManagerError, match="no desktop session"):
        _made(programs, home, (f"print {DOMAIN}", 125, "Domain does not support specified action")).install()

    (programs.folder / "launchctl").unlink()
    surroundings = Surroundings(programs.env(home))
    service = Launchd(surroundings, python, System(surroundings.env))
    with pytest.raises(NoManagerError, match="no launchctl"):
        service.state()

    assert not service.path.exists()


def test_logs(programs: Programs, home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Both files are shown, as far as they are there."""
    service = _made(programs, home, ABSENT)
    with pytest.raises(WatchdogError, match="no log yet"):
        service.logs(follow=False, lines=5)

    service.install()
    folder = home / "Library/Logs/coven-watchdog"
    (folder / "watchdog.log").write_text("line\n")
    programs.add("tail", ("*", 0, "line\n"))
    assert service.logs(follow=True, lines=5) == 0
    assert capfd.readouterr().out == "line\n"
    assert programs.calls[-1] == f"tail -n 5 -F {folder}/watchdog.log"
