"""A terminal that a test sits at: a pty whose output is drained, that can be typed into and closed like a window."""

import os
import select
from threading import Thread


class Terminal:
    """The master side of a pty; `name` is what a program opens."""

    def __init__(self) -> None:
        self._master, self._slave = os.openpty()
        self.name = os.ttyname(self._slave)
        self._stop, self._stopper = os.pipe()
        self._shown = bytearray()
        self._drain = Thread(target=self._read, name="terminal", daemon=True)
        self._drain.start()
        self._open = True

    @property
    def shown(self) -> str:
        """Everything printed so far."""
        return bytes(self._shown).decode(errors="replace")

    def type(self, text: str) -> None:
        """Type on its keyboard; the character 3 is Ctrl-C."""
        os.write(self._master, text.encode())

    def close(self) -> None:
        """Close the window: what runs in it is hung up on."""
        if not self._open:
            return

        self._open = False
        os.write(self._stopper, b"x")
        self._drain.join()
        for descriptor in (self._slave, self._master, self._stop, self._stopper):
            os.close(descriptor)

    def _read(self) -> None:
        # The slave is held open here, so reading never ends by itself.
        while True:
            ready, _, _ = select.select([self._master, self._stop], [], [])
            if self._stop in ready:
                return

            self._shown += os.read(self._master, 65536)
