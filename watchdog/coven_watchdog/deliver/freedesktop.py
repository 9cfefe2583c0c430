"""A parcel in, a notification on this Linux desktop out: org.freedesktop.Notifications over the session bus, through jeepney.

Raises only DeliveryError, and none of them permanent: a desktop that is not there now may be there after the login.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from html import escape
from pathlib import Path
from typing import Any

from jeepney import DBusAddress, DBusErrorResponse, HeaderFields, Message, new_method_call
from jeepney.auth import AuthenticationError
from jeepney.bus import get_connectable_addresses
from jeepney.io.blocking import DBusConnection, prep_socket
from jeepney.wrappers import unwrap_msg

from coven_watchdog import clock
from coven_watchdog.deliver.parcel import Parcel
from coven_watchdog.errors import DeliveryError
from coven_watchdog.model.time import SECOND
from coven_watchdog.model.words import Priority, Tone

APP_NAME = "coven-watchdog"
_NAME = "org.freedesktop.Notifications"
_SERVICE = DBusAddress("/org/freedesktop/Notifications", bus_name=_NAME, interface=_NAME)
_BUS = DBusAddress("/org/freedesktop/DBus", bus_name="org.freedesktop.DBus", interface="org.freedesktop.DBus")
_DEADLINE = 5.0
_LOW, _NORMAL, _CRITICAL = 0, 1, 2
_NEVER, _AS_THE_DESKTOP_LIKES = 0, -1


class _Bus(DBusConnection):  # type: ignore[misc] # jeepney has no types
    """A connection with one deadline for everything: jeepney's own greeting would wait for ever on a wedged bus."""

    def __init__(self, address: str, seconds: float) -> None:
        self._end = clock.now().awake + round(seconds * SECOND)
        sock = prep_socket(address, timeout=seconds)
        sock.settimeout(seconds)  # for what is sent; what comes back is selected for
        with ExitStack() as opened:
            opened.callback(sock.close)
            super().__init__(sock)
            opened.pop_all()

    def receive(self, *, timeout: float | None = None) -> Message:
        left = max(0, self._end - clock.now().awake) / SECOND
        return super().receive(timeout=left if timeout is None else min(left, timeout))

    def call(self, to: DBusAddress, method: str, signature: str | None = None, arguments: tuple[Any, ...] = ()) -> "_Reply":
        """Call a method; an error reply raises DBusErrorResponse."""
        return _Reply(self.send_and_get_reply(new_method_call(to, method, signature, arguments)))


class _Reply:
    """The answer to a call: its values, and the unique name of who gave it."""

    def __init__(self, message: Message) -> None:
        self.values = unwrap_msg(message)
        self.sender = str(message.header.fields.get(HeaderFields.sender, ""))


def show(parcel: Parcel) -> str:
    """Show the message.

    Returns:
        A receipt that names the bus, the notification daemon's life on it and the notification, such as
        `3a61…/:1.7/12`: an id of a daemon that has ended belongs to somebody else now and is never reused.

    Raises:
        DeliveryError: there is no session bus, no notification daemon, or it refused; never permanent.
    """
    with _connected(min(_DEADLINE, parcel.timeout)) as bus:
        capabilities = bus.call(_SERVICE, "GetCapabilities")
        life = f"{bus.call(_BUS, 'GetId').values[0]}/{capabilities.sender}"
        shown = bus.call(_SERVICE, "Notify", "susssasa{sv}i", _arguments(parcel, life, capabilities.values[0]))
        return f"{life}/{shown.values[0]}"


def available() -> str:
    """Why nothing can be shown here now, or ""."""
    try:
        with _connected(_DEADLINE) as bus:
            names = bus.call(_BUS, "ListNames").values[0] + bus.call(_BUS, "ListActivatableNames").values[0]
    except DeliveryError as error:
        return error.message

    return "" if _NAME in names else "no desktop here: no notification daemon runs"


def _arguments(parcel: Parcel, life: str, capabilities: list[str]) -> tuple[Any, ...]:
    """The arguments of Notify: application, replaced id, icon, summary, body, actions, hints, time-out in ms."""
    urgency = _urgency(parcel)
    body = escape(parcel.body, quote=False) if "body-markup" in capabilities else parcel.body
    expires = _NEVER if urgency == _CRITICAL else _AS_THE_DESKTOP_LIKES
    return APP_NAME, _replaced(parcel.replaces, life), "", parcel.title, body, [], {"urgency": ("y", urgency)}, expires


def _urgency(parcel: Parcel) -> int:
    if parcel.priority is Priority.URGENT or parcel.tone is Tone.FAILURE:
        return _CRITICAL

    return _LOW if parcel.priority is Priority.LOW and parcel.tone is not Tone.WARNING else _NORMAL


def _replaced(receipt: str, life: str) -> int:
    """The id of the notification to replace, 0 for none: ids of another life of the daemon are void."""
    before, _, number = receipt.rpartition("/")
    return int(number) if before == life and number.isdecimal() else 0


@contextmanager
def _connected(seconds: float) -> Iterator[_Bus]:
    """A connection to the session bus; whatever goes wrong on it comes out as DeliveryError."""
    try:
        with _Bus(_address(), seconds) as bus:
            yield bus
    except DBusErrorResponse as error:
        raise DeliveryError(_words(error)) from error
    except TimeoutError as error:
        message = "the desktop's session bus does not answer"
        raise DeliveryError(message) from error
    except (AuthenticationError, OSError, RuntimeError, ValueError) as error:
        message = f"no desktop here: the session bus cannot be used ({error})"
        raise DeliveryError(message) from error


def _address() -> str:
    """The socket of the session bus: as the environment says, else where systemd puts it for this user."""
    if announced := os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return str(next(get_connectable_addresses(announced)))

    runtime = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    path = Path(runtime, "bus")
    if not path.exists():
        message = "no desktop here: no session bus"
        raise DeliveryError(message)

    return str(path)


def _words(error: DBusErrorResponse) -> str:
    if error.name in {"org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner"}:
        return "no desktop here: no notification daemon runs"

    return f"the notification daemon refused: {error.name}"
