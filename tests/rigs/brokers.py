"""Real servers of message protocols with a reader of ours: the mosquitto MQTT broker and the ngircd IRC server, on loopback ports."""

import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from rigs.absent import absent
from waiting import until

_ENDING = 10
_IRC = """[Global]
Name = irc.test.local
AdminInfo1 = tests
Info = tests
Listen = 127.0.0.1
Ports = {port}
[Limits]
MaxConnectionsIP = 0
MaxNickLength = 20
[Options]
DNS = no
Ident = no
PAM = no
ChrootDir =
[Channel]
Name = #coven
Modes = tn
[Channel]
Name = #closed
Modes = tni
"""


@dataclass
class Broker:
    """A running broker, and what its subscriber got: (topic, text, qos)."""

    port: int
    got: list[tuple[str, str, int]] = field(default_factory=list)

    def wait(self, count: int = 1) -> list[tuple[str, str, int]]:
        """The messages, once there are so many."""
        until(lambda: len(self.got) >= count)
        return self.got


@contextmanager
def mosquitto() -> Iterator[Broker]:
    """A broker that lets everybody in, and a subscriber to everything."""
    program = _program("mosquitto", "apt-get install mosquitto")
    with _folder() as folder:
        broker = Broker(_free_port())
        config = folder / "mosquitto.conf"
        config.write_text(f"listener {broker.port} 127.0.0.1\nallow_anonymous true\npersistence false\n", encoding="ascii")
        with _running([program, "-c", str(config)], broker.port), _subscribed(broker):
            yield broker


@contextmanager
def _subscribed(broker: Broker) -> Iterator[None]:
    """While the subscriber reads."""
    ready = threading.Event()
    client = Client(CallbackAPIVersion.VERSION2)

    def take(_client: Client, _data: object, message: MQTTMessage) -> None:
        broker.got.append((message.topic, message.payload.decode(), message.qos))

    def subscribe(_client: Client, *_: Any) -> None:  # noqa: ANN401 - what the library adds
        client.subscribe("#", 1)

    client.on_message = take
    client.on_connect = subscribe
    client.on_subscribe = lambda *_: ready.set()
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    try:
        until(ready.is_set)
        yield
    finally:
        client.disconnect()
        client.loop_stop()


@dataclass
class Chat:
    """A running IRC server, and every line that a reader in #coven got."""

    port: int
    lines: list[str] = field(default_factory=list)

    @property
    def said(self) -> list[str]:
        """What was said in the channel, without who said it."""
        return [line.partition(" PRIVMSG #coven :")[2] for line in self.lines if " PRIVMSG #coven :" in line]

    def wait(self, count: int = 1) -> list[str]:
        """What was said, once there are so many lines."""
        until(lambda: len(self.said) >= count, 30)
        return self.said


@contextmanager
def ngircd() -> Iterator[Chat]:
    """A server with the channels #coven, in which a reader sits, and #closed, which takes only the invited."""
    program = _program("ngircd", "apt-get install ngircd")
    with _folder() as folder:
        chat = Chat(_free_port())
        config = folder / "ngircd.conf"
        config.write_text(_IRC.format(port=chat.port), encoding="ascii")
        with _running([program, "-n", "-f", str(config)], chat.port), _reading(chat):
            yield chat


@contextmanager
def _reading(chat: Chat) -> Iterator[None]:
    """While the reader sits in the channel."""
    with socket.create_connection(("127.0.0.1", chat.port)) as connection:
        connection.sendall(b"NICK reader\r\nUSER reader 0 * :reader\r\n")
        thread = threading.Thread(target=_read, args=(connection, chat), name="irc reader", daemon=True)
        thread.start()
        until(lambda: any(" 366 " in line for line in list(chat.lines)), 30)
        yield
        connection.shutdown(socket.SHUT_RDWR)
        thread.join()


def _read(connection: socket.socket, chat: Chat) -> None:
    with suppress(OSError), connection.makefile("r", encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if line.startswith("PING"):
                connection.sendall(line.replace("PING", "PONG", 1).encode())
            elif " 001 " in line:
                connection.sendall(b"JOIN #coven\r\n")

            chat.lines.append(line.rstrip())


def _program(name: str, install: str) -> str:
    """Where it is. Debian keeps servers where only root's PATH reaches."""
    return shutil.which(name, path="/usr/sbin:/usr/local/sbin") or shutil.which(name) or absent(f"{name} is missing", install)


@contextmanager
def _running(command: Sequence[str], port: int) -> Iterator[None]:
    """While it runs and listens."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            until(lambda: _listens(port, process), 30)
            yield
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(_ENDING)

            process.kill()


def _listens(port: int, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, "it ended at once"
    with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), 1):
        return True

    return False


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder that a server which gives up root's rights can still read."""
    with tempfile.TemporaryDirectory(prefix="cw.", dir="/tmp") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
