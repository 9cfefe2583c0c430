"""Counts, in whatever Python is started with this folder on PYTHONPATH, the connections to Unix sockets that end in `coven.sock`.

Each adds one line with the time (wall µs) to the file named by COUNT_CONNECTIONS.
"""

import os
import sys
import time
from typing import Any


def _count(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and str(arguments[1]).endswith("coven.sock"):
        descriptor = os.open(os.environ["COUNT_CONNECTIONS"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.write(descriptor, b"%d\n" % (time.time_ns() // 1000))
        os.close(descriptor)


if os.environ.get("COUNT_CONNECTIONS"):
    sys.addaudithook(_count)
