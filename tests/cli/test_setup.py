"""`setup`: from nothing to being watched."""

import subprocess
import tomllib
from contextlib import ExitStack
from typing import Any

import pytest

from cli.conftest import Cli
from cli.typing_in import talk
from coven_watchdog.cli.setup import _served
from coven_watchdog.cli.terms import Terms
from coven_watchdog.errors import WatchdogError
from coven_watchdog.model.words import Change, ServiceCondition
from report.filled import fill
from rigs.desktop import desktop_rig
from rigs.sinks import hanging, http_sink
from service_stand import Stand
from waiting import until

ALONE = ("setup", "--no-service")


def _channels(cli: Cli) -> list[dict[str, Any]]:
    channels: list[dict[str, Any]] = tomllib.loads(cli.config.read_text(encoding="utf-8"))["channels"]
    return channels


def _changed(cli: Cli) -> bool:
    return cli.config.parent.exists() or cli.database.exists()


def test_channels_from_standard_input(cli: Cli) -> None:
    """Addresses come one a line, are named by their services, tried, and stand in a private file; none is shown."""
    with http_sink() as sink:
        given = f"# mine\n{sink.url}s3cr3t\n\n  ntfy://127.0.0.1:{sink.port}/s3cr3t\n"
        done = cli(*ALONE, "--channel", "-", "--quiet-hours", "22:00-07:00", given=given)

    assert (done.code, done.err) == (0, "")
    assert [one["name"] for one in _channels(cli)] == ["webhook", "ntfy"]
    assert cli.config.stat().st_mode & 0o777 == 0o600
    assert len(cli.config.read_text(encoding="utf-8").splitlines()) <= 15
    assert len(sink.got) == 2
    assert done.out.count("a test message was sent") == 2
    assert "You are told on webhook and ntfy" in done.out
    assert "coven-watchdog run" in done.out, "without a service, who starts it is said"
    assert "s3cr3t" not in done.out


def test_a_second_time_changes_nothing(cli: Cli) -> None:
    """The same again adds nothing, sends nothing and says so; another channel is added to what is there."""
    with http_sink() as sink:
        cli(*ALONE, "--channel", "-", given=sink.url)
        before = cli.config.read_text(encoding="utf-8")
        again = cli(*ALONE, "--channel", "-", given=sink.url)
        document = cli(*ALONE, "--json").document
        assert cli.config.read_text(encoding="utf-8") == before
        assert len(sink.got) == 1
        third = cli(*ALONE, "--channel", "-", given=f"{sink.url}\n{sink.url}more\n")

    assert "Everything is set up already; nothing was changed." in again.out
    assert (again.code, document["changed"], document["config_change"]) == (0, False, "unchanged")
    assert document["channels"] == [
        {
            "name": "webhook",
            "url": f"json://127.0.0.1:{sink.port}",
            "added": False,
            "leaves": True,
            "state": None,
            "error": None,
            "doubt": None,
        }
    ]
    assert cli.config.read_text(encoding="utf-8").startswith(before)
    assert [one["name"] for one in _channels(cli)] == ["webhook", "webhook-2"]
    assert "added to; what was there stays" in third.out


def test_an_address_that_is_known_elsewhere(cli: Cli) -> None:
    """One that is kept in a file or a variable is not added a second time; one that cannot be had counts as a channel."""
    cli.configure('[[channels]]\nname = "a"\nurl_env = "GIVEN"\n[[channels]]\nname = "b"\nurl_env = "NOT_SET"\n')
    done = cli(*ALONE, "--json", "--channel", "json://127.0.0.1:1/x", env={"GIVEN": "json://127.0.0.1:1/x"})
    assert (done.code, done.document["changed"]) == (0, False)
    assert [one["url"] for one in done.document["channels"]] == ["json://127.0.0.1:1/****", None]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("discrod://s3cr3t/b\n", "did you mean discord://?"),
        ("json://127.0.0.1:1/\ntgram://s3cr3t\n", "--channel (2 of 2): Apprise does not take this URL"),
        ("json://127.0.0.1:1/\x1b[2J\n", "control characters"),
    ],
)
def test_an_address_that_cannot_be(cli: Cli, given: str, said: str) -> None:
    """Nothing is written when one of several cannot be; what is wrong is said without it."""
    done = cli(*ALONE, "--channel", "-", given=given)
    assert done.code == 2
    assert said in done.err
    assert "nothing was changed" in done.err
    assert "s3cr3t" not in done.out + done.err
    assert not _changed(cli)


def test_where_nobody_would_be_told(cli: Cli) -> None:
    """Without a desktop and without a channel that leaves the machine it is refused, unless insisted on; then all is recorded."""
    for given in ("", "syslog://kern\ndesktop://\n"):
        done = cli(*ALONE, *(("--channel", "-") if given else ()), given=given)
        assert (done.code, done.out) == (2, "")
        assert "nobody would be told: no channel leaves this machine (no desktop here: no session bus)" in done.err
        assert "coven-watchdog setup --no-channel" in done.err
        assert not _changed(cli)

    done = cli(*ALONE, "--no-channel")
    assert done.code == 0
    assert "Nobody is told" in done.out
    assert _channels(cli) == []
    assert "nothing was changed" in cli(*ALONE, "--no-channel").out


@pytest.mark.system
def test_on_a_desktop(cli: Cli) -> None:
    """Where notifications are shown nothing need be given; a channel that is added later does not put the desktop out of force."""
    with desktop_rig() as desktop, http_sink() as sink:
        first = cli(*ALONE, env=desktop.environ)
        shown = desktop.shown()
        cli.config.write_text('name = "x"\n', encoding="utf-8")
        cli(*ALONE, "--channel", "-", given=sink.url, env=desktop.environ)

    assert first.code == 0
    assert "desktop://" in first.out
    assert "Test from coven-watchdog" in shown[0]["summary"]
    assert [one["name"] for one in _channels(cli)] == ["desktop", "webhook"]
    assert _channels(cli)[0]["also"] == ["session.finished"]


def test_a_message_that_is_not_taken(cli: Cli) -> None:
    """It is set up all the same, for the service may be back tomorrow; what failed, why and how to try again is said, and exit code 1."""
    done = cli(*ALONE, "--channel", "-", given="json://127.0.0.1:1/s3cr3t\n")
    assert done.code == 1
    assert "the test message is not through" in done.out
    assert "Connection refused" in done.out
    assert "tries webhook again" in done.out
    assert "s3cr3t" not in done.out + done.err
    assert len(_channels(cli)) == 1


def test_while_a_watchdog_runs(cli: Cli) -> None:
    """A channel that is added is tried by the one that runs, once it has taken the file."""
    with http_sink() as sink:
        cli.configure(f'[[channels]]\nname = "first"\nurl = "{sink.url}"\n')
        watchdog = subprocess.Popen([*cli.command, "run"], env=cli.env, stderr=subprocess.DEVNULL)
        try:
            until(lambda: cli("status", "--json").document["watchdog"]["running"])
            document = cli(*ALONE, "--json", "--channel", "-", given=f"{sink.url}more\n").document
        finally:
            watchdog.terminate()
            watchdog.wait()

    assert (document["sent_by"], document["watched"]) == ("service", True)
    assert [(one["name"], one["state"]) for one in document["channels"]] == [("first", None), ("webhook", "sent")]
    assert [request.path for request in sink.got] == ["/more"]


def test_what_cannot_be_asked_for(cli: Cli) -> None:
    """Contradictions, quiet hours that are none, a faulty configuration, a file that cannot grow: said, and nothing is touched."""
    assert "contradict" in cli(*ALONE, "--channel", "a://b", "--no-channel").err
    assert "22:00-07:00" in cli(*ALONE, "--quiet-hours", "night").err
    path = cli.configure("naem = 1\n")
    assert cli(*ALONE, "--channel", "json://127.0.0.1:1/").code == 2
    assert path.read_text(encoding="utf-8") == "naem = 1\n"
    cli.configure('channels = [{ name = "a", url = "json://127.0.0.1:1/" }]\n')
    done = cli(*ALONE, "--channel", "json://127.0.0.1:1/s3cr3t")
    assert done.code == 2
    assert "add it by hand" in done.err
    assert "s3cr3t" not in done.err


def test_without_a_service_manager(cli: Cli) -> None:
    """It is told before anything is asked or written, with the way to do the rest."""
    done = cli("setup", "--channel", "json://127.0.0.1:1/", env={"PATH": "/nonexistent"})
    assert done.code == 1
    assert "no service manager answers" in done.err
    assert "coven-watchdog setup --no-service" in done.err
    assert not _changed(cli)


def test_a_conversation(cli: Cli) -> None:
    """On a terminal it asks, says at once what is wrong with an address, and never shows one again."""
    with http_sink() as sink, talk(cli, *ALONE) as conversation:
        conversation.answer("Address", "discrod://a/b")
        conversation.answer("Address", "tgram://12/")
        conversation.answer("Address", sink.url)
        conversation.answer("Another address", sink.url)
        conversation.answer("Another address", f"ntfy://127.0.0.1:{sink.port}/s3cr3t")
        conversation.answer("Another address", "")
        conversation.answer("Quiet hours", "night")
        conversation.answer("Quiet hours", "22:00-07:00")
        assert conversation.end() == 0
        shown = until(lambda: conversation.terminal.shown if "peace for a while" in conversation.terminal.shown else None)

    assert "did you mean discord://?" in shown
    assert "Apprise does not take this URL" in shown
    assert "that is told already: webhook" in shown
    assert shown.count("s3cr3t") == 1, "only where it was typed"
    assert tomllib.loads(cli.config.read_text(encoding="utf-8"))["alerts"] == {"quiet_hours": "22:00-07:00"}


def test_a_conversation_that_is_broken_off(cli: Cli) -> None:
    """Ctrl-C and Ctrl-D leave everything as it was, and say so."""
    with talk(cli, *ALONE) as conversation:
        conversation.answer("Address", "json://127.0.0.1:1/")
        until(lambda: "Another address" in conversation.terminal.shown)
        conversation.process.send_signal(2)
        assert conversation.end() == 130
        until(lambda: "Nothing was changed." in conversation.terminal.shown)

    with talk(cli, *ALONE) as conversation:
        until(lambda: "Address" in conversation.terminal.shown)
        conversation.terminal.type("\x04")
        assert conversation.end() == 130
        until(lambda: "Nothing was changed." in conversation.terminal.shown)

    assert not _changed(cli)


def test_broken_off_during_the_test(cli: Cli) -> None:
    """Also when all is written and a channel does not answer, Ctrl-C takes it back."""
    with hanging() as port, talk(cli, *ALONE) as conversation:
        conversation.answer("Address", f"json://127.0.0.1:{port}/")
        conversation.answer("Another address", "")
        until(cli.config.exists)
        conversation.process.send_signal(2)
        assert conversation.end() == 130

    assert not cli.config.exists()


def test_a_service_that_is_new(cli: Cli) -> None:
    """It is installed and started; what its manager has to say is passed on."""
    stand = Stand()
    with ExitStack() as undo:
        done = _served(Terms(env=cli.env), stand, undo)
        undo.pop_all()

    assert stand.did == ["install", "start"]
    assert (done.change, done.started, done.notes, done.path) == (Change.INSTALLED, True, ("note",), "/x.service")


def test_a_service_that_is_there(cli: Cli) -> None:
    """Nothing is new about it."""
    done = _served(Terms(env=cli.env), Stand(there=True, condition=ServiceCondition.RUNNING), ExitStack())
    assert (done.change, done.started) == (Change.UNCHANGED, False)


@pytest.mark.parametrize(("there", "after"), [(False, ["install", "start", "uninstall"]), (True, ["install", "start"])])
def test_a_service_that_does_not_come_up(cli: Cli, there: bool, after: list[str]) -> None:  # noqa: FBT001 - pytest passes it by name
    """What was installed for it is taken back, with what it wrote down; what was there before stays."""
    if there:
        fill(cli.database.parent)

    stand = Stand(there=there, fails=True, writes=None if there else cli.database.parent)
    with pytest.raises(WatchdogError), ExitStack() as undo:
        _served(Terms(env=cli.env), stand, undo)

    assert stand.did == after
    assert cli.database.exists() == there
