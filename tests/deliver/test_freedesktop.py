"""Notifications on a real desktop, and what happens without one."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from jeepney import new_error
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

from coven_watchdog.deliver.freedesktop import available, show
from coven_watchdog.errors import DeliveryError
from coven_watchdog.model.words import Priority, Tone
from deliver.letters import ALERT
from rigs.desktop import DesktopRig


@pytest.fixture(autouse=True)
def _no_desktop(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whatever desktop the person who runs the tests has is left alone."""
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


@pytest.fixture
def at_desktop(desktop: DesktopRig, monkeypatch: pytest.MonkeyPatch) -> DesktopRig:
    """A program started on the desktop."""
    for name, value in desktop.environ.items():
        monkeypatch.setenv(name, value)

    return desktop


@pytest.mark.system
@pytest.mark.parametrize(
    ("tone", "priority", "urgency"),
    [
        (Tone.FAILURE, Priority.URGENT, "CRITICAL"),
        (Tone.FAILURE, Priority.DEFAULT, "CRITICAL"),
        (Tone.WARNING, Priority.DEFAULT, "NORMAL"),
        (Tone.WARNING, Priority.LOW, "NORMAL"),
        (Tone.INFO, Priority.LOW, "LOW"),
        (Tone.SUCCESS, Priority.LOW, "LOW"),
        (Tone.INFO, Priority.DEFAULT, "NORMAL"),
    ],
)
def test_urgency(at_desktop: DesktopRig, tone: Tone, priority: Priority, urgency: str) -> None:
    """How urgent a message is decides how the desktop shows it; what is critical stays until somebody closes it."""
    show(replace(ALERT, tone=tone, priority=priority))
    (shown,) = at_desktop.shown()
    assert (shown["urgency"], shown["app_name"], shown["summary"]) == (urgency, "coven-watchdog", "Coven crashed")
    assert (shown["timeout"] == "0") is (urgency == "CRITICAL")


@pytest.mark.system
def test_markup_is_escaped_where_it_is_read(at_desktop: DesktopRig) -> None:
    """A daemon with body-markup gets the body escaped."""
    show(replace(ALERT, body="<b>x</b> & 'y'"))
    assert at_desktop.shown()[0]["body"] == "&lt;b&gt;x&lt;/b&gt; &amp; 'y'"


@pytest.mark.system
def test_plain_bodies_stay_plain(at_desktop: DesktopRig) -> None:
    """A daemon without body-markup would show the escapes."""
    at_desktop.start_daemon(markup="no")
    at_desktop.clear()
    show(replace(ALERT, body="<b>x</b> & 'y'"))
    assert at_desktop.shown()[0]["body"] == "<b>x</b> & 'y'"


@pytest.mark.system
def test_a_recovery_takes_the_place_of_its_alert(at_desktop: DesktopRig) -> None:
    """With the receipt of the alert, the desktop shows the recovery under the same id."""
    receipt = show(ALERT)
    again = show(replace(ALERT, title="Coven is back", replaces=receipt))
    shown = at_desktop.shown(2)
    assert again == receipt
    assert shown[0]["id"] == shown[1]["id"]


@pytest.mark.system
@pytest.mark.parametrize("receipt", ["nonsense", "a/b/c", "other-bus/:1.2/1", ""])
def test_a_void_receipt_replaces_nothing(at_desktop: DesktopRig, receipt: str) -> None:
    """What is no receipt of this daemon's life makes a notification of its own."""
    first = show(ALERT)
    assert show(replace(ALERT, title="Another", replaces=receipt)) != first
    assert len(at_desktop.shown(2)) == 2


@pytest.mark.system
def test_ids_of_an_earlier_daemon_are_void(at_desktop: DesktopRig) -> None:
    """After the notification daemon was restarted its ids belong to others: the receipt says whose they are."""
    receipt = show(ALERT)
    at_desktop.start_daemon()
    assert show(replace(ALERT, replaces=receipt)).rpartition("/")[0] != receipt.rpartition("/")[0]


@pytest.mark.system
def test_the_bus_is_found_without_its_variable(at_desktop: DesktopRig, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service without DBUS_SESSION_BUS_ADDRESS finds the bus in the user's runtime directory."""
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    show(ALERT)
    assert len(at_desktop.shown()) == 1
    assert available() == ""


@pytest.mark.system
def test_no_daemon(at_desktop: DesktopRig) -> None:
    """A bus without a notification daemon is no desktop, and may become one."""
    at_desktop.stop_daemon()
    with pytest.raises(DeliveryError, match="no desktop here: no notification daemon runs") as raised:
        show(ALERT)

    assert not raised.value.permanent
    assert available() == "no desktop here: no notification daemon runs"


@pytest.mark.system
def test_an_error_reply_is_a_failure(at_desktop: DesktopRig) -> None:
    """A daemon that answers with an error has shown nothing."""
    at_desktop.stop_daemon()
    with _refusing_daemon(at_desktop), pytest.raises(DeliveryError, match=r"refused: org\.example\.No"):
        show(ALERT)


def test_no_bus() -> None:
    """Without a session bus there is no desktop."""
    with pytest.raises(DeliveryError, match="no desktop here: no session bus"):
        show(ALERT)

    assert available() == "no desktop here: no session bus"


@pytest.mark.parametrize("address", ["unix:path=/nowhere", "tcp:host=localhost,port=1", "nonsense", "unix:nonsense"])
def test_an_unusable_address(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A session bus that is named and cannot be used is said to be that."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    assert available().startswith("no desktop here: the session bus cannot be used")


@pytest.mark.parametrize("greets", [False, True])
def test_a_wedged_bus(tmp_path: Path, *, greets: bool) -> None:
    """A bus that takes the connection, or even the login, and then says nothing costs no more than the deadline."""
    with _wedged_bus(tmp_path / "bus", greets=greets), pytest.raises(DeliveryError, match="does not answer"):
        show(replace(ALERT, timeout=0.2))


@contextmanager
def _wedged_bus(path: Path, *, greets: bool) -> Iterator[None]:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        held: list[socket.socket] = []

        def serve() -> None:
            connection, _ = server.accept()
            held.append(connection)
            if greets:
                connection.recv(1024)
                connection.sendall(b"OK 0123456789abcdef0123456789abcdef\r\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield
        thread.join()
        for connection in held:
            connection.close()


@contextmanager
def _refusing_daemon(rig: DesktopRig) -> Iterator[None]:
    """A notification daemon that answers one call with an error."""
    with open_dbus_connection(rig.environ["DBUS_SESSION_BUS_ADDRESS"]) as bus:
        bus.send_and_get_reply(message_bus.RequestName("org.freedesktop.Notifications"))

        def refuse() -> None:
            while (call := bus.receive()).header.message_type.name != "method_call":
                pass

            bus.send(new_error(call, "org.example.No", "s", ("no",)))

        thread = threading.Thread(target=refuse, daemon=True)
        thread.start()
        yield
        thread.join()
