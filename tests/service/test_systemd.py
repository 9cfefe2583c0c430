"""The service under systemd: what is asked of it, what is written, and what its answers mean. Its programs are little scripts."""

from pathlib import Path

import pytest

from coven_watchdog.errors import NoManagerError, WatchdogError
from coven_watchdog.model.words import Change, ServiceCondition
from coven_watchdog.service.commands import System
from coven_watchdog.service.surroundings import Surroundings
from coven_watchdog.service.systemd import NAME, Systemd
from service.conftest import Programs, python

ANSWERS = ("* --property=Version", 0, "Version=252.38-1~deb12u1\n")
UNKNOWN = ("*show*FragmentPath*", 0, "LoadState=not-found\nActiveState=inactive\nFragmentPath=\n")
RUNNING = """LoadState=loaded
ActiveState=active
SubState=running
UnitFileState=enabled
MainPID=4711
ActiveEnterTimestamp=Thu 1970-01-01 00:01:00 UTC
StatusText=watching 1 home · sessions=3
NRestarts=2
Result=success
FragmentPath=
"""
KNOWN = ("*show*FragmentPath*", 0, RUNNING)


def _made(programs: Programs, home: Path, *answers: tuple[str, int, str], linger: str = "Linger=no", **env: str) -> Systemd:
    programs.add("systemctl", *answers, ANSWERS, UNKNOWN)
    programs.add("loginctl", ("show-user*", 0 if linger else 1, linger))
    surroundings = Surroundings(programs.env(home, **env))
    return Systemd(surroundings, python, System(surroundings.env))


def _asked(programs: Programs) -> list[str]:
    """What was asked for, without the questions."""
    verbs = [call.removeprefix("systemctl --user ") for call in programs.calls if call.startswith("systemctl --user ")]
    return [verb for verb in verbs if not verb.startswith("show ")]


def test_install(programs: Programs, home: Path) -> None:
    """The unit is written, read and enabled, not started; and it is said what lingering means here."""
    service = _made(programs, home)
    done = service.install()
    assert (done.path, done.change) == (home / ".config/systemd/user" / NAME, Change.INSTALLED)
    assert done.path.read_text(encoding="utf-8") == service.rendered()
    assert '"/opt/python" "-P" "-m" "coven_watchdog" "run"' in service.rendered()
    assert _asked(programs) == ["daemon-reload", f"enable {NAME}"]
    assert "loginctl enable-linger" in done.notes[0]


def test_install_again(programs: Programs, home: Path) -> None:
    """Twice is unchanged; with another PATH it is updated. Drop-ins stay, and are named."""
    assert _made(programs, home).install().change is Change.INSTALLED
    drop_in = home / ".config/systemd/user" / f"{NAME}.d" / "override.conf"
    drop_in.parent.mkdir()
    drop_in.write_text("[Service]\nNice=5\n")
    again = _made(programs, home, linger="Linger=yes").install()
    assert (again.change, again.notes) == (Change.UNCHANGED, (f"kept: {drop_in}",))
    other = _made(programs, home, PATH=f"{programs.folder}:/other")
    there = other.installed()
    assert there is not None
    assert (there.ours, there.edited, there.current, there.drop_ins) == (True, False, False, (drop_in,))
    assert other.install().change is Change.UPDATED
    assert other.installed() == there.__class__(there.path, ours=True, edited=False, current=True, drop_ins=(drop_in,))
    assert drop_in.exists()


NOBODY = "Failed to get user: User ID 1000 is not logged in or lingering"


@pytest.mark.parametrize(
    ("linger", "said"),
    [("", "is not known"), ("Linger=no", "enable-linger"), (NOBODY, "enable-linger"), ("Linger=yes", "")],
)
def test_lingering(programs: Programs, home: Path, linger: str, said: str) -> None:
    """Off, on, and not known where no login manager answers."""
    notes = _made(programs, home, linger=linger).install().notes
    assert bool(notes) is bool(said)
    assert said in "".join(notes)


def test_a_foreign_unit(programs: Programs, home: Path) -> None:
    """A unit that somebody else wrote, a masked one, and one of ours that was changed by hand are neither overwritten nor removed."""
    service = _made(programs, home)
    service.install()
    edited = service.path.read_text(encoding="utf-8") + "Nice=5\n"
    for text in ("[Service]\nExecStart=/bin/true\n", edited):
        service.path.write_text(text, encoding="utf-8")
        with pytest.raises(WatchdogError, match="stays as it is"):
            service.install()

        assert service.path.read_text(encoding="utf-8") == text

    service.path.unlink()
    service.path.symlink_to("/dev/null")
    for refused in (service.install, service.uninstall):
        with pytest.raises(WatchdogError, match="was not written by this command"):
            refused()

    assert service.path.is_symlink()


def test_a_unit_elsewhere(programs: Programs, home: Path) -> None:
    """One of that name from the machine or a package is not hidden by ours."""
    theirs = RUNNING.replace("FragmentPath=", f"FragmentPath=/usr/lib/systemd/user/{NAME}")
    service = _made(programs, home, ("*show*FragmentPath*", 0, theirs))
    with pytest.raises(WatchdogError, match=f"already: /usr/lib/systemd/user/{NAME}"):
        service.install()

    assert not service.path.exists()


def test_a_folder_that_cannot_be_written(programs: Programs, home: Path) -> None:
    """It is said which, and nothing is asked of systemd."""
    (home / ".config").write_text("")
    with pytest.raises(WatchdogError) as raised:
        _made(programs, home).install()

    assert raised.value.where.startswith(str(home / ".config"))
    assert _asked(programs) == []


def test_a_folder_that_systemd_does_not_read(programs: Programs, home: Path) -> None:
    """A new file that systemd refuses is taken back; where the shell's XDG_CONFIG_HOME moved it, that is said."""
    refuses = (f"--user enable {NAME}", 1, "Failed to enable unit: Unit file does not exist.")
    service = _made(programs, home, refuses, XDG_CONFIG_HOME=str(home / "elsewhere"))
    with pytest.raises(WatchdogError, match="does not exist") as raised:
        service.install()

    assert "XDG_CONFIG_HOME" in raised.value.next_step
    assert not service.path.exists()
    usual = _made(programs, home)
    usual.install()
    with pytest.raises(WatchdogError) as other:
        _made(programs, home, refuses).install()

    assert other.value.next_step == ""
    assert usual.path.exists()


def test_the_same_unit_by_another_path(programs: Programs, home: Path) -> None:
    """Where the home is reached over a link, systemd may name the unit by its real path: it is the same."""
    (home / "real").mkdir()
    (home / "link").symlink_to("real")
    known = RUNNING.replace("FragmentPath=", f"FragmentPath={home}/real/.config/systemd/user/{NAME}")
    assert _made(programs, home / "link", ("*show*FragmentPath*", 0, known)).install().change is Change.INSTALLED


def test_uninstall(programs: Programs, home: Path) -> None:
    """It is stopped, disabled and gone, drop-ins are not; a second time there is nothing. One changed by hand is still ours to remove."""
    service = _made(programs, home)
    assert service.installed() is None
    assert not service.uninstall()
    service.install()
    service.path.write_text(service.rendered() + "Nice=5\n", encoding="utf-8")
    drop_in = service.path.with_name(f"{NAME}.d") / "x.conf"
    drop_in.parent.mkdir()
    drop_in.write_text("")
    before = len(_asked(programs))
    assert service.uninstall()
    assert _asked(programs)[before:] == [f"disable --now {NAME}", "daemon-reload", f"reset-failed {NAME}"]
    assert not service.path.exists()
    assert drop_in.exists()
    assert not service.uninstall()


def test_start_stop_restart(programs: Programs, home: Path) -> None:
    """Each is systemd's own word; a start forgives an exhausted start limit first, as somebody wants it now."""
    service = _made(programs, home, KNOWN)
    service.start()
    service.restart()
    service.stop()
    assert _asked(programs) == [
        f"reset-failed {NAME}",
        f"start {NAME}",
        f"reset-failed {NAME}",
        f"restart {NAME}",
        f"stop {NAME}",
    ]


def test_not_installed(programs: Programs, home: Path) -> None:
    """What is not there is neither started nor stopped; it says how to have it."""
    service = _made(programs, home)
    for asked in (service.start, service.stop, service.restart):
        with pytest.raises(WatchdogError, match="not installed") as raised:
            asked()

        assert raised.value.next_step == "coven-watchdog service install"

    assert _asked(programs) == []


@pytest.mark.parametrize(
    ("journal", "said"),
    [
        ("Starting…\nerror: /c.toml:3: channels: it is wrong\n next: mend it\nFailed.\n", "/c.toml:3: channels: it is wrong"),
        ("Starting…\n", "Job failed. See more."),
    ],
)
def test_it_does_not_come_up(programs: Programs, home: Path, journal: str, said: str) -> None:
    """Its own last error is told, where the journal has one; else what systemd says."""
    service = _made(programs, home, KNOWN, (f"--user start {NAME}", 1, "Job failed.\nSee more.\n"))
    programs.add("journalctl", ("*--since=@*", 0, journal))
    with pytest.raises(WatchdogError) as raised:
        service.start()

    assert raised.value.message == f"the service did not come up: {said}"
    assert raised.value.next_step == "coven-watchdog service logs"


def test_it_does_not_come_up_and_nobody_says_why(programs: Programs, home: Path) -> None:
    """Then its exit code is told; so it is of anything else that systemd refuses."""
    service = _made(programs, home, KNOWN, (f"--user start {NAME}", 3, ""), (f"--user stop {NAME}", 5, ""))
    with pytest.raises(WatchdogError, match="exit code 3"):
        service.start()

    with pytest.raises(WatchdogError, match=rf"systemctl --user stop {NAME}: exit code 5"):
        service.stop()


def test_state(programs: Programs, home: Path) -> None:
    """What systemd knows, as it stands; a line of the program's own may hold an equals sign."""
    state = _made(programs, home, KNOWN, linger="Linger=yes").state()
    assert (state.condition, state.enabled, state.pid, state.since) == (ServiceCondition.RUNNING, True, 4711, 60_000_000)
    assert (state.says, state.restarts, state.trouble, state.lingering) == ("watching 1 home · sessions=3", 2, "", True)
    assert state.path == home / ".config/systemd/user" / NAME
    bare = _made(programs, home, linger="").state()
    assert (bare.condition, bare.enabled, bare.pid, bare.lingering) == (ServiceCondition.NOT_INSTALLED, False, None, None)


@pytest.mark.parametrize("answers", [[("* --property=Version", 1, "Failed to connect to bus")], [("*", 0, "nonsense")]])
def test_nobody_answers(programs: Programs, home: Path, answers: list[tuple[str, int, str]]) -> None:
    """Nothing is written, and it says that no manager answers; so it does of an answer that is none."""
    service = _made(programs, home, *answers)
    for asked in (service.reach, service.install, service.uninstall, service.start, service.stop, service.state):
        with pytest.raises(NoManagerError):
            asked()

    assert not service.path.exists()


def test_it_is_rendered_without_a_manager(programs: Programs, home: Path) -> None:
    """What would be written needs only the version of the program systemctl, and without that what every systemd takes."""
    programs.add("systemctl", ("--version", 0, "systemd 257 (257.13-1)\n+PAM\n"))
    surroundings = Surroundings(programs.env(home))
    assert "\nRestartSteps=" in Systemd(surroundings, python, System(surroundings.env)).rendered()
    (programs.folder / "systemctl").unlink()
    assert "\n#RestartSteps=" in Systemd(surroundings, python, System(surroundings.env)).rendered()


def test_another_folder_for_configuration(programs: Programs, home: Path) -> None:
    """XDG_CONFIG_HOME moves the units, too, when it is one."""
    assert _made(programs, home, XDG_CONFIG_HOME="/x").path == Path("/x/systemd/user") / NAME
    assert _made(programs, home, XDG_CONFIG_HOME="x").path == home / ".config/systemd/user" / NAME


def test_logs(programs: Programs, home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The journal is shown as it is, with journalctl's exit code; without journalctl it says so."""
    service = _made(programs, home)
    with pytest.raises(WatchdogError, match="no journalctl"):
        service.logs(follow=False, lines=5)

    programs.add("journalctl", ("*--follow*", 0, "new line\n"), ("*", 1, "No journal files were found.\n"))
    assert service.logs(follow=True, lines=5) == 0
    assert service.logs(follow=False, lines=7) == 1
    shown = capfd.readouterr()
    assert (shown.out, shown.err) == ("new line\n", "No journal files were found.\n")
    assert [call for call in programs.calls if call.startswith("journalctl")][1] == (
        f"journalctl --user --user-unit={NAME} --lines=7 --no-pager"
    )
