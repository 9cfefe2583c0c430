"""The running service: its configuration, its one instance, its end, and a state directory that cannot be used."""

import os
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from rigs.coven import RealCoven
from rigs.inbox import Inbox
from rigs.program import Program, Watch, channel
from waiting import until

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="a mount namespace of its own needs root; run it as root")

FAULTS = [
    ("[probe]\nhealth_intervall = '5s'\n", "health_intervall", "health_interval"),
    ("[probe]\nhealth_interval = '5 parsecs'\n", "health_interval", "90s"),
    ("[probe]\nhealth_interval = 5\n", "health_interval", "unit"),
    ("[severity]\n'daemon.crash' = 'off'\n", "daemon.crash", "daemon.crashed"),
    ("[[channels]]\nname = 'x'\nurl = 'ntfz://topic'\n", "url", "ntfy"),
    ("[[channels]]\nname = 'x'\nurl_env = 'NOT_SET_ANYWHERE'\n", "url_env", "NOT_SET_ANYWHERE"),
    ("homes = [\n", "config.toml", ""),
    ("[digest]\n", "digest", ""),
]


def _fill(directory: Path) -> None:
    """Leave no byte free there."""
    with (directory / "ballast").open("wb", buffering=0) as ballast, suppress(OSError):
        while True:
            ballast.write(bytes(4096))


@pytest.mark.parametrize(("config", "key", "suggestion"), FAULTS)
def test_a_faulty_configuration(coven: RealCoven, config: str, key: str, suggestion: str) -> None:
    """A fault in the configuration ends `run` with 2 and names file, key and what was probably meant."""
    base = coven.base / "watchdog"
    base.mkdir(mode=0o700)
    done = Program(base, config).cli("run")
    assert done.code == 2
    assert "config.toml" in done.err
    assert key in done.err
    assert suggestion in done.err
    assert "Traceback" not in done.err


def test_a_fault_while_running(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """An edit that is faulty is told once; the old configuration stays in force until the edit is mended."""
    coven.start()
    program = watching(coven, '[alerts]\ngroup_interval = "1s"\n')
    good = program.config.read_text(encoding="utf-8")
    program.write(good + "\n[probe]\nhealth_intervall = '5s'\n")
    (letter,) = inbox.wait(1)
    assert letter.kind == "watchdog.config_invalid"
    assert "health_intervall" in letter.body
    coven.kill()
    assert inbox.wait(2)[1].kind == "daemon.crashed"
    program.write(good)
    letters = inbox.wait(3)
    assert letters[2].incident == letters[0].incident


def test_an_edit_takes_effect(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """A channel that an edit adds is told from then on, without a restart."""
    coven.start()
    program = watching(coven, channels="")
    program.write(program.config.read_text(encoding="utf-8") + channel(inbox))
    until(lambda: [row for row in program.json("status")["channels"] if row["name"] == "sink"])
    coven.kill()
    assert inbox.wait(1)[0].kind == "daemon.crashed"


def test_one_instance(coven: RealCoven, watching: Watch) -> None:
    """A second `run` on one state directory ends with 1 and names the first."""
    program = watching(coven, start=False)
    coven.start()
    program.start()
    second = program.cli("run")
    assert second.code == 1
    assert str(program.pid) in second.err


def test_it_ends_cleanly(coven: RealCoven, watching: Watch) -> None:
    """SIGTERM ends it with 0 within its five seconds, and `status` says that it does not run."""
    coven.start()
    program = watching(coven)
    assert program.stop(signal.SIGTERM, 5) == 0
    assert program.json("status")["watchdog"]["running"] is False


def test_two_homes(coven: RealCoven, late_coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """Several homes are watched at once; a message says which one it is about, and the other one stays well."""
    coven.start()
    late_coven.start()
    program = watching(coven, start=False)
    homes = f'[[homes]]\npath = "{coven.home}"\nname = "first"\n[[homes]]\npath = "{late_coven.home}"\nname = "second"\n'
    program.write('name = "devbox"\n' + homes + channel(inbox, min_severity="info"))
    program.start()
    coven.kill()
    (crash,) = inbox.wait(1)
    assert crash.kind == "daemon.crashed"
    assert "first" in crash.text
    assert "second" not in crash.text
    states = {home["name"]: home["daemon"]["state"] for home in program.json("status")["homes"]}
    assert states == {"first": "crashed", "second": "running"}


def test_once(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """`run --once` looks, tells and ends: for cron."""
    coven.start()
    coven.kill()
    program = watching(coven, start=False)
    program.start("--once", armed=False)
    assert program.wait() == 0
    assert inbox.wait(1)[0].kind == "daemon.crashed"


def test_notify_test_goes_through_the_service(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """`notify test` puts a row into the running service's outbox, and the service sends it."""
    coven.start()
    program = watching(coven)
    assert program.cli("notify", "test").code == 0
    inbox.wait(1)
    entries = program.json("notify", "log")["notifications"]
    assert [(entry["reason"], entry["channel"]) for entry in entries] == [("test", "sink")]


def test_the_log_holds_no_secret(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """A channel's URL with its secrets is in no log line, status, database or process table."""
    coven.start()
    secret = "hunter2hunter2"
    url = inbox.url.replace("127.0.0.1", f"user:{secret}@127.0.0.1") + f"?+X-Token={secret}"
    program = watching(coven, channels=f'[[channels]]\nname = "sink"\nurl = "{url}"\nmin_severity = "info"\n')
    inbox.answer = 500
    coven.kill()
    until(lambda: program.rows("SELECT 1 FROM attempt"))
    printed = [program.cli(*command) for command in (["status", "--json"], ["notify", "log", "--json"], ["config", "show"])]
    program.stop()
    kept = [path.read_bytes().decode(errors="replace") for path in program.state.iterdir()]
    assert not [text for text in (program.said, *kept, *(done.out + done.err for done in printed)) if secret in text]


def test_check_speaks_the_plugin_words(coven: RealCoven, watching: Watch) -> None:
    """`check` needs no service: 0 while all is well, 2 for a daemon that died under a session, and it changes nothing."""
    program = watching(coven, start=False)
    coven.start()
    coven.launch("sleep")
    coven.harness("sleep")
    assert program.cli("check").code == 0
    coven.kill()
    assert program.cli("check").code == 2
    assert (coven.home / "daemon.json").exists()


def test_a_damaged_database(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """A database that is none is moved aside and kept, that is told, and watching goes on."""
    coven.start()
    program = watching(coven, start=False)
    program.state.mkdir(mode=0o700)
    garbage = os.urandom(8192)
    (program.state / "watchdog.sqlite3").write_bytes(garbage)
    program.start()
    inbox.until(lambda letters: any(letter.kind == "watchdog.store_damaged" for letter in letters))
    assert [path for path in program.state.iterdir() if path.read_bytes() == garbage]
    coven.kill()
    inbox.until(lambda letters: any(letter.kind == "daemon.crashed" for letter in letters))


@needs_root
def test_a_read_only_state_directory(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """Where nothing can be written, alerts still come and say that they are not recorded."""
    coven.start()
    program = watching(coven, start=False)
    program.state.mkdir(mode=0o700)
    program.start(armed=False, before=f"mount --bind {program.state} {program.state}; mount -o remount,ro,bind {program.state}")
    inbox.until(lambda letters: any(letter.kind == "watchdog.store_damaged" for letter in letters))
    coven.kill()
    letters = inbox.until(lambda letters: any(letter.kind == "daemon.crashed" for letter in letters))
    assert "not recorded" in letters[-1].text.lower()


@needs_root
def test_a_full_disk(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """When the disk fills up under it, alerts still come and say that they are not recorded."""
    coven.start()
    program = watching(coven, start=False)
    program.state.mkdir(mode=0o700)
    program.start(armed=False, before=f"mount -t tmpfs -o size=2m,mode=700 none {program.state}")
    inside = Path(f"/proc/{program.pid}/root{program.state}")
    until((inside / "watchdog.sqlite3").exists)
    _fill(inside)
    coven.kill()
    letters = inbox.until(lambda letters: any(letter.kind == "daemon.crashed" for letter in letters))
    assert "not recorded" in letters[-1].text.lower()
