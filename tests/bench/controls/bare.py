"""The floor: waits for the end of one process on a pidfd and posts one line. `bare.py PID URL`; prints `armed`. Standard library only."""

import os
import select
import sys
from urllib.request import Request, urlopen


def main(pid: int, url: str) -> None:
    """Wait, post, end."""
    descriptor = os.pidfd_open(pid)
    sys.stdout.write("armed\n")
    sys.stdout.flush()
    select.select([descriptor], [], [])
    body = b'{"title": "gone", "message": "gone\\ndaemon.crashed bare.1", "type": "failure"}'
    urlopen(Request(url, body, {"Content-Type": "application/json"})).close()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
