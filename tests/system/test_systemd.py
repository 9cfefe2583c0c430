"""At home as a service: a real systemd user manager runs the installed wheel, from its set-up to its removal. In order, on one set-up."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rigs.at_home import UNIT, AtHome, at_home
from waiting import until

pytestmark = pytest.mark.xdist_group("systemd")

SECRET = "hunter2hunter2"
FAULTY = "[probe]\nhealth_intervall = '5s'\n"
NEWER = "99.0.0"
# What systemd asks of a service that root starts: a user's is not root, and has no capabilities that could be taken away.
OF_A_USER = ("UserOrDynamicUser", "SupplementaryGroups", "CapabilityBoundingSet_")


@pytest.fixture(scope="module")
def home(coven_program: Path) -> Iterator[AtHome]:
    """Set up as a user would, with a sink and a desktop, on a Coven that runs. What the user wants otherwise: less patience."""
    with at_home(coven_program) as rig:
        rig.manager.drop_in(UNIT, "hasty", WatchdogSec="5s", TimeoutAbortSec="1s", TimeoutStopSec="5s", RestartSec="100ms")
        rig.coven.start()
        done = rig.app("setup", "--channel", "-", text=f"{rig.inbox.url}\ndesktop://\n")
        assert done.code == 0, done
        yield rig
        sys.stdout.write(rig.said())


def test_set_up(home: AtHome) -> None:
    """One command: the service is active and comes with the session, systemd shows what it does, and each channel was tried."""
    known = home.show()
    assert (known["ActiveState"], known["UnitFileState"], known["Type"]) == ("active", "enabled", "notify")
    assert known["StatusText"]
    assert f'Status: "{known["StatusText"]}"' in home.manager.systemctl("status", UNIT).out
    assert home.json("status")["watchdog"]["pid"] == int(known["MainPID"])
    assert len(home.inbox.wait(1)) == 1
    assert len(home.desktop.shown(1)) == 1


def test_the_unit(home: AtHome) -> None:
    """With what was made of the wheel's unit systemd finds no fault, and the service may do little."""
    assert list(home.app.file("coven_watchdog").rglob(UNIT))
    verified = home.manager.user("systemd-analyze", "--user", "verify", home.unit)
    assert (verified.code, verified.out, verified.err) == (0, "", "")
    status = Path(f"/proc/{home.pid}/status").read_text(encoding="utf-8")
    assert "NoNewPrivs:\t1" in status
    assert "CapEff:\t0000000000000000" in status
    assert home.exposure(OF_A_USER) < 5.0


def test_a_crash_of_coven(home: AtHome) -> None:
    """A daemon that dies under a session is told everywhere: the service sees other processes, and reaches the session bus."""
    home.coven.launch("sleep=300")
    home.coven.harness("sleep=300")
    until(lambda: home.json("status")["homes"][0]["sessions"]["live"] == 1)
    home.desktop.clear()
    home.coven.kill()
    crash = home.inbox.until(lambda letters: letters[-1].kind == "daemon.crashed")[-1]
    assert "1 session" in crash.title
    (popup,) = home.desktop.shown(1)
    assert popup["urgency"] == "CRITICAL"
    home.coven.start()
    home.inbox.until(lambda letters: letters[-1].incident == crash.incident and letters[-1].token != crash.token)


def test_a_test_message(home: AtHome) -> None:
    """`notify test` is sent by the service."""
    before = len(home.inbox.letters)
    done = home.app("notify", "test")
    assert done.code == 0, done
    assert "Sent by the running service" in done.err
    assert len(home.inbox.wait(before + 1)) == before + 1
    newest = home.json("notify", "log")["notifications"][0]
    assert (newest["reason"], newest["state"]) == ("test", "sent")


def test_the_journal(home: AtHome) -> None:
    """What it says is read as one line each, with its priority: a configuration that is refused stands among the warnings."""
    with home.instead(home.config, home.config.read_text(encoding="utf-8") + FAULTY):
        assert home.manager.systemctl("reload", UNIT).code == 0
        until(lambda: [line for line in home.lines("--priority", "warning") if "health_intervall" in line["MESSAGE"]])

    until(lambda: not home.json("incidents", "--open")["incidents"])
    lines = home.lines(f"_PID={home.pid}")
    assert {line["PRIORITY"] for line in lines} >= {"4", "6"}
    assert not [line for line in lines if line["MESSAGE"].startswith("<")]


def test_killed(home: AtHome) -> None:
    """After kill -9 it is back."""
    pid = home.pid
    os.kill(pid, signal.SIGKILL)
    assert int(home.back(pid)["NRestarts"]) > 0


def test_stopped(home: AtHome) -> None:
    """A process that was stopped gives no sign of life: systemd kills it in the time that a drop-in sets, and it is back."""
    pid = home.pid
    os.kill(pid, signal.SIGSTOP)
    home.back(pid)
    assert [line for line in home.lines() if "Watchdog timeout" in line["MESSAGE"]]


def test_a_loop_that_hangs(home: AtHome) -> None:
    """It ends itself, with where it stood in the journal, and is back."""
    pid = home.hang()
    home.back(pid)
    stacks = [line["MESSAGE"] for line in home.lines(f"_PID={pid}")]
    assert [line for line in stacks if "the event loop has not run" in line]
    assert [line for line in stacks if "hang_on_demand.py" in line]
    assert [line for line in stacks if line.startswith('Task "')]


def test_a_credential(home: AtHome) -> None:
    """A channel's address out of a credential works, and stands nowhere but in its file."""
    secret = home.user.home / "phone.url"
    home.write(secret, home.inbox.url.replace("127.0.0.1", f"user:{SECRET}@127.0.0.1"))
    table = '[[channels]]\nname = "phone"\nurl_file = "$CREDENTIALS_DIRECTORY/phone"\n'
    home.write(home.config, home.config.read_text(encoding="utf-8") + table)
    home.manager.drop_in(UNIT, "phone", LoadCredential=f"phone:{secret}")
    assert home.app("service", "restart").code == 0
    before = len(home.inbox.letters)
    assert home.app("notify", "test", "--channel", "phone").code == 0
    home.inbox.wait(before + 1)
    assert SECRET not in home.everything(but=secret)


def test_it_ends_in_time(home: AtHome) -> None:
    """A channel that never answers does not hold up its end: systemd need not kill it."""
    home.inbox.hang()
    with home.user.spawn(home.app.command, "notify", "test", "--channel", "webhook") as waiting:
        until(lambda: home.inbox.hanging)
        assert home.app("service", "stop").code == 0
        waiting.terminate()

    known = home.show()
    assert (known["ActiveState"], known["Result"], known["ExecMainStatus"]) == ("inactive", "success", "0")
    home.inbox.go_on()
    assert home.app("service", "start").code == 0


def test_an_upgrade(home: AtHome) -> None:
    """The wheel is replaced under it: it comes back as the new version by itself, and tells the next crash."""
    pid = home.pid
    home.app.replace(NEWER)
    home.back(pid)
    assert home.json("status")["watchdog"]["version"] == NEWER
    until(lambda: home.json("status")["homes"][0]["daemon"]["state"] == "running")
    before = len(home.inbox.letters)
    home.coven.kill()
    letters = home.inbox.wait(before + 1)
    assert "daemon.crashed" in {letter.kind for letter in letters[before:]}


def test_installed_again(home: AtHome) -> None:
    """A second installation changes nothing and keeps drop-ins; over a unit of that name that somebody else wrote there is none."""
    again = home.app("service", "install")
    assert again.code == 0, again
    assert f"kept: {home.unit}.d/hasty.conf" in again.err
    with home.instead(home.unit, "[Service]\nExecStart=/bin/true\n"):
        done = home.app("service", "install")
        assert done.code == 1
        assert str(home.unit) in done.err


def test_who_has_no_session(home: AtHome) -> None:
    """What a login sets is not there under cron or su: the manager is found all the same; where none is, that is said, with what to do."""
    found = home.user(home.app.command, "service", "status", env={"XDG_RUNTIME_DIR": "", "DBUS_SESSION_BUS_ADDRESS": ""})
    assert found.code == 0, found
    none = home.user(home.app.command, "service", "status", env={"XDG_RUNTIME_DIR": "/tmp", "DBUS_SESSION_BUS_ADDRESS": ""})
    assert none.code == 1
    assert "no service manager answers" in none.err


def test_gone(home: AtHome) -> None:
    """`uninstall` takes the service away and says what is kept and where; `--purge` asks first, and removes that, too."""
    done = home.app("service", "uninstall")
    assert done.code == 0, done
    assert (home.unit.exists(), home.show()["LoadState"]) == (False, "not-found")
    kept = (home.config.parent, home.state, home.unit.with_name(f"{UNIT}.d"))
    assert all(folder.exists() and str(folder).replace(str(home.user.home), "~") in done.out for folder in kept)
    assert home.app("service", "uninstall", "--purge").code == 2, "there is nobody to ask"
    assert all(folder.exists() for folder in kept)
    assert home.app("service", "uninstall", "--purge", "--yes").code == 0
    assert not any(folder.exists() for folder in kept)
